// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Parallel rays as filtered backprojection weights them: the axis about which they turn, and the
/// views about it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/detail/circle_fit.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/recon/fbp/detail/angular_sampling.hpp>
#include <pyronn/recon/fbp/detail/row_checks.hpp>
#include <pyronn/recon/fbp/detail/view.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/redundancy/detail/choice.hpp>

namespace pyronn::detail {

/// The axis about which parallel rays turn, of unit length: across all of their directions. Throws
/// InvalidArgument where there is none.
inline Vec3d axis_across(char const* function, std::vector<Vec3d> const& directions) {
  Vec3d scatter[3] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
  for (Vec3d const& direction : directions) {
    for (int row = 0; row < 3; ++row) scatter[row] += direction[row] * direction;
  }
  Vec3d const axis = plane_normal(scatter);
  expects(length(axis) > 0, function, ": the rays of all views are parallel to one another");
  for (std::size_t n = 0; n < directions.size(); ++n) {
    double const tilt = std::asin(std::min(1.0, std::abs(dot(directions[n], axis))));
    expects(tilt / degree <= 1.0, function,
            ": parallel rays must run across one axis, but in view ", n, " they are ",
            rounded(tilt / degree), " degrees off");
  }
  return axis;
}

/// Where the lines of one view of parallel rays lie.
struct ParallelLines {
  Vec3d across;   ///< the rays and the axis, of unit length
  double first;   ///< of pixel (0, 0) from the world's origin along `across` [mm]
  double step_u;  ///< from column to column [mm]
  double step_v;  ///< from row to row [mm]
};

inline ParallelLines parallel_lines(ProjectiveRays const& rays, Vec3d const& axis) {
  Vec3d const across = cross(axis, rays.direction);
  Vec3d const unit = 1.0 / length(across) * across;
  return {unit, dot(rays.origin, unit), dot(rays.along_u, unit), dot(rays.along_v, unit)};
}

/// A point of the axis: about which the middles of all detectors lie equally far to one side, by
/// least squares. Where views do not tell, as in a narrow range, it is near the world's origin.
inline Vec3d point_of_axis(std::vector<ParallelLines> const& views, Vec3d const& axis,
                           Extents<2> detector) {
  Vec3d const first = views.front().across;
  Vec3d const second = cross(axis, first);
  Vec3d matrix[3] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
  Vec3d right{0, 0, 0};
  for (ParallelLines const& view : views) {
    Vec3d const row{dot(view.across, first), dot(view.across, second), 1.0};
    double const middle =
        view.first + 0.5 * (detector[0] - 1) * view.step_u + 0.5 * (detector[1] - 1) * view.step_v;
    for (int i = 0; i < 3; ++i) matrix[i] += row[i] * row;
    right += middle * row;
  }
  for (int i = 0; i < 3; ++i) matrix[i][i] += 1e-9 * static_cast<double>(views.size());
  Vec3d const columns[3] = {cross(matrix[1], matrix[2]), cross(matrix[2], matrix[0]),
                            cross(matrix[0], matrix[1])};
  double const determinant = dot(matrix[0], columns[0]);
  Vec3d const solution =
      1.0 / determinant * (right[0] * columns[0] + right[1] * columns[1] + right[2] * columns[2]);
  return solution[0] * first + solution[1] * second;
}

/// The same lines about a point of the axis.
inline std::vector<ParallelLines> lines_about(std::vector<ParallelLines> views,
                                              Vec3d const& point) {
  for (ParallelLines& view : views) view.first -= dot(point, view.across);
  return views;
}

/// How far any of these lines is from the axis, at most [mm].
inline double reach_of(std::vector<ParallelLines> const& views, Extents<2> detector) {
  double reach = 0.0;
  for (ParallelLines const& view : views) {
    reach = std::max(reach, std::abs(view.first) + detector[0] * std::abs(view.step_u) +
                                detector[1] * std::abs(view.step_v));
  }
  return reach;
}

/// Parallel rays as from a source so far away that floats cannot tell it from infinity, the same
/// distance for all views, so that their fan angles can be compared. Rows are filtered with the
/// ramp at the distance between their lines.
inline FlatFbpView parallel_view(ParallelLines const& lines, double reach) {
  double const distance = 1e5 * reach;
  auto const at_distance = [&](double place, double depth) {
    return vec_cast<float>(Vec3d{place / distance, depth, 0});
  };
  return {at_distance(lines.first, 1),
          at_distance(lines.step_u, 0),
          at_distance(lines.step_v, 0),
          {static_cast<float>(1.0 / std::abs(lines.step_u))}};
}

/// The directions of the rays, of unit length. Throws InvalidArgument where not all are parallel
/// ones.
template <class Geometry>
std::vector<Vec3d> ray_directions(char const* function, Geometry const& geometry) {
  std::vector<Vec3d> directions;
  for (int n = 0; n < geometry.num_views(); ++n) {
    ProjectiveRays const rays = geometry.view(n).projective_rays();
    expects(!rays.diverge, function, ": the rays of view ", n,
            " must be parallel, as those of view 0");
    directions.push_back(1.0 / length(rays.direction) * rays.direction);
  }
  return directions;
}

/// Views of parallel rays about one axis, wherever it runs.
template <class Geometry>
std::vector<FlatFbpView> parallel_scan(char const* function, Geometry const& geometry,
                                       FbpOptions const& options) {
  std::vector<Vec3d> const directions = detail::ray_directions(function, geometry);
  Vec3d const axis = axis_across(function, directions);
  Vec3d const second = cross(axis, directions.front());
  Extents<2> const detector = geometry.detector_size();
  std::vector<double> angles;
  std::vector<double> doubled;
  std::vector<ParallelLines> lines;
  for (int n = 0; n < geometry.num_views(); ++n) {
    ProjectiveRays const rays = geometry.view(n).projective_rays();
    Vec3d const direction = directions[static_cast<std::size_t>(n)];
    check_rows(function, rays.along_u, axis, n);
    angles.push_back(std::atan2(dot(direction, second), dot(direction, directions.front())));
    doubled.push_back(std::remainder(2.0 * angles.back(), 2.0 * pi));
    lines.push_back(parallel_lines(rays, axis));
  }
  lines = lines_about(lines, point_of_axis(lines, axis, detector));
  double const reach = reach_of(lines, detector);
  std::vector<FlatFbpView> views;
  views.reserve(lines.size());
  for (ParallelLines const& view : lines) views.push_back(parallel_view(view, reach));
  ScanWeights const scan = parallel_weights(
      function, options.redundancy, sample_angles(function, angles),
      sample_angles(function, doubled), angles, scan_reach(function, views, detector));
  for (std::size_t n = 0; n < views.size(); ++n) {
    double const share =
        options.angular_weights.empty() ? scan.shares[n] : 2.0 * options.angular_weights[n];
    views[n].share.factor *= static_cast<float>(share);
    views[n].share.redundancy = scan.weights[n];
    if (scan.kind == Redundancy::wang) {
      detail::check_offset_rows(function, geometry.view(static_cast<int>(n)), axis, n);
    }
  }
  return views;
}

}  // namespace pyronn::detail
