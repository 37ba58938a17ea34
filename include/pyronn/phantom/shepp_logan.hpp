// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The head phantoms of Shepp and Logan.
#include <cmath>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/phantom/phantom.hpp>

namespace pyronn {

namespace detail {

/// An ellipsoid of a head in the cube from -1 to 1.
struct HeadEllipsoid {
  Vec3d center, semi_axes;
  double degrees;  ///< angle about z
  double level;    ///< grey level
};

inline void check_head(char const* name, double radius_mm, double scale) {
  expects(std::isfinite(radius_mm) && radius_mm > 0, name, ": radius_mm ", radius_mm,
          " must be positive and finite [mm]");
  expects(std::isfinite(scale), name, ": scale ", scale, " must be finite [1/mm]");
}

template <int N>
Phantom head_ellipsoids(HeadEllipsoid const (&rows)[N], double radius_mm, double scale) {
  Phantom phantom;
  for (HeadEllipsoid const& row : rows) {
    phantom.push_back(Body::ellipsoid(radius_mm * row.center, radius_mm * row.semi_axes,
                                      scale * row.level,
                                      Orientation::about_z(row.degrees * (pi / 180))));
  }
  return phantom;
}

/// The grey levels of the ten ellipses in the phantom of Toft.
inline constexpr double high_contrast[] = {1, -0.8, -0.2, -0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};

}  // namespace detail

/// Which grey levels the head phantom of Shepp and Logan has.
enum class SheppLoganContrast {
  original,  ///< skull 2, brain 1.02, details 0.01 and 0.02: the low contrast of a real head
  high       ///< skull 1, brain 0.2, details 0.1 and 0.2: Toft's "modified" phantom
};

/// The head phantom of Shepp and Logan: ten ellipses about the origin, in a square of half-width
/// `radius_mm` [mm]; the nose points along +y. `scale` [1/mm] is the attenuation of grey level 1;
/// with 0.02 the original's brain absorbs as water does at 60 keV. Throws InvalidArgument unless
/// the radius is positive and both numbers are finite.
///
/// Source: L. A. Shepp and B. F. Logan, "The Fourier reconstruction of a head section", IEEE Trans.
/// Nucl. Sci. 21, 1974; the other contrast: P. A. Toft, "The Radon Transform", Technical University
/// of Denmark, 1996, p. 199, where one detail lies 0.001 lower.
inline Phantom shepp_logan_2d(double radius_mm, double scale = 0.02,
                              SheppLoganContrast contrast = SheppLoganContrast::original) {
  detail::check_head("shepp_logan_2d", radius_mm, scale);
  struct Row {
    Vec2d center, semi_axes;
    double degrees;
    double level;
  };
  bool const is_high = contrast == SheppLoganContrast::high;
  Row const rows[] = {
      {{0, 0}, {0.69, 0.92}, 0, 2},
      {{0, -0.0184}, {0.6624, 0.874}, 0, -0.98},
      {{0.22, 0}, {0.11, 0.31}, -18, -0.02},
      {{-0.22, 0}, {0.16, 0.41}, 18, -0.02},
      {{0, 0.35}, {0.21, 0.25}, 0, 0.01},
      {{0, 0.1}, {0.046, 0.046}, 0, 0.01},
      {{0, -0.1}, {0.046, 0.046}, 0, 0.01},
      {{-0.08, -0.605}, {0.046, 0.023}, 0, 0.01},
      {{0, is_high ? -0.606 : -0.605}, {0.023, 0.023}, 0, 0.01},
      {{0.06, -0.605}, {0.023, 0.046}, 0, 0.01},
  };
  Phantom phantom;
  for (Row const& row : rows) {
    double const level = is_high ? detail::high_contrast[phantom.size()] : row.level;
    phantom.push_back(Body::ellipse(radius_mm * row.center, radius_mm * row.semi_axes,
                                    scale * level, row.degrees * (pi / 180)));
  }
  return phantom;
}

/// The head phantom of Shepp and Logan in three dimensions: ten ellipsoids about the origin, in a
/// cube of half-width `radius_mm` [mm]. `scale` [1/mm] is the attenuation of grey level 1: the
/// skull is at 2, the brain at 1.02, and details differ by 0.01 and 0.02; with 0.02 the brain
/// absorbs as water does at 60 keV. Throws InvalidArgument unless the radius is positive and both
/// numbers are finite.
///
/// Source: A. C. Kak and M. Slaney, Principles of Computerized Tomographic Imaging, IEEE Press
/// 1988, p. 102, with the misprints of that table corrected after L. Zhu (as reported by J.
/// Fessler's Michigan Image Reconstruction Toolbox).
inline Phantom shepp_logan_3d(double radius_mm, double scale = 0.02) {
  detail::check_head("shepp_logan_3d", radius_mm, scale);
  constexpr detail::HeadEllipsoid rows[] = {
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
  return detail::head_ellipsoids(rows, radius_mm, scale);
}

/// The three-dimensional head with Toft's contrast: the ten ellipses of shepp_logan_2d as
/// ellipsoids, about the origin in a cube of half-width `radius_mm` [mm]. `scale` [1/mm] is the
/// attenuation of grey level 1: the skull is at 1, the brain at 0.2. Throws InvalidArgument
/// where shepp_logan_3d does.
///
/// Source: the table that CONRAD and the phantom3d of M. Schabel share (A. Maier et al., "CONRAD",
/// Med. Phys. 40, 2013).
inline Phantom shepp_logan_3d_high_contrast(double radius_mm, double scale = 0.02) {
  detail::check_head("shepp_logan_3d_high_contrast", radius_mm, scale);
  constexpr detail::HeadEllipsoid rows[] = {
      {{0, 0, 0}, {0.69, 0.92, 0.81}, 0, 1},
      {{0, -0.0184, 0}, {0.6624, 0.874, 0.78}, 0, -0.8},
      {{0.22, 0, 0}, {0.11, 0.31, 0.22}, -18, -0.2},
      {{-0.22, 0, 0}, {0.16, 0.41, 0.28}, 18, -0.2},
      {{0, 0.35, -0.15}, {0.21, 0.25, 0.41}, 0, 0.1},
      {{0, 0.1, 0.25}, {0.046, 0.046, 0.05}, 0, 0.1},
      {{0, -0.1, 0.25}, {0.046, 0.046, 0.05}, 0, 0.1},
      {{-0.08, -0.605, 0}, {0.046, 0.023, 0.05}, 0, 0.1},
      {{0, -0.606, 0}, {0.023, 0.023, 0.02}, 0, 0.1},
      {{0.06, -0.605, 0}, {0.023, 0.046, 0.02}, 0, 0.1},
  };
  return detail::head_ellipsoids(rows, radius_mm, scale);
}

}  // namespace pyronn
