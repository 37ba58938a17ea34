// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rows of a detector that a volume's shadow falls on, and the slices that rows see.
#include <algorithm>
#include <cmath>
#include <limits>

#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

/// Consecutive rows of a detector.
struct DetectorRows {
  int first = 0;  ///< from 0
  int count = 0;  ///< 0: none
};

namespace detail {

/// How many of a ray's directions from its origin a point lies, whatever pixel it is seen by.
inline double along_rays(ProjectiveRays const& rays, Vec3d const& point) {
  Vec3d const normal = cross(rays.along_u, rays.along_v);
  return dot(normal, point - rays.origin) / dot(normal, rays.direction);
}

/// Those beside the projections of a grid's corners, and one more to either side for rounding.
template <class Geometry>
DetectorRows rows_beside_corners(Geometry const& geometry, Grid const& grid) {
  using View = view_t<Geometry>;
  int const rows = geometry.detector_size()[1];
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (int n = 0; n < geometry.num_views(); ++n) {
    View const view = geometry.view(n);
    for (int corner = 0; corner < 8; ++corner) {
      Vec3d index;
      for (int axis = 0; axis < 3; ++axis) {
        index[axis] = (corner >> axis & 1) == 0 ? 0.0 : grid.size[axis] - 1.0;
      }
      auto const seen = view.project(vec_cast<projection_scalar_t<View>>(grid.to_world(index)));
      auto const row = static_cast<double>(seen.v);
      if (!(seen.depth > 0) || !std::isfinite(row)) return {0, rows};
      least = std::min(least, row);
      most = std::max(most, row);
    }
  }
  double const first = std::clamp(std::floor(least) - 1, 0.0, static_cast<double>(rows));
  double const last = std::clamp(std::floor(most) + 2, -1.0, rows - 1.0);
  int const count = static_cast<int>(last - first) + 1;
  return {count > 0 ? static_cast<int>(first) : 0, std::max(0, count)};
}

}  // namespace detail

/// The rows that backprojection onto the voxels of `grid` reads in some view, and some beside them.
/// All rows where a corner of the grid is not before the source, and for views without
/// `projection_matrix`, which may see other points of the grid beyond its corners. Geometries of
/// space with `project`.
template <class Geometry>
[[nodiscard]] DetectorRows shadow_rows(Geometry const& geometry, Grid const& grid) {
  if constexpr (is_projective_view_v<view_t<Geometry>>) {
    return detail::rows_beside_corners(geometry, grid);
  } else {
    return {0, geometry.detector_size()[1]};
  }
}

/// Consecutive slices [first, first + count) of a grid.
struct GridSlices {
  int first = 0;  ///< from 0
  int count = 0;  ///< 0: none
};

/// The slices between or beside which rays of these rows lie in some view, within the grid, and one
/// more to either side for rounding: bounds, which need not be the closest ones. All slices where a
/// part of the grid is not before a source. Geometries whose views have `projection_matrix` and
/// `projective_rays`.
template <class Geometry>
[[nodiscard]] GridSlices seen_slices(Geometry const& geometry, Grid const& grid,
                                     DetectorRows const& rows) {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  double const columns[] = {0.0, geometry.detector_size()[0] - 1.0};
  double const ends[] = {static_cast<double>(rows.first), rows.first + rows.count - 1.0};
  for (int n = 0; n < geometry.num_views(); ++n) {
    auto const view = geometry.view(n);
    ProjectiveRays const rays = view.projective_rays();
    double near = std::numeric_limits<double>::infinity();
    double far = -near;
    for (int corner = 0; corner < 8; ++corner) {
      Vec3d index;
      for (int axis = 0; axis < 3; ++axis) {
        index[axis] = (corner >> axis & 1) == 0 ? -0.5 : grid.size[axis] - 0.5;
      }
      // How far along the rays: u and v do not change it, as pixels lie in a plane.
      double const along = detail::along_rays(rays, grid.to_world(index));
      near = std::min(near, along);
      far = std::max(far, along);
    }
    if (rays.diverge && !(near > 0)) return {0, grid.size[2]};
    // A position is linear in each of u, v and the way, so that ends are extreme.
    for (double const u : columns) {
      for (double const v : ends) {
        Ray<double> const ray = rays.ray(u, v);
        for (double const way : {near, far}) {
          double const z = (ray.origin + way * ray.direction)[2];
          least = std::min(least, (z - grid.origin[2]) / grid.spacing[2]);
          most = std::max(most, (z - grid.origin[2]) / grid.spacing[2]);
        }
      }
    }
  }
  double const slices = grid.size[2];
  if (!std::isfinite(least) || !std::isfinite(most)) return {0, grid.size[2]};
  double const first = std::clamp(std::floor(least) - 1, 0.0, slices);
  double const last = std::clamp(std::floor(most) + 2, -1.0, slices - 1);
  int const count = static_cast<int>(last - first) + 1;
  return {count > 0 ? static_cast<int>(first) : 0, std::max(0, count)};
}

}  // namespace pyronn
