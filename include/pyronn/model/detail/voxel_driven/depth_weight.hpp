// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The weights by which voxel-driven models multiply samples.
#include <pyronn/core/config.hpp>

namespace pyronn::detail {

/// The weight 1: depth does not matter.
struct NoDepthWeight {
  template <class Number>
  PYRONN_HOST_DEVICE Number operator()(Number) const {
    return 1;
  }
};

/// 1 / depth^2 [1/mm^2], the distance weight of Feldkamp, Davis and Kress (1984).
struct InverseSquareDepth {
  template <class Number>
  PYRONN_HOST_DEVICE Number operator()(Number inverse_depth) const {
    return inverse_depth * inverse_depth;
  }
};

}  // namespace pyronn::detail
