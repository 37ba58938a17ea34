// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Joseph's forward projection of z-aligned views on cores, from a copy of the volume in which z is
/// the fastest axis.
#include <cstddef>

#include <pyronn/backend/cpu/detail/columns/lerp_uniform.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/detail/joseph/ray_column.hpp>

namespace pyronn::detail {

/// A slab of z slices of a volume, copied as columns along z: column after column along x, and row
/// after row along y. A column begins with two zeros and ends with at least two, so that positions
/// outside the slab read zeros alone.
struct ColumnSlab {
  static constexpr int slices_at_a_time = 8;
  static constexpr int max_height = 512;
  static constexpr int border = 2;

  float* data;
  Extents<3> size;  ///< size of the slab, without zeros
  int first_slice;  ///< slice of the volume with which the slab begins

  [[nodiscard]] static int height(int slices) {
    return ((slices + 3) / slices_at_a_time + 1) * slices_at_a_time;
  }
  [[nodiscard]] static std::size_t bytes(int width, int depth, int slices) {
    return sizeof(float) * static_cast<std::size_t>(width) * static_cast<std::size_t>(depth) *
           static_cast<std::size_t>(height(slices));
  }

  [[nodiscard]] float* column(int x, int y) const {
    auto const index = static_cast<std::size_t>(y) * static_cast<std::size_t>(size[0]) +
                       static_cast<std::size_t>(x);
    return data + index * static_cast<std::size_t>(height(size[2]));
  }
};

/// Fills a slab. An item is `width` columns side by side along x.
template <class T>
struct CopyColumnSlab {
  using Block = BlockShape<32, 1, 1>;
  static constexpr int width = 16;

  ArrayView<T const, 3> slices;
  ColumnSlab slab;

  [[nodiscard]] Extents<3> items() const {
    return {(slab.size[0] - 1) / width + 1, slab.size[1], 1};
  }

  void operator()(Vec<int, 3> item) const {
    int const x = item[0] * width;
    int const count = min(width, slab.size[0] - x);
    for (int z = 0; z < ColumnSlab::height(slab.size[2]); z += ColumnSlab::slices_at_a_time) {
      float rows[ColumnSlab::slices_at_a_time][width] = {};
      for (int j = 0; j < ColumnSlab::slices_at_a_time; ++j) {
        int const slice = z + j - ColumnSlab::border;
        if (slice < 0 || slice >= slab.size[2]) continue;
        for (int i = 0; i < count; ++i) rows[j][i] = widen(slices(x + i, item[1], slice));
      }
      for (int i = 0; i < count; ++i) {
        float* const column = slab.column(x + i, item[1]) + z;
        for (int j = 0; j < ColumnSlab::slices_at_a_time; ++j) column[j] = rows[j][i];
      }
    }
  }
};

/// All rays of a detector column have the same path in (x, y). Where it crosses a slice
/// perpendicular to their main axis, the two columns of voxels beside it are interpolated once, and
/// the rays then interpolate only along z. An item is a detector column, or some rows of a column
/// of more than max_rows.
template <class Views, class T>
struct ProjectColumnSlab {
  using Block = BlockShape<32, 1, 1>;
  static constexpr int max_rows = 512;

  Views views;
  int num_views;
  ColumnSlab slab;
  Vec3f spacing;  ///< distance between voxels [mm]
  ArrayView<T, 4> projections;
  bool adds;

  [[nodiscard]] Extents<3> items() const {
    return {projections.extents[0], items_of_column(), num_views};
  }

  void operator()(Vec<int, 3> item) const {
    auto const u = static_cast<float>(item[0]);
    int const rows_of_item = (projections.extents[1] - 1) / items_of_column() + 1;
    int const first_row = item[1] * rows_of_item;
    int const rows = min(rows_of_item, projections.extents[1] - first_row);
    if (rows <= 0) return;
    ZAlignedRays const& view = views.view(item[2], 0);
    RayColumn const column{view, u, static_cast<float>(first_row), spacing};
    int const axis = column.ray.axis;
    float sums[max_rows] = {};
    SliceRange const path = column.path(0, slab.size[axis], slab.size[1 - axis]);
    for (int k = path.first; k <= path.last; ++k) add_crossing(column, k, rows, sums);
    for (int n = 0; n < rows; ++n) {
      int const v = first_row + n;
      float const step = JosephRay{view.ray(u, static_cast<float>(v)), spacing}.step;
      write_or_add(projections(item[0], v, item[2], 0), sums[n] * step, adds);
    }
  }

 private:
  [[nodiscard]] int items_of_column() const { return (projections.extents[1] - 1) / max_rows + 1; }

  void add_crossing(RayColumn const& rays, int k, int rows, float (&sums)[max_rows]) const {
    auto const n = static_cast<float>(k);
    auto const top = static_cast<float>(slab.size[2] + ColumnSlab::border);
    UniformPositions positions{};
    positions.first =
        rays.ray.crossing(1, k) - static_cast<float>(slab.first_slice - ColumnSlab::border);
    positions.step = rays.base_step + n * rays.slope_step;
    float const last = positions.first + static_cast<float>(rows - 1) * positions.step;
    float const low = min(positions.first, last);
    float const high = max(positions.first, last);
    if (!(high > 0.0F && low < top)) return;
    positions.low = max(0.0F, low);
    positions.high = min(top, high);
    float blended[ColumnSlab::max_height];
    int const begin = static_cast<int>(positions.low);
    int const end = static_cast<int>(positions.high) + 2;
    if (!blend_columns(rays, k, begin, end, blended)) return;
    add_uniform_lerp<max_rows>(blended, positions, 0, rows, sums);
  }

  /// Interpolates the elements [begin, end) of the two columns beside the path where it crosses
  /// slice k. Returns false where the path lies outside the volume there.
  bool blend_columns(RayColumn const& rays, int k, int begin, int end, float* blended) const {
    int const axis = rays.ray.axis;
    int const last = slab.size[1 - axis] - 1;
    float const across = rays.ray.crossing(0, k);
    if (!(across > -1.0F && across < static_cast<float>(last + 1))) return false;
    int const neighbour = floor_to_int(across);
    float const fraction = across - static_cast<float>(neighbour);
    float const coverage = rays.ray.coverage(k);
    float const of_lower = neighbour < 0 ? 0.0F : coverage * (1.0F - fraction);
    float const of_upper = neighbour == last ? 0.0F : coverage * fraction;
    auto const column = [&](int a) { return axis == 0 ? slab.column(k, a) : slab.column(a, k); };
    float const* const lower = column(max(neighbour, 0));
    float const* const upper = column(min(neighbour + 1, last));
    for (int z = begin; z < end; ++z) blended[z] = of_lower * lower[z] + of_upper * upper[z];
    return true;
  }
};

}  // namespace pyronn::detail
