// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/phantom/ellipsoid.hpp>

namespace pyronn {

/// The head phantom of Shepp and Logan in three dimensions: ten ellipsoids about the origin, in a
/// cube of half-width `radius_mm` [mm]. `scale` [1/mm] is the attenuation of grey level 1: the
/// skull is at 2, the brain at 1.02, and details differ by 0.01 and 0.02; with 0.02 the brain
/// absorbs as water does at 60 keV. Throws InvalidArgument unless the radius is positive and both
/// numbers are finite.
///
/// Source: A. C. Kak and M. Slaney, Principles of Computerized Tomographic Imaging, IEEE Press
/// 1988, p. 102, with the misprints of that table corrected after L. Zhu (as reported by J.
/// Fessler's Michigan Image Reconstruction Toolbox).
inline EllipsoidPhantom shepp_logan_3d(double radius_mm, double scale = 0.02) {
  detail::expects(std::isfinite(radius_mm) && radius_mm > 0, "shepp_logan_3d: radius_mm ",
                  radius_mm, " must be positive and finite [mm]");
  detail::expects(std::isfinite(scale), "shepp_logan_3d: scale ", scale, " must be finite [1/mm]");
  struct Row {
    Vec3d center, semi_axes;
    double degrees;  // about z
    double level;
  };
  constexpr Row rows[] = {
      {{0, 0, 0}, {0.69, 0.92, 0.9}, 0, 2},
      {{0, -0.0184, 0}, {0.6624, 0.874, 0.88}, 0, -0.98},
      {{-0.22, 0, -0.25}, {0.41, 0.16, 0.21}, -72, -0.02},
      {{0.22, 0, -0.25}, {0.31, 0.11, 0.22}, 72, -0.02},
      {{0, 0.35, -0.25}, {0.21, 0.25, 0.35}, 0, 0.01},
      {{0, 0.1, -0.25}, {0.046, 0.046, 0.046}, 0, 0.01},
      {{-0.08, -0.605, -0.25}, {0.046, 0.023, 0.02}, 0, 0.01},
      {{0.06, -0.605, -0.25}, {0.046, 0.023, 0.02}, 90, 0.01},
      {{0.06, -0.105, 0.0625}, {0.056, 0.04, 0.1}, 90, 0.02},
      {{0, 0.1, 0.0625}, {0.056, 0.056, 0.1}, 0, -0.02},
  };
  EllipsoidPhantom phantom;
  for (Row const& row : rows) {
    phantom.push_back({radius_mm * row.center, radius_mm * row.semi_axes, scale * row.level,
                       Orientation::about_z(row.degrees * (pi / 180))});
  }
  return phantom;
}

}  // namespace pyronn
