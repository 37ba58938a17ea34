// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/torch.hpp>

#include "operators.hpp"

namespace known_operators {

/// Operators torch.ops.known.NAME.
static auto const library = pyronn::TorchLibrary{"known"}
                                .add("parallel", parallel())
                                .add("parallel_weighted", parallel_weighted())
                                .add("cone", cone())
                                .add("cone_weighted", cone_weighted())
                                .add("filter", filter())
                                .add("parallel_fbp", parallel_fbp())
                                .add("cone_fbp", cone_fbp());

}  // namespace known_operators
