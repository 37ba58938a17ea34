// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RayBundle: where the voxels lie that project into a rectangle of a view.
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// The rays through the corners of a rectangle of a view; for views whose rays need not be bounded
/// by these, also those through the middles of its sides and its own.
template <class View>
class RayBundle {
  static constexpr int per_side = View::is_projective ? 2 : 3;
  static constexpr int count = per_side * per_side;
  using Number = ray_scalar_t<View>;

 public:
  /// From the pixel position (u, v) `low` to `high`; slices are counted from `first_slice`.
  PYRONN_HOST_DEVICE RayBundle(View const& view, Vec<Number, 2> const& low,
                               Vec<Number, 2> const& high, int first_slice) {
    Vec<Number, 2> const step = 1 / static_cast<Number>(per_side - 1) * (high - low);
    for (int n = 0; n < count; ++n) {
      int const column = n % per_side;
      int const row = n / per_side;
      rays_[n] = view.ray(low[0] + static_cast<Number>(column) * step[0],
                          low[1] + static_cast<Number>(row) * step[1]);
      rays_[n].origin[2] -= static_cast<Number>(first_slice);
    }
  }

  /// Finds the voxels of slice k between the rays. The ranges are left at the whole slice where not
  /// all of them cross the slices in the same sense, or where they are not smooth.
  template <int Axis>
  PYRONN_HOST_DEVICE void find_footprint(int k, Extents<3> const& size, IndexRange& range_a,
                                         IndexRange& range_b) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    Number const sense = rays_[0].direction[Axis];
    BasicBounds<Number> bounds;
    Number at[count][2];
    for (int n = 0; n < count; ++n) {
      Ray<Number> const& ray = rays_[n];
      if (!(ray.direction[Axis] * sense > 0)) return;
      Number const t = (static_cast<Number>(k) - ray.origin[Axis]) / ray.direction[Axis];
      at[n][0] = ray.origin[a] + t * ray.direction[a];
      at[n][1] = ray.origin[b] + t * ray.direction[b];
      bounds.include(at[n][0], at[n][1]);
    }
    constexpr auto least_margin = static_cast<Number>(projective_margin);
    Number margin[2] = {least_margin, least_margin};
    if constexpr (!View::is_projective) {
      BasicCurvedMargin<Number> curved;
      auto const include = [&](int middle, int end, int other_end) {
        curved.include(at[middle][0], at[middle][1],
                       Number{1} / 2 * (at[end][0] + at[other_end][0]),
                       Number{1} / 2 * (at[end][1] + at[other_end][1]));
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
  Ray<Number> rays_[count];
};

}  // namespace pyronn::detail
