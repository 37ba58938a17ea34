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
#include <pyronn/backend/cuda/detail/columns/lane_rays.cuh>
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
/// `rays` pixels of 32 times as many rows, counted from where the footprint of the volume begins;
/// pixels outside it are zero.
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
  static constexpr int border = ColumnCopy<Cell>::border;
  using Rows = Crossings<border>;

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
  /// The pixels of an item, in one detector column.
  struct Pixels {
    int u;
    int first_v;
    int view;
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
    Inner const inner = inner_slices(column, path);
    bool const is_full = rows.last - rows.first == warp * Count - 1;
    bool const is_free = is_full && is_inside(Rows{column, rows.first, 1}, inner) &&
                         is_inside(Rows{column, rows.last, 1}, inner);
    Cells const cells{*this};
    Sums<Count> sums;
    if constexpr (Sums<Count>::knows_close_rays) {
      int const direction =
          is_free ? CloseRays<border>::direction_of(column, inner.begin, inner.end - 1) : 0;
      if (direction != 0) {
        CloseRays<border> const close{column, rows.first, lane, direction};
        constexpr int slices = Sums<Count>::slices;
#pragma unroll slices
        for (int k = inner.begin; k < inner.end; ++k) cells.add_close(close, k, sums);
        add_border<Count>(column, path, inner, rows, close, lane, cells, sums);
        pixels.first_v =
            rows.first + CloseRays<border>::three * lane + (direction < 0 ? close.three - 1 : 0);
        return write<Count>(column, close, pixels, rows.last, sums);
      }
    }
    SpreadRays<border> const spread{column, rows.first, lane};
    pixels.first_v = rows.first + lane;
    add_inner<Count>(inner, is_free, rows, spread, lane, cells, sums);
    add_border<Count>(column, path, inner, rows, spread, lane, cells, sums);
    write<Count>(column, spread, pixels, rows.last, sums);
  }

  /// Writes the sums times the lengths of ray between two slices [mm].
  template <int Count, class Rays>
  __device__ void write(RayColumn const& column, Rays const& rays_of_lane, Pixels const& pixels,
                        int last_row, Sums<Count> const& sums) const {
    Out* const first = &projections(pixels.u, pixels.first_v, pixels.view, 0);
    auto const exists = [&](int i) { return pixels.first_v + rays_of_lane.row(i) <= last_row; };
    auto const at = [&](int i) -> Out& {
      return first[std::ptrdiff_t{rays_of_lane.row(i)} * projections.extents[0]];
    };
    // All are loaded before the first is stored: the compiler must not change the order.
    float before[Count] = {};
    for (int i = 0; i < Count; ++i) {
      if (adds && exists(i)) before[i] = widen(at(i));
    }
    float const aside = spacing[1 - Axis] * column.ray.slope[0];
    float const level = spacing[Axis] * spacing[Axis] + aside * aside;
    for (int i = 0; i < Count; ++i) {
      auto const row = static_cast<float>(pixels.first_v + rays_of_lane.row(i));
      float const rise = spacing[2] * (column.ray.slope[1] + row * column.slope_step);
      float const value = sums[i] * std::sqrt(level + rise * rise);
      if (exists(i)) write_or_add(at(i), before[i] + value, false);
    }
  }

  /// The slices [begin, end) of a path away from its ends and from the borders across it.
  struct Inner {
    int begin, end;
  };

  __device__ Inner inner_slices(RayColumn const& column, SliceRange const& path) const {
    float low = max(static_cast<float>(path.first), column.ray.low + 0.5F);
    float high = min(static_cast<float>(path.last), column.ray.high - 0.5F);
    clip(column.ray.base[0], column.ray.slope[0], margin - 1.0F,
         static_cast<float>(size[1 - Axis]) - margin, low, high);
    if (!(low <= high)) return {path.last + 1, path.last + 1};
    return {static_cast<int>(std::ceil(low)), static_cast<int>(std::floor(high)) + 1};
  }

  /// A lane's last one or two rays may not exist; they are moved to the zeros below all voxels.
  template <int Count>
  struct Limited {
    float top;
    float tops[2];

    __device__ Limited(Extents<3> const& size, IndexRange const& rows, int lane)
        : top{static_cast<float>(size[2] + border)} {
      int const rest = rows.last - (rows.first + lane);
      tops[0] = rest >= warp * (Count - 2) ? top : 0.0F;
      tops[1] = rest >= warp * (Count - 1) ? top : 0.0F;
    }
    __device__ float operator()(int i, float at) const {
      return clamp(at, 0.0F, i < Count - 2 ? top : tops[i - (Count - 2)]);
    }
  };

  template <int Count, class Rays, class Cells>
  __device__ void add_inner(Inner const& inner, bool is_free, IndexRange const& rows,
                            Rays const& rays_of_lane, int lane, Cells const& cells,
                            Sums<Count>& sums) const {
    if (is_free) {
      auto const free = [](int, float at) { return at; };
      constexpr int slices = Sums<Count>::slices;
#pragma unroll slices
      for (int k = inner.begin; k < inner.end; ++k) cells.add(rays_of_lane, k, 1.0F, free, sums);
    } else {
      Limited<Count> const limited{size, rows, lane};
      for (int k = inner.begin; k < inner.end; ++k) cells.add(rays_of_lane, k, 1.0F, limited, sums);
    }
  }

  /// Adds the slices where an end of the rays or a border of the volume is near.
  template <int Count, class Rays, class Cells>
  __device__ void add_border(RayColumn const& column, SliceRange const& path, Inner const& inner,
                             IndexRange const& rows, Rays const& rays_of_lane, int lane,
                             Cells const& cells, Sums<Count>& sums) const {
    Limited<Count> const limited{size, rows, lane};
    for (int k = path.first == inner.begin ? inner.end : path.first; k <= path.last;
         k = k + 1 == inner.begin ? inner.end : k + 1) {
      float const across = Rays::at(rays_of_lane.across, k);
      if (!(across > 0.0F && across < static_cast<float>(size[1 - Axis] + 1))) continue;
      cells.add(rays_of_lane, k, column.ray.coverage(k), limited, sums);
    }
  }

  /// A margin by which inner slices keep away from borders [voxels]; rounding moves positions by
  /// far less.
  static constexpr float margin = 1.0F / 32.0F;

  /// Whether a ray stays inside the copied columns in inner slices.
  __device__ bool is_inside(Rows const& ray, Inner const& inner) const {
    float const first = Rows::at(ray.z, inner.begin);
    float const last = Rows::at(ray.z, inner.end - 1);
    return min(first, last) >= margin &&
           max(first, last) < static_cast<float>(size[2] + border) - margin;
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
    template <class Rays, class Limit, class LaneSums>
    __device__ void add(Rays const& rays_of_lane, int k, float weight, Limit const& limit,
                        LaneSums& sums) const {
      GridIndex const across = grid_index_of(Rays::at(rays_of_lane.across, k));
      Cell const* const cells = column(across, k);
      auto const z = rays_of_lane.in_slice(k);
      sums.add(cells, hide_from_optimizer(cells + height), across.fraction, weight,
               [&](int i) { return limit(i, z(i)); });
    }

    /// Adds the samples of close rays, which are inside.
    template <class Rays, class LaneSums>
    __device__ void add_close(Rays const& rays_of_lane, int k, LaneSums& sums) const {
      GridIndex const across = grid_index_of(Rays::at(rays_of_lane.across, k));
      sums.add_close(column(across, k), across.fraction, rays_of_lane.in_slice(k));
    }

    /// Cell 0 of the column before a position, less grid_index_origin.
    [[nodiscard]] __device__ Cell const* column(GridIndex const& across, int k) const {
      unsigned const number = (static_cast<unsigned>(k) - first_slice) * width +
                              (across.index - hide_from_optimizer(grid_index_origin));
      return hide_from_optimizer(data + static_cast<int>(number * height) -
                                 static_cast<std::ptrdiff_t>(grid_index_origin));
    }
  };
};

}  // namespace pyronn::detail
