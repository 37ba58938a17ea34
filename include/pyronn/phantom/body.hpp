// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Body: the homogeneous convex bodies of which phantoms are made.
#include <cmath>
#include <limits>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/phantom/orientation.hpp>

namespace pyronn {

/// The shape of a body in the box from -1 to 1 on its own three axes; it touches all sides of the
/// box.
enum class Shape {
  ellipsoid,
  box,
  cylinder,  ///< its axis is the third one
  cone,      ///< base at -1 on the third axis, apex at 1
  pyramid,   ///< base at -1 on the third axis, apex at 1
};

/// A half-space: the points x with dot(normal, x) <= offset [mm].
struct HalfSpace {
  Vec3d normal;   ///< of unit length
  double offset;  ///< from the world's origin along the normal [mm]
};

/// A homogeneous convex body: a shape that is scaled, turned and moved, less what is cut off. Boxes
/// and cylinders may be infinitely long along their axes: in the plane z = 0 they are then figures
/// of the plane. A box or cylinder contains its lower faces and not its upper ones, so that bodies
/// that touch have no point in common.
struct Body {
  static constexpr int max_cuts = 6;  ///< the largest number of cuts of a body

  Shape shape;              ///< the shape, in the box that the next members describe
  Vec3d center;             ///< centre of the box [mm]
  Vec3d semi_axes;          ///< half the widths of the box, along the axes of `orientation` [mm]
  double attenuation;       ///< attenuation coefficient [1/mm]
  Orientation orientation;  ///< orientation of the box
  /// True: the body replaces the sum of the earlier bodies of a phantom; false: it adds to the sum.
  bool overwrites = false;
  int num_cuts = 0;               ///< how many elements of `cuts` are used
  HalfSpace cuts[max_cuts] = {};  ///< the body is the part of the shape in all these half-spaces

  /// An ellipsoid; centre and semi-axes are in mm, the attenuation in 1/mm. All functions that make
  /// bodies throw InvalidArgument where `validate` does.
  static Body ellipsoid(Vec3d const& center, Vec3d const& semi_axes, double attenuation,
                        Orientation const& orientation = {}) {
    return make(Shape::ellipsoid, center, semi_axes, attenuation, orientation);
  }

  /// An ellipsoid with three equal semi-axes [mm].
  static Body ball(Vec3d const& center, double radius, double attenuation) {
    return ellipsoid(center, {radius, radius, radius}, attenuation);
  }

  /// A box; half the widths are along its own axes [mm].
  static Body box(Vec3d const& center, Vec3d const& half_widths, double attenuation,
                  Orientation const& orientation = {}) {
    return make(Shape::box, center, half_widths, attenuation, orientation);
  }

  /// An elliptic cylinder; the third semi-axis is half the height [mm].
  static Body cylinder(Vec3d const& center, Vec3d const& semi_axes, double attenuation,
                       Orientation const& orientation = {}) {
    return make(Shape::cylinder, center, semi_axes, attenuation, orientation);
  }

  /// An elliptic cone; the first two semi-axes are those of the base, the third is half the height
  /// [mm]. The centre is half-way between base and apex.
  static Body cone(Vec3d const& center, Vec3d const& semi_axes, double attenuation,
                   Orientation const& orientation = {}) {
    return make(Shape::cone, center, semi_axes, attenuation, orientation);
  }

  /// A pyramid whose base is a rectangle; in all else as a cone.
  static Body pyramid(Vec3d const& center, Vec3d const& half_widths, double attenuation,
                      Orientation const& orientation = {}) {
    return make(Shape::pyramid, center, half_widths, attenuation, orientation);
  }

  /// An ellipse of the plane: a cylinder along z without ends, turned by `angle` [rad]
  /// counter-clockwise. A ray along z is inside for its whole length.
  static Body ellipse(Vec2d const& center, Vec2d const& semi_axes, double attenuation,
                      double angle = 0.0) {
    return make(Shape::cylinder, {center[0], center[1], 0}, {semi_axes[0], semi_axes[1], endless()},
                attenuation, Orientation::about_z(angle));
  }

