// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of Joseph's forward projection through columns along z.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>
#include <type_traits>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/columns/copy.cuh>
#include <pyronn/backend/cuda/detail/columns/sums.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray_column.hpp>

namespace pyronn::detail {

/// Joseph's forward projection of the rays whose main axis is `Axis`, through slices that
/// CopyColumns made. A warp works on one detector column: the path in (x, y) is the same for all
/// its lanes, which lie along v, so that they load neighbouring cells of a column. An item is up to
/// `rays` pixels, 32 rows apart, counted from where the footprint of the volume begins; pixels
/// outside it are zero.
template <int Axis, class Cell, class Views, class Out, class Architectures = CompiledArchitectures>
struct ProjectColumns {
  static constexpr bool in_tensor_cores = adds_in_tensor_cores_v<Cell, Architectures>;
  template <int Count>
  using Sums = ColumnSums<Cell, Count, in_tensor_cores>;

  struct Block : BlockShape<32, 8, 1> {
    static constexpr int z_swizzle = 24;
    static constexpr int min_blocks_per_sm = 3;
  };
  static constexpr int rays = in_tensor_cores ? 12 : 6;
  static constexpr int warp = 32;

  Views views;
  int num_views;
  Cell const* columns;
  int first_slice;
  int end_slice;
  Extents<3> size;  ///< size of the volume
  Vec3f spacing;    ///< distance between voxels [mm]
  ArrayView<Out, 4> projections;
  bool adds;

  [[nodiscard]] Extents<3> items() const {
    int const groups = (projections.extents[1] - 1) / (warp * rays) + 1;
    return {groups * warp, projections.extents[0], num_views};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    auto const& view = views.view(item[2], 0);
    RayColumn const column{view, static_cast<float>(item[1]), 0.0F, spacing};
    if (column.ray.axis != Axis) return;
    int const first_row = item[0] / warp * (warp * rays);
    Pixels const pixels{item[1], first_row + item[0] % warp, item[2]};
    SliceRange const path = column.path(first_slice, end_slice, size[1 - Axis]);
    IndexRange footprint{0, -1};
    if (path.first <= path.last)
      footprint = column.footprint(path, size[2], projections.extents[1]);
    if (!adds) clear_outside(pixels, footprint);
    int const first = footprint.first + first_row;
    if (first > footprint.last) return;
    integrate<rays>(column, path, pixels, {first, min(footprint.last, first + warp * rays - 1)});
  }

 private:
  /// The pixels of an item: those of a detector column, 32 rows apart.
  struct Pixels {
    int u;
    int first_v;
    int view;
  };

  /// Where rays cross slices, in the copy's coordinates: the crossing of slice 0, and what it moves
  /// by from slice to slice.
  struct Crossings {
    float across[2];
    float z[2];     ///< the crossing of one ray
    float step[2];  ///< from a ray's z to that of the lane's next ray

    __device__ Crossings(RayColumn const& column, float row)
        : across{column.ray.base[0] + 1.0F, column.ray.slope[0]},
          z{column.ray.base[1] + row * column.base_step + ColumnCopy<Cell>::border,
            column.ray.slope[1] + row * column.slope_step},
          step{warp * column.base_step, warp * column.slope_step} {}

    /// What the z of the lane's ray i moves by from slice to slice.
    [[nodiscard]] __device__ float slope(int i) const {
      return z[1] + static_cast<float>(i) * step[1];
    }

    static __device__ float at(float const (&line)[2], int k) {
      return line[0] + static_cast<float>(k) * line[1];
    }
  };

  __device__ void clear_outside(Pixels const& pixels, IndexRange const& footprint) const {
    for (int v = pixels.first_v; v < min(pixels.first_v + warp * rays, projections.extents[1]);
         v += warp) {
      if (v < footprint.first || v > footprint.last) {
        projections(pixels.u, v, pixels.view, 0) = StorageTraits<Out>::round(0.0F);
      }
    }
  }

  /// Projects with as many rays a lane as the rows need: an even number, at most `Count`.
  template <int Count>
  __device__ void integrate(RayColumn const& column, SliceRange const& path, Pixels pixels,
                            IndexRange const& rows) const {
    if constexpr (Count > 2) {
      if (rows.last - rows.first < warp * (Count - 2)) {
        return integrate<Count - 2>(column, path, pixels, rows);
      }
    }
    int const lane = pixels.first_v % warp;
    pixels.first_v = rows.first + lane;
    Crossings const rays_of_lane{column, static_cast<float>(pixels.first_v)};
    Sums<Count> sums;
    add_path<Count>(column, path, rows, lane, rays_of_lane, sums);
    write<Count>(column, rays_of_lane, pixels, rows.last, sums);
  }

