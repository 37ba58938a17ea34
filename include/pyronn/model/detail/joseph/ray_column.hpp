// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RayColumn: the rays of one detector column of a z-aligned view, together.
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/forward.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/detail/views/index_view.hpp>

namespace pyronn::detail {

/// The rays of one detector column of a z-aligned view. All of them have the same path in (x, y),
/// and in each slice the z at which they cross is linear in the detector row. Their main axis is x
/// or y.
struct RayColumn {
  JosephRay ray;     ///< the ray of one row
  float base_step;   ///< what the next row adds to ray.base[1], the z of the crossing of slice 0
  float slope_step;  ///< what the next row adds to ray.slope[1]

  PYRONN_HOST_DEVICE RayColumn(ZAlignedRays const& view, float u, float v, Vec3f const& spacing)
      : ray{view.ray(u, v), spacing} {
    Ray<float> const rays = view.ray(u, v);
    int const axis = ray.axis == 0 ? 0 : 1;
    slope_step = view.direction_weight * view.along_v[2] / rays.direction[axis];
    base_step = view.origin_weight * view.along_v[2] - rays.origin[axis] * slope_step;
  }

  /// The slices in [begin, end) in which the rays of the column may cross the volume: those between
  /// the rays' ends where the path in (x, y) lies inside the volume or less than a voxel beside it.
  /// `size` is the number of voxels along the other of the axes x and y.
  [[nodiscard]] PYRONN_HOST_DEVICE SliceRange path(int begin, int end, int size) const {
    float const probe = ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1];
    if (!(abs(probe) < 1e30F)) return {0, -1, 0, -1};
    float low = max(static_cast<float>(begin), ray.low - 0.5F);
    float high = min(static_cast<float>(end - 1), ray.high + 0.5F);
    if (!(low <= high)) return {0, -1, 0, -1};
    SliceRange range{static_cast<int>(std::ceil(low)), static_cast<int>(std::floor(high)), 0, -1};
    // As in JosephForward, rounding must not lose a slice, and inner slices keep a small distance
    // from the border.
    clip(ray.base[0], ray.slope[0], -1.0F, static_cast<float>(size), low, high);
    if (!(low <= high)) return {0, -1, 0, -1};
    range.first = max(range.first, static_cast<int>(low) - 1);
    range.last = min(range.last, static_cast<int>(high) + 2);
    return range;
  }

  /// Narrows [low, high] to the slices in which the ray `rows` rows further crosses a volume of
  /// `size` voxels in z, away from the volume's borders.
  PYRONN_HOST_DEVICE void narrow(float& low, float& high, float rows, int size) const {
    constexpr float margin = 1.0F / 32.0F;
    clip(ray.base[1] + rows * base_step, ray.slope[1] + rows * slope_step, margin,
         static_cast<float>(size - 1) - margin, low, high);
  }

  /// The footprint of the volume on the column: the rows, counted from the row of `ray`, whose rays
  /// may cross `size` voxels in z along the path, which must not be empty; cut to [0, rows).
  [[nodiscard]] PYRONN_HOST_DEVICE IndexRange footprint(SliceRange const& path, int size,
                                                        int rows) const {
    float const step[2] = {base_step + static_cast<float>(path.first) * slope_step,
                           base_step + static_cast<float>(path.last) * slope_step};
    // Unless the steps at both ends of the path have the same sign, the source is between them,
    // where all rays of the column cross: rows do not follow from z then, and all belong to the
    // footprint.
    if (!(step[0] * step[1] > 1e-12F)) return {0, rows - 1};
    Bounds bounds;
    for (int n = 0; n < 2; ++n) {
      float const z = ray.crossing(1, n == 0 ? path.first : path.last);
      bounds.include((-1.0F - z) / step[n], 0.0F);
      bounds.include((static_cast<float>(size) - z) / step[n], 0.0F);
    }
    return bounds.indices(0, rows, 1.0F);
  }
};

}  // namespace pyronn::detail
