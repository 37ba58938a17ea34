// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>
#include <type_traits>

#include <cuda_runtime.h>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/cuda/column_copy.cuh>
#include <pyronn/model/ray_column.hpp>
#include <pyronn/model/tiling.hpp>

namespace pyronn::detail {

/// Joseph's projection of the rays whose main axis is `Axis`, through slices that CopyColumns made.
/// A warp works on one detector column: its path in (x, y) is the same for all lanes, which lie
/// along v, as do the loads. An item is `rays` pixels, a warp's width apart.
template <int Axis, class Views, class In, class Out>
struct ProjectColumns {
  struct Block : BlockShape<32, 8, 1> {
    static constexpr int together = 8;
    /// Cells of halves leave registers for more blocks.
    static constexpr int resident = std::is_same_v<In, Half> ? 4 : 1;
  };
  static constexpr int rays = 6;
  static constexpr int warp = 32;

  Views views;
  int num_views;
  SampleCellOf<In> const* columns;
  int first_slice;
  int end_slice;
  Extents<3> size;  ///< of the volume
  Vec3f spacing;    ///< of the voxels [mm]
  ArrayView<Out, 4> projections;
  bool adds;

  [[nodiscard]] Extents<3> items() const {
    int const groups = (projections.extents[1] - 1) / (warp * rays) + 1;
    return {groups * warp, projections.extents[0], num_views};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const u = item[1];
    int const first_row = item[0] / warp * (warp * rays);
    int const lane = item[0] % warp;
    auto const& view = views.view(item[2], 0);
    RayColumn const column{view, static_cast<float>(u), static_cast<float>(first_row), spacing};
    if (column.ray.axis != Axis) return;
    float sums[rays] = {};
    integrate(column, first_row, lane, sums);
    for (int i = 0; i < rays; ++i) {
      int const v = first_row + lane + warp * i;
      if (v >= projections.extents[1]) return;
      float const step =
          JosephRay{view.ray(static_cast<float>(u), static_cast<float>(v)), spacing}.step;
      write_or_add(projections(u, v, item[2], 0), sums[i] * step, adds);
    }
  }

 private:
  __device__ void integrate(RayColumn const& column, int first_row, int lane,
                            float (&sums)[rays]) const {
    SliceRange const path = column.path(first_slice, end_slice, size[1 - Axis]);
    if (path.first > path.last) return;
    float low = max(static_cast<float>(path.first), column.ray.low + 0.5F);
    float high = min(static_cast<float>(path.last), column.ray.high - 0.5F);
    constexpr float margin = 1.0F / 32.0F;
    clip(column.ray.base[0], column.ray.slope[0], margin - 1.0F,
         static_cast<float>(size[1 - Axis]) - margin, low, high);
    int const rows = min(warp * rays, projections.extents[1] - first_row);
    column.narrow(low, high, 0.0F, size[2]);
    column.narrow(low, high, static_cast<float>(rows - 1), size[2]);
    bool const has_inner = low <= high;
    int const begin = has_inner ? static_cast<int>(std::ceil(low)) : path.last + 1;
    int const end = has_inner ? static_cast<int>(std::floor(high)) + 1 : begin;
    // A lane's rows from the first; those beyond the detector see what its last one sees.
    float row[rays];
    for (int i = 0; i < rays; ++i) row[i] = static_cast<float>(min(lane + warp * i, rows - 1));
    for (int k = path.first; k < begin; ++k) add_border(column, row, k, sums);
    for (int k = begin; k < end; ++k) {
      Slice const slice{*this, column, k};
      for (int i = 0; i < rays; ++i) sums[i] += slice.sample(slice.crossing(row[i]));
    }
    for (int k = end; k <= path.last; ++k) add_border(column, row, k, sums);
  }

  /// Where an end of the rays or a border is near.
  __device__ void add_border(RayColumn const& column, float const (&row)[rays], int k,
                             float (&sums)[rays]) const {
    float const a = column.ray.crossing(0, k);
    if (!(a > -1.0F && a < static_cast<float>(size[1 - Axis]))) return;
    float const coverage = column.ray.coverage(k);
    Slice const slice{*this, column, k};
    auto const top = static_cast<float>(size[2] + ColumnCopy<In>::border);
    for (int i = 0; i < rays; ++i) {
      sums[i] += coverage * slice.sample(clamp(slice.crossing(row[i]), 0.0F, top));
    }
  }

  /// Where the rays of a column cross a slice, in the copy's coordinates.
  struct Slice {
    SampleCellOf<In> const* data;  ///< of the column, such that a cell's index is counted from here
    float across;                  ///< share of the neighbour across the column
    float first;                   ///< crossing of the first row,
    float step;                    ///< and to the next

    __device__ Slice(ProjectColumns const& kernel, RayColumn const& column, int k) {
      auto const n = static_cast<float>(k);
      GridCell const cell = cell_of(column.ray.base[0] + 1.0F + n * column.ray.slope[0]);
      across = cell.fraction;
      unsigned const number = static_cast<unsigned>(k - kernel.first_slice) *
                                  static_cast<unsigned>(ColumnCopy<In>::width(kernel.size, Axis)) +
                              (cell.index - opaque(cell_origin));
      data = opaque(
          kernel.columns +
          static_cast<int>(number * static_cast<unsigned>(ColumnCopy<In>::height(kernel.size))) -
          static_cast<std::ptrdiff_t>(cell_origin));
      constexpr auto border = static_cast<float>(ColumnCopy<In>::border);
      first = column.ray.base[1] + border + n * column.ray.slope[1];
      step = column.base_step + n * column.slope_step;
    }

    [[nodiscard]] __device__ float crossing(float row) const { return first + row * step; }

    [[nodiscard]] __device__ float sample(float at) const {
      GridCell const cell = cell_of(at);
      SampleCellOf<In> const* const lower = data + static_cast<int>(cell.index);
      return SampleCellOf<In>::sample(lower, lower + 1, across, cell.fraction);
    }
  };
};

}  // namespace pyronn::detail
