// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/tensorflow.hpp>

#include "operators.hpp"

namespace known_operators {

static auto const library = pyronn::TensorFlowLibrary{"known"}
                                .add("cone", cone())
                                .add("cone_weighted", cone_weighted())
                                .add("rows", filter());

}  // namespace known_operators
