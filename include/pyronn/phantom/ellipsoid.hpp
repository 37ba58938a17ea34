// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>

namespace pyronn {

/// How a body stands in the world: the world directions of its own three axes, orthonormal.
struct Orientation {
  Vec3d axis[3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

  /// Turned about `direction` (of any length) by `angle` [rad], counter-clockwise when it points at
  /// the viewer; Rodrigues' formula. Throws InvalidArgument for a direction without length and for
  /// numbers that are not finite.
  static Orientation about(Vec3d const& direction, double angle) {
    double const norm = length(direction);
    detail::expects(std::isfinite(norm) && norm > 0, "Orientation: direction ", direction,
                    " must be finite and have a length");
    detail::expects(std::isfinite(angle), "Orientation: angle ", angle, " must be finite [rad]");
    Vec3d const pole = 1.0 / norm * direction;
    Orientation turned;
    for (Vec3d& axis : turned.axis) {
      axis = std::cos(angle) * axis + std::sin(angle) * cross(pole, axis) +
             (1.0 - std::cos(angle)) * dot(pole, axis) * pole;
    }
    return turned;
  }

  /// Turned about the world's z axis by `angle` [rad], counter-clockwise seen from +z. Throws
  /// InvalidArgument for an angle that is not finite.
  static Orientation about_z(double angle) { return about({0, 0, 1}, angle); }

  /// Throws InvalidArgument unless the axes are orthonormal to 1e-6; either hand will do.
  void validate() const {
    constexpr double tolerance = 1e-6;
    for (int i = 0; i < 3; ++i) {
      for (int j = i; j < 3; ++j) {
        double const product = dot(axis[i], axis[j]);
        detail::expects(std::abs(product - (i == j ? 1.0 : 0.0)) <= tolerance, "Orientation: axes ",
                        axis[0], ", ", axis[1], ", ", axis[2],
                        " must be orthonormal; the product of axes ", i, " and ", j, " is ",
                        product);
      }
    }
  }
};

/// A homogeneous ellipsoid. Bodies that overlap add up.
struct Ellipsoid {
  Vec3d center;               ///< [mm]
  Vec3d semi_axes;            ///< half the widths along the axes of `orientation` [mm], positive
  double attenuation;         ///< that the body adds [1/mm]; negative: that it takes away
  Orientation orientation{};  ///< of the body; along the world's axes unless told otherwise

  /// [mm^3]
  [[nodiscard]] double volume() const {
    return 4.0 / 3.0 * pi * semi_axes[0] * semi_axes[1] * semi_axes[2];
  }

  /// Throws InvalidArgument unless all is finite, the semi-axes are positive and the axes
  /// orthonormal.
  void validate() const {
    for (int axis = 0; axis < 3; ++axis) {
      detail::expects(std::isfinite(center[axis]), "Ellipsoid: center ", center,
                      " must be finite on every axis [mm]");
      detail::expects(std::isfinite(semi_axes[axis]) && semi_axes[axis] > 0,
                      "Ellipsoid: semi_axes ", semi_axes,
                      " must be positive and finite on every axis [mm]");
    }
    detail::expects(std::isfinite(attenuation), "Ellipsoid: attenuation ", attenuation,
                    " must be finite [1/mm]");
    orientation.validate();
  }
};

/// Ellipsoids that add up.
using EllipsoidPhantom = std::vector<Ellipsoid>;

/// An ellipsoid set up for evaluation on host and device: with the affine map that makes it the
/// unit ball about the origin.
class PreparedEllipsoid {
 public:
  PreparedEllipsoid() = default;

  /// Throws InvalidArgument as Ellipsoid::validate does.
  explicit PreparedEllipsoid(Ellipsoid const& ellipsoid)
      : center_{ellipsoid.center}, attenuation_{ellipsoid.attenuation} {
    ellipsoid.validate();
    for (int axis = 0; axis < 3; ++axis) {
      to_ball_[axis] = 1.0 / ellipsoid.semi_axes[axis] * ellipsoid.orientation.axis[axis];
    }
  }

  /// [mm]
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d const& center() const { return center_; }

  /// [1/mm]
  [[nodiscard]] PYRONN_HOST_DEVICE double attenuation() const { return attenuation_; }

  /// A vector [mm], the difference of two points, in units of the ball's radius.
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d to_ball(Vec3d const& vector) const {
    return {dot(to_ball_[0], vector), dot(to_ball_[1], vector), dot(to_ball_[2], vector)};
  }

  /// True for a world point [mm] inside or on the surface.
  [[nodiscard]] PYRONN_HOST_DEVICE bool contains(Vec3d const& point) const {
    Vec3d const in_ball = to_ball(point - center_);
    return dot(in_ball, in_ball) <= 1.0;
  }

  /// Length [mm] of the ray, from its begin to its end, inside the ellipsoid; 0 for a ray without
  /// direction. Where the map makes the ray o + t d, its distance from the centre is |o x d| / |d|
  /// and half the chord is sqrt(1 - distance^2) / |d| in t: no difference of large squares, so that
  /// a source R mm away costs no more than a relative 1e-16 R / semi-axis.
  [[nodiscard]] PYRONN_HOST_DEVICE double chord(Ray<double> const& ray) const {
    Vec3d const origin = to_ball(ray.origin - center_);
    Vec3d const direction = to_ball(ray.direction);
    Vec3d const moment = cross(origin, direction);
    double const square = dot(direction, direction);
    double const inside = square - dot(moment, moment);
    if (!(inside > 0.0)) return 0.0;
    // Counted from the middle of the chord, where a long way to it cancels nothing.
    double const middle = -dot(origin, direction) / square;
    double const half = std::sqrt(inside) / square;
    double const from = max(-half, ray.begin - middle);
    double const to = min(half, ray.end - middle);
    return to > from ? (to - from) * length(ray.direction) : 0.0;
  }

 private:
  Vec3d center_;
  Vec3d to_ball_[3];
  double attenuation_;
};

}  // namespace pyronn
