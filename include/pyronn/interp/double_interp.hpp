// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DoubleInterp: bilinear interpolation in double precision.
#include <pyronn/core/config.hpp>

namespace pyronn {

/// Bilinear interpolation in double precision, on every executor: all that operators compute is
/// double then, rays, positions, weights and sums, and all arrays are of double. It is for
/// reference and for derivatives by differences. The general kernels read arrays in place, and
/// workspaces are of no use. Positions are as good as the geometry makes them: one of a user's,
/// whose `ray` or `project` is of float, has those of float. Fbp, filters, phantoms and simulations
/// compute in float alone.
struct DoubleInterp {
  using Arithmetic = double;  ///< in what kernels compute, as said in interp/traits.hpp

  /// The value between four samples, the fraction `a` of the way along one axis and `b` along the
  /// other; s10 is the sample that is upper on axis a and lower on axis b.
  static PYRONN_HOST_DEVICE double blend(double a, double b, double s00, double s10, double s01,
                                         double s11) {
    double const low = blend(a, s00, s10);
    return low + b * (blend(a, s01, s11) - low);
  }

  /// The value between two samples of a line.
  static PYRONN_HOST_DEVICE double blend(double a, double s0, double s1) {
    return s0 + a * (s1 - s0);
  }
};

}  // namespace pyronn
