// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Orientation: how a body is turned in the world.
#include <cmath>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// The orientation of a body: the world directions of its own three axes, which are orthonormal.
struct Orientation {
  /// The world directions of the body's first, second and third axis.
  Vec3d axis[3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

  /// The axes of the world turned about `direction` (of any length) by `angle` [rad],
  /// counter-clockwise where the direction points at the viewer (Rodrigues' formula). Throws
  /// InvalidArgument for a direction of length 0 and for numbers that are not finite.
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

  /// The axes of the world turned about z by `angle` [rad], counter-clockwise seen from +z. Throws
  /// InvalidArgument for an angle that is not finite.
  static Orientation about_z(double angle) { return about({0, 0, 1}, angle); }

  /// Throws InvalidArgument unless the axes are orthonormal to 1e-6; they may be right- or
  /// left-handed.
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

}  // namespace pyronn
