// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What kernels for scans of the plane may take for granted, found out once for each view.
#include <cmath>
#include <limits>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn::detail {

/// A corner of the image, `margin` voxels beyond the centres of its outermost voxels [mm].
inline Vec3d image_corner(Grid const& grid, int corner, double margin) {
  Vec3d index{0, 0, 0};
  for (int axis = 0; axis < 2; ++axis) {
    bool const is_upper = (corner >> axis & 1) != 0;
    index[axis] = is_upper ? grid.size[axis] - 1 + margin : -margin;
  }
  return grid.to_world(index);
}

/// The rays lie in the plane, begin before the image and end behind it.
struct RaysThroughGrid {
  template <class View>
  static bool fits(View const& view, Grid const& grid, Extents<2>) {
    ProjectiveRays const rays = view.projective_rays();
    auto const leaves_plane = [](Vec3d const& vec) {
      return !(std::abs(vec[2]) <= 1e-12 * length(vec));
    };
    if (leaves_plane(rays.direction) || leaves_plane(rays.along_u) || rays.origin[2] != 0) {
      return false;
    }
    // All rays reach a plane parallel to the detector at the same parameter, which is linear in the
    // plane's distance: corners suffice. A voxel's sample spreads over one voxel to each side, and
    // the slice in it owns half a voxel more.
    constexpr double margin = 1.5;
    Vec3d const normal = cross(rays.along_u, rays.along_v);
    double const advance = dot(rays.direction, normal);
    for (int corner = 0; corner < 4; ++corner) {
      double const at = dot(image_corner(grid, corner, margin) - rays.origin, normal) / advance;
      if (!(at >= rays.begin && at <= rays.end)) return false;
    }
    return true;
  }
};

/// Every voxel is seen, on the detector's only row, and none is so near to the source's plane that
/// single precision loses its depth.
struct GridBeforeSource {
  template <class View>
  static bool fits(View const& view, Grid const& grid, Extents<2>) {
    ProjectionMatrix const matrix = view.projection_matrix();
    double nearest = std::numeric_limits<double>::infinity();
    double farthest = 0;
    for (int corner = 0; corner < 4; ++corner) {
      Vec3d const point = matrix(image_corner(grid, corner, 0));
      if (!(point[2] > 0 && std::abs(point[1]) <= 1e-6 * point[2])) return false;
      nearest = min(nearest, point[2]);
      farthest = max(farthest, point[2]);
    }
    return nearest >= 1e-3 * farthest;
  }
};

}  // namespace pyronn::detail
