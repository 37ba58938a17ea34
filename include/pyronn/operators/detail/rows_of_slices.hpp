// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RowsOfSlices: scans in space that are scans of the plane, slice by slice.
#include <cmath>
#include <optional>

#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>

namespace pyronn::detail {

/// In which detector rows slices are seen where rays are parallel and perpendicular to z: slice z
/// in row `first + z * step`, in every view, at every x and y.
struct RowsOfSlices {
  /// Rows that are so far apart count as one: positions in single precision are no better [rows].
  static constexpr double tolerance = 1e-5;

  double first;
  double step;
};

/// Those of a view, taken from its first voxel; none where other voxels do not agree with it.
inline std::optional<RowsOfSlices> rows_of_slices(ProjectionMatrix const& matrix,
                                                  Grid const& grid) {
  bool const has_depth_1 =
      length(matrix.direction(2)) == 0 && matrix.row[2][3] == 1 && matrix.row[1][2] != 0;
  if (!has_depth_1) return std::nullopt;
  RowsOfSlices const rows{matrix(grid.origin)[1], matrix.row[1][2] * grid.spacing[2]};
  double drift = 0;
  for (int axis = 0; axis < 2; ++axis) {
    drift += std::abs(matrix.row[1][axis] * grid.spacing[axis]) * (grid.size[axis] - 1);
  }
  // Rows much finer or coarser than slices are not worth blending.
  bool const is_level = drift <= RowsOfSlices::tolerance;
  bool const is_alike = std::abs(rows.step) > 1.0 / 16 && std::abs(rows.step) < 16;
  return is_level && is_alike ? std::optional<RowsOfSlices>{rows} : std::nullopt;
}

/// The same rows, exactly those that slices meet where they nearly do.
inline RowsOfSlices snapped(RowsOfSlices const& rows, int slices) {
  RowsOfSlices const exact{std::round(rows.first), rows.step > 0 ? 1.0 : -1.0};
  double const last = (slices - 1) * (rows.step - exact.step);
  double const begin = rows.first - exact.first;
  bool const is_near = max(std::abs(begin), std::abs(begin + last)) <= RowsOfSlices::tolerance;
  return is_near ? exact : rows;
}

/// Whether rays run through all of space, as far as a view says.
template <class View>
bool has_endless_rays(View const& view) {
  if constexpr (has_projective_rays_v<View>) {
    ProjectiveRays const rays = view.projective_rays();
    return !rays.diverge && std::isinf(rays.begin) && std::isinf(rays.end);
  }
  return true;
}

/// Those of a scan; none where a view has others or its columns lean.
template <class Geometry>
std::optional<RowsOfSlices> find_rows_of_slices(Geometry const& geometry, Grid const& grid) {
  std::optional<RowsOfSlices> result;
  for (int n = 0; n < geometry.num_views(); ++n) {
    auto const view = geometry.view(n);
    auto const rows = rows_of_slices(view.projection_matrix(), grid);
    bool const fits = rows && ZAlignedMap::fits(view, grid, geometry.detector_size());
    if (!fits || !has_endless_rays(view)) return std::nullopt;
    if (n == 0) result = rows;
    double const begin = rows->first - result->first;
    double const last = (grid.size[2] - 1) * (rows->step - result->step);
    if (!(max(std::abs(begin), std::abs(begin + last)) <= RowsOfSlices::tolerance)) {
      return std::nullopt;
    }
  }
  if (result) result = snapped(*result, grid.size[2]);
  return result;
}

}  // namespace pyronn::detail