  /// A rectangle of the plane: a box along z without ends; in all else as an ellipse.
  static Body rectangle(Vec2d const& center, Vec2d const& half_widths, double attenuation,
                        double angle = 0.0) {
    return make(Shape::box, {center[0], center[1], 0}, {half_widths[0], half_widths[1], endless()},
                attenuation, Orientation::about_z(angle));
  }

  /// This body without the points x beyond a plane, where dot(normal, x) > offset [mm] for the
  /// normal scaled to unit length. Throws InvalidArgument for a normal of length 0, for numbers
  /// that are not finite and for more than max_cuts cuts.
  [[nodiscard]] Body cut(Vec3d const& normal, double offset) const {
    double const norm = length(normal);
    detail::expects(std::isfinite(norm) && norm > 0, "Body: the cut's normal ", normal,
                    " must be finite and have a length");
    detail::expects(std::isfinite(offset), "Body: the cut's offset ", offset,
                    " must be finite [mm]");
    detail::expects(num_cuts < max_cuts, "Body: one more than ", num_cuts,
                    " cuts; a body has at most ", max_cuts);
    Body result = *this;
    result.cuts[result.num_cuts++] = {1.0 / norm * normal, offset};
    return result;
  }

  /// This body with `overwrites` set: inside it the earlier bodies of a phantom do not count. With
  /// attenuation 0 it is a hole.
  [[nodiscard]] Body overwriting() const {
    Body result = *this;
    result.overwrites = true;
    return result;
  }

  /// The volume of the whole shape, before any cut [mm^3].
  [[nodiscard]] double uncut_volume() const {
    double const enclosing_box = 8.0 * semi_axes[0] * semi_axes[1] * semi_axes[2];
    switch (shape) {
      case Shape::ellipsoid:
        return pi / 6.0 * enclosing_box;
      case Shape::box:
        return enclosing_box;
      case Shape::cylinder:
        return pi / 4.0 * enclosing_box;
      case Shape::cone:
        return pi / 12.0 * enclosing_box;
      case Shape::pyramid:
        return 1.0 / 3.0 * enclosing_box;
    }
    return 0.0;
  }

  /// Throws InvalidArgument unless all numbers are finite, the semi-axes are positive and the axes
  /// orthonormal; semi-axes of boxes and cylinders may be infinite.
  void validate() const {
    bool const may_be_endless = shape == Shape::box || shape == Shape::cylinder;
    for (int axis = 0; axis < 3; ++axis) {
      detail::expects(std::isfinite(center[axis]), "Body: center ", center,
                      " must be finite on every axis [mm]");
      bool const is_endless = may_be_endless && semi_axes[axis] == endless();
      detail::expects((std::isfinite(semi_axes[axis]) && semi_axes[axis] > 0) || is_endless,
                      "Body: semi_axes ", semi_axes,
                      " must be positive and finite on every axis [mm]");
    }
    detail::expects(std::isfinite(attenuation), "Body: attenuation ", attenuation,
                    " must be finite [1/mm]");
    detail::expects(num_cuts >= 0 && num_cuts <= max_cuts, "Body: num_cuts ", num_cuts,
                    " must be from 0 to ", max_cuts);
    for (int n = 0; n < num_cuts; ++n) {
      detail::expects(
          std::abs(length(cuts[n].normal) - 1.0) <= 1e-6 && std::isfinite(cuts[n].offset),
          "Body: cut ", n, " with normal ", cuts[n].normal, " and offset ", cuts[n].offset,
          " must have unit length and a finite offset [mm]");
    }
    orientation.validate();
  }

 private:
  static constexpr double endless() { return std::numeric_limits<double>::infinity(); }

  static Body make(Shape shape, Vec3d const& center, Vec3d const& semi_axes, double attenuation,
                   Orientation const& orientation) {
    Body const body{shape, center, semi_axes, attenuation, orientation};
    body.validate();
    return body;
  }
};

}  // namespace pyronn
