// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SoftwareInterp: bilinear interpolation in single precision.
#include <pyronn/core/config.hpp>

namespace pyronn {

/// Bilinear interpolation in single precision, on every executor. Without a workspace arrays are
/// read in place; with one, kernels on a GPU may read copies that are laid out to suit them.
struct SoftwareInterp {
  /// The value between four samples, the fraction `a` of the way along one axis and `b` along the
  /// other; s10 is the sample that is upper on axis a and lower on axis b.
  static PYRONN_HOST_DEVICE float blend(float a, float b, float s00, float s10, float s01,
                                        float s11) {
    float const low = blend(a, s00, s10);
    return low + b * (blend(a, s01, s11) - low);
  }

  /// The value between two samples of a line.
  static PYRONN_HOST_DEVICE float blend(float a, float s0, float s1) { return s0 + a * (s1 - s0); }
};

}  // namespace pyronn
