// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bodies and phantoms from their definitions, in double precision, slowly.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/geometry/ray.hpp>
#include <pyronn/phantom/body.hpp>
#include <pyronn/phantom/phantom.hpp>

namespace test {

/// A surface counts as inside.
inline bool is_inside(pyronn::Body const& body, pyronn::Vec3d const& point) {
  double place[3];
  for (int i = 0; i < 3; ++i) {
    place[i] = dot(point - body.center, body.orientation.axis[i]) / body.semi_axes[i];
  }
  for (int n = 0; n < body.num_cuts; ++n) {
    if (dot(body.cuts[n].normal, point) > body.cuts[n].offset) return false;
  }
  double const from_axis = std::hypot(place[0], place[1]);
  double const widest = std::max(std::abs(place[0]), std::abs(place[1]));
  double const taper = (1 - place[2]) / 2;
  bool const has_height = std::abs(place[2]) <= 1;
  switch (body.shape) {
    case pyronn::Shape::ellipsoid:
      return std::hypot(from_axis, place[2]) <= 1;
    case pyronn::Shape::box:
      return has_height && widest <= 1;
    case pyronn::Shape::cylinder:
      return has_height && from_axis <= 1;
    case pyronn::Shape::cone:
      return has_height && from_axis <= taper;
    case pyronn::Shape::pyramid:
      return has_height && widest <= taper;
  }
  return false;
}

inline double attenuation_at(pyronn::Phantom const& phantom, pyronn::Vec3d const& point) {
  double value = 0;
  for (pyronn::Body const& body : phantom) {
    if (is_inside(body, point)) value = (body.overwrites ? 0 : value) + body.attenuation;
  }
  return value;
}

/// Along a finite ray: looks for every body's surfaces at `samples` points where it may be, closes
/// in on them, and asks in the middle between any two what is there. Chords that slip between the
/// samples are missed.
inline double line_integral(pyronn::Phantom const& phantom, pyronn::Ray<double> const& ray,
                            int samples) {
  auto const point = [&ray](double t) { return ray.origin + t * ray.direction; };
  std::vector<double> borders{ray.begin, ray.end};
  for (pyronn::Body const& body : phantom) {
    double const square = dot(ray.direction, ray.direction);
    double const middle = dot(body.center - ray.origin, ray.direction) / square;
    double const reach = 1.001 * length(body.semi_axes);
    if (length(point(middle) - body.center) > reach) continue;
    double const from = middle - reach / std::sqrt(square);
    double const step = 2 * reach / std::sqrt(square) / samples;
    bool before = false;
    for (int n = 1; n <= samples; ++n) {
      bool const now = is_inside(body, point(from + n * step));
      if (now != before) {
        double low = from + (n - 1) * step;
        double high = from + n * step;
        for (int k = 0; k < 60; ++k) {
          double const half_way = (low + high) / 2;
          (is_inside(body, point(half_way)) == before ? low : high) = half_way;
        }
        if (low > ray.begin && low < ray.end) borders.push_back(low);
      }
      before = now;
    }
  }
  std::sort(borders.begin(), borders.end());
  double sum = 0;
  for (std::size_t n = 1; n < borders.size(); ++n) {
    double const middle = (borders[n - 1] + borders[n]) / 2;
    sum += (borders[n] - borders[n - 1]) * attenuation_at(phantom, point(middle));
  }
  return sum * length(ray.direction);
}

}  // namespace test
