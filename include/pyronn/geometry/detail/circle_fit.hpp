// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The circle on which the sources of a scan lie.
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn::detail {

/// A circle through points, and where on it each lies.
struct Circle {
  Vec3d center;                ///< [mm]
  Vec3d normal;                ///< of the circle's plane, of unit length
  double radius;               ///< [mm]
  std::vector<double> angles;  ///< at which the points lie, in (-pi, pi]
};

/// The direction in which points spread least, from their symmetric scatter matrix. Where the
/// points lie in a plane so do the rows of the matrix, and the vector product of two rows is normal
/// to it. The result has length 0 where the points lie on a line.
inline Vec3d plane_normal(Vec3d const (&scatter)[3]) {
  Vec3d normal{0, 0, 0};
  for (int row = 0; row < 3; ++row) {
    Vec3d const candidate = cross(scatter[row], scatter[(row + 1) % 3]);
    if (length(candidate) > length(normal)) normal = candidate;
  }
  double const trace = scatter[0][0] + scatter[1][1] + scatter[2][2];
  double const norm = length(normal);
  return norm > 1e-14 * trace * trace ? 1.0 / norm * normal : Vec3d{0, 0, 0};
}

/// The circle of least squares about points with mean 0: its centre solves
/// 2 sum(p p') c = sum(|p|^2 p) in the plane of the points, and the mean of |p|^2 is r^2 - c^2
/// (I. Kasa, IEEE Trans. Instrum. Meas. 25, 1976).
inline Circle fit_centered_circle(char const* function, std::vector<Vec3d> const& points) {
  Vec3d scatter[3] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
  Vec3d moment{0, 0, 0};
  double squares = 0.0;
  for (Vec3d const& point : points) {
    for (int row = 0; row < 3; ++row) scatter[row] += point[row] * point;
    moment += dot(point, point) * point;
    squares += dot(point, point);
  }
  Vec3d const normal = plane_normal(scatter);
  expects(length(normal) > 0, function,
          ": the sources must lie on a circle, but they lie on a line");
  // This gives the matrix full rank and does not move the solution out of the plane.
  for (int row = 0; row < 3; ++row) scatter[row] += squares * normal[row] * normal;
  Vec3d const cofactors[3] = {cross(scatter[1], scatter[2]), cross(scatter[2], scatter[0]),
                              cross(scatter[0], scatter[1])};
  double const determinant = dot(scatter[0], cofactors[0]);
  Vec3d center{0, 0, 0};
  for (int row = 0; row < 3; ++row) center += moment[row] * cofactors[row];
  center *= 0.5 / determinant;
  center -= dot(center, normal) * normal;
  double const count = static_cast<double>(points.size());
  return {center, normal, std::sqrt(squares / count + dot(center, center)), {}};
}

/// The circle of least squares through points. Throws InvalidArgument for fewer than three points
/// and for points more than a hundredth of the radius off the circle.
inline Circle fit_circle(char const* function, std::vector<Vec3d> points) {
  expects(points.size() >= 3, function, ": ", counted(points.size(), "view"),
          points.size() == 1 ? " is" : " are", " too few for a circle");
  Vec3d mean{0, 0, 0};
  for (Vec3d const& point : points) mean += 1.0 / static_cast<double>(points.size()) * point;
  for (Vec3d& point : points) point -= mean;
  Circle circle = fit_centered_circle(function, points);
  Vec3d const first = points.front() - circle.center;
  Vec3d const second = cross(circle.normal, first);
  double worst = 0.0;
  std::size_t worst_view = 0;
  for (std::size_t n = 0; n < points.size(); ++n) {
    Vec3d const arm = points[n] - circle.center;
    double const height = dot(arm, circle.normal);
    double const in_plane = length(arm - height * circle.normal);
    double const off = std::hypot(in_plane - circle.radius, height);
    if (off > worst) {
      worst = off;
      worst_view = n;
    }
    circle.angles.push_back(std::atan2(dot(arm, second), dot(arm, first)));
  }
  expects(worst <= 0.01 * circle.radius, function,
          ": the sources must lie on a circle, but that of view ", worst_view, " is ",
          rounded(worst), " mm off the best one, of radius ", rounded(circle.radius),
          " mm; a hundredth of it is the limit");
  circle.center += mean;
  return circle;
}

}  // namespace pyronn::detail
