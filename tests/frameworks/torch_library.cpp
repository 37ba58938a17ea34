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
                         .add("parallel_weighted", operators::parallel_weighted())
                         .add("arc_weighted", operators::arc_weighted())
                         .add("parallel_fbp", operators::parallel_fbp())
                         .add("fan_fbp", operators::fan_fbp())
                         .add("arc_fbp", operators::arc_fbp())
                         .add("cone_fbp", operators::cone_fbp())
                         .add("filter", operators::filter());

}  // namespace
