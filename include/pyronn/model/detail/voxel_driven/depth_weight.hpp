// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The weights by which voxel-driven models multiply samples.
#include <pyronn/core/config.hpp>

namespace pyronn::detail {

/// The weight 1: depth does not matter.
struct NoDepthWeight {
  PYRONN_HOST_DEVICE float operator()(float) const { return 1.0F; }
};

/// 1 / depth^2 [1/mm^2], the distance weight of Feldkamp, Davis and Kress (1984).
struct InverseSquareDepth {
  PYRONN_HOST_DEVICE float operator()(float inverse_depth) const {
    return inverse_depth * inverse_depth;
  }
};

}  // namespace pyronn::detail
