// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rows of a detector that a volume's shadow falls on.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

/// Consecutive rows of a detector.
struct DetectorRows {
  int first = 0;  ///< from 0
  int count = 0;  ///< 0: none
};

/// The rows that backprojection onto the voxels of `grid` reads in some view: those beside the
/// projections of its corners, as views are projective, and one more to either side for rounding.
/// All rows where a corner is not before the source. Geometries of space with `project`.
template <class Geometry>
[[nodiscard]] DetectorRows shadow_rows(Geometry const& geometry, Grid const& grid) {
  int const rows = geometry.detector_size()[1];
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (int n = 0; n < geometry.num_views(); ++n) {
    auto const view = geometry.view(n);
    using Number = projection_scalar_t<std::decay_t<decltype(view)>>;
    for (int corner = 0; corner < 8; ++corner) {
      Vec3d index;
      for (int axis = 0; axis < 3; ++axis) {
        index[axis] = (corner >> axis & 1) == 0 ? 0.0 : grid.size[axis] - 1.0;
      }
      auto const seen = view.project(vec_cast<Number>(grid.to_world(index)));
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

}  // namespace pyronn
