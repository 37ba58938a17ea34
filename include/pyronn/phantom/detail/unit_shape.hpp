// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The shapes of bodies in the box from -1 to 1: which points, and which interval of a line, lie
/// inside.
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/phantom/body.hpp>

namespace pyronn::detail {

/// The interval of a line between two parameters; it is empty unless from < to.
struct Interval {
  double from, to;

  [[nodiscard]] PYRONN_HOST_DEVICE bool is_empty() const { return !(from < to); }
  [[nodiscard]] PYRONN_HOST_DEVICE double length() const { return to - from; }
};

PYRONN_HOST_DEVICE constexpr Interval nothing() { return {0.0, 0.0}; }

PYRONN_HOST_DEVICE inline Interval common(Interval const& a, Interval const& b) {
  return {max(a.from, b.from), min(a.to, b.to)};
}

/// The part of an interval where value + t * slope <= 0.
PYRONN_HOST_DEVICE inline Interval clip_below(Interval range, double value, double slope) {
  if (slope > 0.0) {
    range.to = min(range.to, -value / slope);
  } else if (slope < 0.0) {
    range.from = max(range.from, -value / slope);
  } else if (value > 0.0) {
    return nothing();
  }
  return range;
}

/// The part of an interval where the coordinate origin + t * slope lies between -1 and 1. A line in
/// the lower face is inside, one in the upper face is not.
PYRONN_HOST_DEVICE inline Interval clip_slab(Interval const& range, double origin, double slope) {
  if (slope == 0.0) return origin >= -1.0 && origin < 1.0 ? range : nothing();
  double const a = (-1.0 - origin) / slope;
  double const b = (1.0 - origin) / slope;
  return common(range, {min(a, b), max(a, b)});
}

/// The part of an interval within distance 1 of the third axis. It is computed from the line's
/// distance from the axis, |o x d| / |d|, which avoids the difference of large squares.
PYRONN_HOST_DEVICE inline Interval clip_disc(Interval const& range, Vec3d const& origin,
                                             Vec3d const& direction) {
  double const square = direction[0] * direction[0] + direction[1] * direction[1];
  if (square == 0.0) {
    double const radius_square = origin[0] * origin[0] + origin[1] * origin[1];
    return radius_square <= 1.0 ? range : nothing();
  }
  double const moment = origin[0] * direction[1] - origin[1] * direction[0];
  double const inside = square - moment * moment;
  if (!(inside > 0.0)) return nothing();
  double const middle = -(origin[0] * direction[0] + origin[1] * direction[1]) / square;
  double const half = std::sqrt(inside) / square;
  return common(range, {middle - half, middle + half});
}

/// The part of an interval within the unit ball.
PYRONN_HOST_DEVICE inline Interval clip_ball(Interval const& range, Vec3d const& origin,
                                             Vec3d const& direction) {
  Vec3d const moment = cross(origin, direction);
  double const square = dot(direction, direction);
  double const inside = square - dot(moment, moment);
  if (!(inside > 0.0)) return nothing();
  double const middle = -dot(origin, direction) / square;
  double const half = std::sqrt(inside) / square;
  return common(range, {middle - half, middle + half});
}

/// The part of `range`, in which w = (1 - z) / 2 is between 0 and 1, that is at most w from the
/// third axis: there x^2 + y^2 - w^2 = a t^2 + 2 b t + c <= 0.
PYRONN_HOST_DEVICE inline Interval clip_cone(Interval range, Vec3d const& origin,
                                             Vec3d const& direction) {
  double const w = 0.5 * (1.0 - origin[2]);
  double const slope = -0.5 * direction[2];
  double const a = direction[0] * direction[0] + direction[1] * direction[1] - slope * slope;
  double const b = origin[0] * direction[0] + origin[1] * direction[1] - w * slope;
  double const c = origin[0] * origin[0] + origin[1] * origin[1] - w * w;
  if (a == 0.0) return clip_below(range, c, 2.0 * b);
  // b^2 - a c is computed by Lagrange's identity: all three products vanish at the apex.
  double const xw = origin[0] * slope - w * direction[0];
  double const yw = origin[1] * slope - w * direction[1];
  double const xy = origin[0] * direction[1] - origin[1] * direction[0];
  double const discriminant = xw * xw + yw * yw - xy * xy;
  if (a > 0.0 && !(discriminant > 0.0)) return nothing();
  double const root = std::sqrt(max(discriminant, 0.0));
  double const sum =
      b > 0.0 ? -b - root : -b + root;  // both terms have the same sign: no cancellation
  double const t1 = sum / a;
  double const t2 = sum == 0.0 ? 0.0 : c / sum;
  if (a > 0.0) return common(range, {min(t1, t2), max(t1, t2)});
  // The line is inside the double cone outside [t1, t2]; w is positive in the half below the apex.
  if (slope > 0.0) {
    range.from = max(range.from, max(t1, t2));
  } else {
    range.to = min(range.to, min(t1, t2));
  }
  return range;
}

/// The part of `range` where |x| and |y| are at most w = (1 - z) / 2.
PYRONN_HOST_DEVICE inline Interval clip_pyramid(Interval range, Vec3d const& origin,
                                                Vec3d const& direction) {
  double const w = 0.5 * (1.0 - origin[2]);
  double const slope = -0.5 * direction[2];
  for (int axis = 0; axis < 2; ++axis) {
    range = clip_below(range, origin[axis] - w, direction[axis] - slope);
    range = clip_below(range, -origin[axis] - w, -direction[axis] - slope);
  }
  return range;
}

/// The part of `range` where origin + t * direction lies in the shape.
PYRONN_HOST_DEVICE inline Interval clip(Shape shape, Interval range, Vec3d const& origin,
                                        Vec3d const& direction) {
  if (shape == Shape::ellipsoid) return clip_ball(range, origin, direction);
  range = clip_slab(range, origin[2], direction[2]);
  if (range.is_empty()) return nothing();
  switch (shape) {
    case Shape::ellipsoid:
      break;
    case Shape::box:
      range = clip_slab(range, origin[0], direction[0]);
      return clip_slab(range, origin[1], direction[1]);
    case Shape::cylinder:
      return clip_disc(range, origin, direction);
    case Shape::cone:
      return clip_cone(range, origin, direction);
    case Shape::pyramid:
      return clip_pyramid(range, origin, direction);
  }
  return nothing();
}

PYRONN_HOST_DEVICE inline bool in_slab(double coordinate) {
  return coordinate >= -1.0 && coordinate < 1.0;
}

/// True for a point in the shape.
PYRONN_HOST_DEVICE inline bool is_inside(Shape shape, Vec3d const& point) {
  double const disc = point[0] * point[0] + point[1] * point[1];
  double const w = 0.5 * (1.0 - point[2]);
  switch (shape) {
    case Shape::ellipsoid:
      return dot(point, point) <= 1.0;
    case Shape::box:
      return in_slab(point[0]) && in_slab(point[1]) && in_slab(point[2]);
    case Shape::cylinder:
      return disc <= 1.0 && in_slab(point[2]);
    case Shape::cone:
      return disc <= w * w && in_slab(point[2]);
    case Shape::pyramid:
      return abs(point[0]) <= w && abs(point[1]) <= w && in_slab(point[2]);
  }
  return false;
}

}  // namespace pyronn::detail
