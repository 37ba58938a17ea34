// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How far the views of a scan turn.
#include <cmath>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn::detail {

/// The angle between two directions of lines, whatever their signs, at most pi / 2 [rad].
inline double angle_of_lines(Vec3d const& a, Vec3d const& b) {
  return std::atan2(length(cross(a, b)), std::abs(dot(a, b)));
}

/// The sum of the angles between the central rays of successive views [rad]; of views without rays
/// a whole turn.
template <class Geometry>
double swept_range(Geometry const& geometry) {
  if constexpr (has_ray_v<view_t<Geometry>>) {
    using Scalar = pixel_scalar_t<view_t<Geometry>>;
    Extents<2> const pixels = geometry.detector_size();
    auto const direction = [&](int n) {
      auto const ray = geometry.view(n).ray(static_cast<Scalar>(0.5 * (pixels[0] - 1)),
                                            static_cast<Scalar>(0.5 * (pixels[1] - 1)));
      return Vec3d{1.0 * ray.direction[0], 1.0 * ray.direction[1], 1.0 * ray.direction[2]};
    };
    double sum = 0;
    for (int n = 1; n < geometry.num_views(); ++n)
      sum += angle_of_lines(direction(n - 1), direction(n));
    return sum;
  } else {
    return 2 * pi;
  }
}

/// Whether so much of the half turn is missing, between the first and the last view, that a quarter
/// of the views, held out at an end, is no more than that.
template <class Geometry>
bool misses_much(Geometry const& geometry) {
  constexpr double of_views = 0.25;
  double const range = swept_range(geometry);
  return pi - range >= of_views * range;
}

}  // namespace pyronn::detail
