// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// The rays of one detector column of an upright view: they share their path in (x, y), and where
/// they cross a slice, z is linear in the row. Their main axis is x or y.
struct RayColumn {
  JosephRay ray;     ///< of one row
  float base_step;   ///< what a row adds to the ray's crossing of slice 0 in z,
  float slope_step;  ///< and to what a slice adds

  PYRONN_HOST_DEVICE RayColumn(ZAlignedRays const& view, float u, float v, Vec3f const& spacing)
      : ray{view.ray(u, v), spacing} {
    Ray<float> const rays = view.ray(u, v);
    int const axis = ray.axis == 0 ? 0 : 1;
    slope_step = view.direction_share * view.along_v[2] / rays.direction[axis];
    base_step = view.origin_share * view.along_v[2] - rays.origin[axis] * slope_step;
  }

  /// The slices in [begin, end) that some ray of the column may meet: where the path in (x, y) runs
  /// within a volume of `size` slices and neighbours, and between the rays' ends.
  [[nodiscard]] PYRONN_HOST_DEVICE SliceRange path(int begin, int end, int size) const {
    float const probe = ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1];
    if (!(abs(probe) < 1e30F)) return {0, -1, 0, -1};
    float low = max(static_cast<float>(begin), ray.low - 0.5F);
    float high = min(static_cast<float>(end - 1), ray.high + 0.5F);
    if (!(low <= high)) return {0, -1, 0, -1};
    SliceRange range{static_cast<int>(std::ceil(low)), static_cast<int>(std::floor(high)), 0, -1};
    // As JosephForward does: rounding must not lose a slice, and the inner ones are a bit inside.
    clip(ray.base[0], ray.slope[0], -1.0F, static_cast<float>(size), low, high);
    if (!(low <= high)) return {0, -1, 0, -1};
    range.first = max(range.first, static_cast<int>(low) - 1);
    range.last = min(range.last, static_cast<int>(high) + 2);
    return range;
  }

  /// Narrows [low, high] to the slices that the ray `rows` from this one crosses within `size`
  /// voxels in z, no border being near.
  PYRONN_HOST_DEVICE void narrow(float& low, float& high, float rows, int size) const {
    constexpr float margin = 1.0F / 32.0F;
    clip(ray.base[1] + rows * base_step, ray.slope[1] + rows * slope_step, margin,
         static_cast<float>(size - 1) - margin, low, high);
  }

  /// The rows, counted from this one, whose rays may meet `size` voxels in z on a path that is not
  /// empty; cut to [0, rows).
  [[nodiscard]] PYRONN_HOST_DEVICE IndexRange footprint(SliceRange const& path, int size,
                                                        int rows) const {
    float const step[2] = {base_step + static_cast<float>(path.first) * slope_step,
                           base_step + static_cast<float>(path.last) * slope_step};
    // At the source all rows meet.
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
