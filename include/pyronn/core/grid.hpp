// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Grid: where the voxels of a volume lie in the world.
#include <cmath>
#include <limits>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// Where voxels lie in the world, and the only place where mm and voxel indices are converted. The
/// centre of voxel (0, 0, 0) is at `origin` [mm], that of voxel i at `origin + i * spacing`.
struct Grid {
  Extents<3> size;  ///< voxels along (x, y, z)
  Vec3d spacing;    ///< distance between voxel centres along (x, y, z) [mm], positive
  Vec3d origin;     ///< centre of voxel (0, 0, 0) [mm]

  /// A grid whose middle lies at `center` [mm].
  static Grid centered(Extents<3> size, Vec3d spacing, Vec3d center = {0, 0, 0}) {
    Grid grid{size, spacing, center};
    for (int axis = 0; axis < 3; ++axis)
      grid.origin[axis] -= (size[axis] - 1.0) / 2.0 * spacing[axis];
    grid.validate();
    return grid;
  }

  /// A grid of the plane z = 0 whose middle lies at `center` [mm]: one slice of depth 1 mm.
  static Grid flat(Extents<2> size, Vec2d spacing, Vec2d center = {0, 0}) {
    return centered({size[0], size[1], 1}, {spacing[0], spacing[1], 1}, {center[0], center[1], 0});
  }

  /// A grid whose first voxel's centre lies at `origin` [mm].
  static Grid from_origin(Extents<3> size, Vec3d spacing, Vec3d origin) {
    Grid const grid{size, spacing, origin};
    grid.validate();
    return grid;
  }

  /// World position of the middle of the grid [mm].
  [[nodiscard]] Vec3d center() const {
    Vec3d result = origin;
    for (int axis = 0; axis < 3; ++axis) result[axis] += (size[axis] - 1) / 2.0 * spacing[axis];
    return result;
  }

  /// Those of the volume, (x, y, z); of an image in the plane, extents<2>(), (x, y).
  template <int Rank = 3>
  [[nodiscard]] Extents<Rank> extents() const {
    static_assert(Rank == 2 || Rank == 3, "A grid is one of volumes or of images.");
    if constexpr (Rank == 2) {
      return {size[0], size[1]};
    } else {
      return size;
    }
  }

  /// World position [mm] of an index position.
  [[nodiscard]] PYRONN_HOST_DEVICE constexpr Vec3d to_world(Vec3d const& index) const {
    return origin + scale(spacing, index);
  }

  /// Throws InvalidArgument unless every size is at least 1, every spacing from 1e-15 to 1e15 mm,
  /// so that its square has a float, and every origin within 1e12 voxels of 0.
  void validate() const {
    constexpr double slice_limit = std::numeric_limits<int>::max();
    for (int axis = 0; axis < 3; ++axis) {
      detail::expects(size[axis] >= 1, "Grid: size ", size, " must be at least 1 on every axis");
      detail::expects(spacing[axis] >= 1e-15 && spacing[axis] <= 1e15, "Grid: spacing ", spacing,
                      " must be positive and finite on every axis, from 1e-15 to 1e15 mm");
      detail::expects(std::abs(origin[axis]) <= 1e12 * spacing[axis], "Grid: origin ", origin,
                      " must be finite on every axis, within 1e12 voxels of ", spacing, " mm");
    }
    detail::expects(static_cast<double>(size[0]) * size[1] <= slice_limit, "Grid: size ", size,
                    " has more than 2^31 - 1 voxels in one z slice");
    detail::expects(static_cast<double>(size[0]) * size[1] * size[2] < 9e18, "Grid: size ", size,
                    " has more voxels than can be counted");
  }

  /// @{
  /// Grids are equal where all their numbers are.
  friend bool operator==(Grid const& a, Grid const& b) {
    return a.size == b.size && a.spacing == b.spacing && a.origin == b.origin;
  }
  friend bool operator!=(Grid const& a, Grid const& b) { return !(a == b); }
  /// @}
};

}  // namespace pyronn