  /// Writes the sums times the lengths of ray between two slices [mm].
  template <int Count>
  __device__ void write(RayColumn const& column, Crossings const& rays_of_lane,
                        Pixels const& pixels, int last_row, Sums<Count> const& sums) const {
    Out* const first = &projections(pixels.u, pixels.first_v, pixels.view, 0);
    std::ptrdiff_t const stride = std::ptrdiff_t{warp} * projections.extents[0];
    auto const exists = [&](int i) { return pixels.first_v + warp * i <= last_row; };
    // All are loaded before the first is stored: the compiler must not change the order.
    float before[Count] = {};
    for (int i = 0; i < Count; ++i) {
      if (adds && exists(i)) before[i] = widen(first[i * stride]);
    }
    float const aside = spacing[1 - Axis] * column.ray.slope[0];
    float const level = spacing[Axis] * spacing[Axis] + aside * aside;
    for (int i = 0; i < Count; ++i) {
      float const rise = spacing[2] * rays_of_lane.slope(i);
      float const value = sums[i] * std::sqrt(level + rise * rise);
      if (exists(i)) write_or_add(first[i * stride], before[i] + value, false);
    }
  }

  template <int Count>
  __device__ void add_path(RayColumn const& column, SliceRange const& path, IndexRange const& rows,
                           int lane, Crossings const& rays_of_lane, Sums<Count>& sums) const {
    float low = max(static_cast<float>(path.first), column.ray.low + 0.5F);
    float high = min(static_cast<float>(path.last), column.ray.high - 0.5F);
    clip(column.ray.base[0], column.ray.slope[0], margin - 1.0F,
         static_cast<float>(size[1 - Axis]) - margin, low, high);
    bool const has_inner = low <= high;
    int const begin = has_inner ? static_cast<int>(std::ceil(low)) : path.last + 1;
    int const end = has_inner ? static_cast<int>(std::floor(high)) + 1 : begin;
    Crossings const first{column, static_cast<float>(rows.first)};
    Crossings const last{column, static_cast<float>(rows.last)};
    Cells const cells{*this};
    // A lane's last one or two rays may not exist; they are moved to the zeros below all voxels.
    auto const top = static_cast<float>(size[2] + ColumnCopy<Cell>::border);
    int const rest = rows.last - (rows.first + lane);
    float const tops[2] = {rest >= warp * (Count - 2) ? top : 0.0F,
                           rest >= warp * (Count - 1) ? top : 0.0F};
    auto const limited = [&](int i, float at) {
      return clamp(at, 0.0F, i < Count - 2 ? top : tops[i - (Count - 2)]);
    };
    bool const is_full = rows.last - rows.first == warp * Count - 1;
    if (is_full && is_inside(first, begin, end) && is_inside(last, begin, end)) {
      auto const free = [](int, float at) { return at; };
      constexpr int slices = Sums<Count>::slices;
#pragma unroll slices
      for (int k = begin; k < end; ++k) cells.add(rays_of_lane, k, 1.0F, free, sums);
    } else {
      for (int k = begin; k < end; ++k) cells.add(rays_of_lane, k, 1.0F, limited, sums);
    }
    // The slices where an end of the rays or a border of the volume is near.
    for (int k = path.first == begin ? end : path.first; k <= path.last;
         k = k + 1 == begin ? end : k + 1) {
      float const across = Crossings::at(rays_of_lane.across, k);
      if (!(across > 0.0F && across < static_cast<float>(size[1 - Axis] + 1))) continue;
      cells.add(rays_of_lane, k, column.ray.coverage(k), limited, sums);
    }
  }

  /// A margin by which inner slices keep away from borders [voxels]; rounding moves positions by
  /// far less.
  static constexpr float margin = 1.0F / 32.0F;

  /// Whether a ray stays inside the copied columns in the slices [begin, end).
  __device__ bool is_inside(Crossings const& ray, int begin, int end) const {
    float const first = Crossings::at(ray.z, begin);
    float const last = Crossings::at(ray.z, end - 1);
    return min(first, last) >= margin &&
           max(first, last) < static_cast<float>(size[2] + ColumnCopy<Cell>::border) - margin;
  }

  /// The cells of the copy.
  struct Cells {
    Cell const* data;
    unsigned first_slice;
    unsigned width;
    unsigned height;

    explicit __device__ Cells(ProjectColumns const& kernel)
        : data{kernel.columns},
          first_slice{static_cast<unsigned>(kernel.first_slice)},
          width{static_cast<unsigned>(ColumnCopy<Cell>::width(kernel.size, Axis))},
          height{static_cast<unsigned>(ColumnCopy<Cell>::height(kernel.size))} {}

    /// Adds `weight` times the samples of slice k, at positions in z that are limited by `limit`.
    template <class Limit, class LaneSums>
    __device__ void add(Crossings const& rays_of_lane, int k, float weight, Limit const& limit,
                        LaneSums& sums) const {
      GridIndex const across = grid_index_of(Crossings::at(rays_of_lane.across, k));
      unsigned const number = (static_cast<unsigned>(k) - first_slice) * width +
                              (across.index - hide_from_optimizer(grid_index_origin));
      float const z = Crossings::at(rays_of_lane.z, k);
      float const step = Crossings::at(rays_of_lane.step, k);
      Cell const* const column =
          hide_from_optimizer(data + static_cast<int>(number * height) -
                              static_cast<std::ptrdiff_t>(grid_index_origin));
      sums.add(column, hide_from_optimizer(column + height), across.fraction, weight,
               [&](int i) { return limit(i, z + static_cast<float>(i) * step); });
    }
  };
};

}  // namespace pyronn::detail
