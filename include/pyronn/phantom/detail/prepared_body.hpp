// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PreparedBody: a body as kernels evaluate it.

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/phantom/body.hpp>
#include <pyronn/phantom/detail/unit_shape.hpp>

namespace pyronn::detail {

/// How much of a voxel a body covers; `partly` also where that is not certain.
enum class Cover { none, partly, whole };

/// A body in the form in which host and device evaluate it, with the affine map that takes it into
/// the box from -1 to 1. As few bodies have cuts, those of all bodies lie in one table, which the
/// functions below are given.
class PreparedBody {
 public:
  PreparedBody() = default;

  /// `first_cut` is where the body's cuts begin in the table. Throws InvalidArgument where
  /// Body::validate does.
  PreparedBody(Body const& body, int first_cut)
      : center_{body.center},
        attenuation_{body.attenuation},
        shape_{body.shape},
        first_cut_{first_cut},
        num_cuts_{body.num_cuts},
        overwrites_{body.overwrites} {
    body.validate();
    for (int axis = 0; axis < 3; ++axis) {
      // The row of an infinite axis is zero, so that all points lie in the middle along it.
      to_box_[axis] = 1.0 / body.semi_axes[axis] * body.orientation.axis[axis];
    }
  }

  /// The attenuation coefficient [1/mm].
  [[nodiscard]] PYRONN_HOST_DEVICE double attenuation() const { return attenuation_; }
  [[nodiscard]] PYRONN_HOST_DEVICE bool overwrites() const { return overwrites_; }

  /// True for a world point [mm] inside the body.
  [[nodiscard]] PYRONN_HOST_DEVICE bool contains(Vec3d const& point, HalfSpace const* all) const {
    if (!is_inside(shape_, to_box(point - center_))) return false;
    for (int n = first_cut_; n < first_cut_ + num_cuts_; ++n) {
      if (dot(all[n].normal, point) > all[n].offset) return false;
    }
    return true;
  }

  /// The interval of a ray, between its begin and end, inside the body; nothing for a ray without
  /// direction. It is computed about the ray's point nearest to the body, so that the distance R of
  /// the source adds an error of no more than 1e-16 R.
  [[nodiscard]] PYRONN_HOST_DEVICE Interval chord(Ray<double> const& ray,
                                                  HalfSpace const* all) const {
    if (!(dot(ray.direction, ray.direction) > 0.0)) return nothing();
    Vec3d const origin = to_box(ray.origin - center_);
    Vec3d const direction = to_box(ray.direction);
    double const square = dot(direction, direction);
    double const middle = square > 0.0 ? -dot(origin, direction) / square : 0.0;
    Vec3d const nearest = origin + middle * direction;
    if (!(dot(nearest, nearest) <= 3.0 + 1e-9)) return nothing();  // the line misses the box
    Interval const range{ray.begin - middle, ray.end - middle};
    Interval inside = clip(shape_, range, nearest, direction);
    if (inside.is_empty()) return nothing();
    Vec3d const middle_point = ray.origin + middle * ray.direction;
    for (int n = first_cut_; n < first_cut_ + num_cuts_; ++n) {
      inside = clip_below(inside, dot(all[n].normal, middle_point) - all[n].offset,
                          dot(all[n].normal, ray.direction));
    }
    if (inside.is_empty()) return nothing();
    return {inside.from + middle, inside.to + middle};
  }

  /// How much the body covers of the voxel about `center` with these half widths [mm].
  [[nodiscard]] PYRONN_HOST_DEVICE Cover cover(Vec3d const& center, Vec3d const& half,
                                               HalfSpace const* all) const {
    Vec3d const in_box = to_box(center - center_);
    Vec3d half_extent{};
    for (int axis = 0; axis < 3; ++axis) {
      half_extent[axis] = extent(to_box_[axis], half);
      if (abs(in_box[axis]) > 1.0 + half_extent[axis]) return Cover::none;
    }
    if (shape_ == Shape::ellipsoid) {
      double const distance = length(in_box);
      if (distance > 1.0 + length(half_extent)) return Cover::none;
      if (distance + length(half_extent) < 1.0 && num_cuts_ == 0) return Cover::whole;
    }
    for (int n = first_cut_; n < first_cut_ + num_cuts_; ++n) {
      double const beyond = dot(all[n].normal, center) - all[n].offset;
      if (beyond > extent(all[n].normal, half)) return Cover::none;
    }
    for (int corner = 0; corner < 8; ++corner) {
      Vec3d point = center;
      for (int axis = 0; axis < 3; ++axis) {
        point[axis] += (corner >> axis) % 2 == 0 ? -half[axis] : half[axis];
      }
      if (!contains(point, all)) return Cover::partly;
    }
    return Cover::whole;  // all corners are inside, and the body is convex
  }

 private:
  /// A vector [mm], the difference of two points, in units of the box's half widths.
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d to_box(Vec3d const& vector) const {
    return {dot(to_box_[0], vector), dot(to_box_[1], vector), dot(to_box_[2], vector)};
  }

  /// The most by which dot(row, point) changes between a voxel's centre and its border.
  static PYRONN_HOST_DEVICE double extent(Vec3d const& row, Vec3d const& half) {
    return abs(row[0]) * half[0] + abs(row[1]) * half[1] + abs(row[2]) * half[2];
  }

  Vec3d center_;
  Vec3d to_box_[3];
  double attenuation_;
  Shape shape_;
  int first_cut_;
  int num_cuts_;
  bool overwrites_;
};

}  // namespace pyronn::detail
