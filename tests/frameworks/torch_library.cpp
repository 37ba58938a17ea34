// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <pyronn/interop/torch.hpp>

#include "operators.hpp"

namespace {

auto const library = pyronn::TorchLibrary{"ct"}
                         .add("parallel", operators::parallel())
                         .add("fan", operators::fan())
                         .add("arc", operators::arc())
                         .add("parallel_3d", operators::parallel_3d())
                         .add("cone", operators::cone())
                         .add("fan_march", operators::fan_march())
                         .add("fan_siddon", operators::fan_siddon())
                         .add("fan_weighted", operators::fan_weighted())
                         .add("cone_weighted", operators::cone_weighted())
                         .add("fan_unmatched", operators::fan_unmatched())
                         .add("filter", operators::filter());

}  // namespace
