// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/config.hpp>

namespace pyronn {

/// Bilinear interpolation in full single precision, from the caller's memory in place, on every
/// executor. Takes no memory.
struct SoftwareInterp {
  /// Between four samples, `a` and `b` of the way from the lower to the upper on either axis; s10
  /// is the sample that is upper on axis a and lower on axis b.
  static PYRONN_HOST_DEVICE float blend(float a, float b, float s00, float s10, float s01,
                                        float s11) {
    float const low = blend(a, s00, s10);
    return low + b * (blend(a, s01, s11) - low);
  }

  /// Between two samples of a line.
  static PYRONN_HOST_DEVICE float blend(float a, float s0, float s1) { return s0 + a * (s1 - s0); }
};

}  // namespace pyronn
