// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RayBundle: where the voxels lie that project into a rectangle of a view.
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// The rays through the corners of a rectangle of a view; for views whose rays need not be bounded
/// by these, also those through the middles of its sides and its own.
template <class View>
class RayBundle {
  static constexpr int per_side = View::is_projective ? 2 : 3;
  static constexpr int count = per_side * per_side;

 public:
  /// From the pixel position (u, v) `low` to `high`; slices are counted from `first_slice`.
  PYRONN_HOST_DEVICE RayBundle(View const& view, Vec<float, 2> const& low,
                               Vec<float, 2> const& high, int first_slice) {
    Vec<float, 2> const step = 1.0F / static_cast<float>(per_side - 1) * (high - low);
    for (int n = 0; n < count; ++n) {
      int const column = n % per_side;
      int const row = n / per_side;
      rays_[n] = view.ray(low[0] + static_cast<float>(column) * step[0],
                          low[1] + static_cast<float>(row) * step[1]);
      rays_[n].origin[2] -= static_cast<float>(first_slice);
    }
  }

  /// Finds the voxels of slice k between the rays. The ranges are left at the whole slice where not
  /// all of them cross the slices in the same sense, or where they are not smooth.
  template <int Axis>
  PYRONN_HOST_DEVICE void find_footprint(int k, Extents<3> const& size, IndexRange& range_a,
                                         IndexRange& range_b) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    float const sense = rays_[0].direction[Axis];
    Bounds bounds;
    float at[count][2];
    for (int n = 0; n < count; ++n) {
      Ray<float> const& ray = rays_[n];
      if (!(ray.direction[Axis] * sense > 0.0F)) return;
      float const t = (static_cast<float>(k) - ray.origin[Axis]) / ray.direction[Axis];
      at[n][0] = ray.origin[a] + t * ray.direction[a];
      at[n][1] = ray.origin[b] + t * ray.direction[b];
      bounds.include(at[n][0], at[n][1]);
    }
    float margin[2] = {projective_margin, projective_margin};
    if constexpr (!View::is_projective) {
      CurvedMargin curved;
      auto const include = [&](int middle, int end, int other_end) {
        curved.include(at[middle][0], at[middle][1], 0.5F * (at[end][0] + at[other_end][0]),
                       0.5F * (at[end][1] + at[other_end][1]));
      };
      // Along each row, column and diagonal of the rectangle.
      include(1, 0, 2);
      include(4, 3, 5);
      include(7, 6, 8);
      include(3, 0, 6);
      include(4, 1, 7);
      include(5, 2, 8);
      include(4, 0, 8);
      include(4, 2, 6);
      if (!curved.is_smooth(bounds)) return;
      for (int axis = 0; axis < 2; ++axis) margin[axis] = curved.value(axis);
    }
    range_a = bounds.indices(0, size[a], margin[0]);
    range_b = bounds.indices(1, size[b], margin[1]);
  }

 private:
  Ray<float> rays_[count];
};

}  // namespace pyronn::detail
