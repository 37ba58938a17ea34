// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of Joseph's forward projection through columns along z.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/columns/copy.cuh>
#include <pyronn/backend/cuda/detail/columns/lane_rays.cuh>
#include <pyronn/backend/cuda/detail/columns/staged_rays.cuh>
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
  static constexpr bool stages = std::is_same_v<Cell, BareSample>;
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
    int const groups = (projections.extents[1] - 1) / Tile::least_rows + 1;
    int const blocks = (projections.extents[0] - 1) / Block::y + 1;
    return {groups * warp, blocks * Block::y, num_views};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    __shared__ Tile tile;
    auto const& view = views.view(item[2], 0);
    RayColumn const column{view, static_cast<float>(item[1]), 0.0F, spacing};
    SliceRange path{0, -1, 0, -1};
    IndexRange footprint{0, -1};
    bool const is_mine = item[1] < projections.extents[0] && column.ray.axis == Axis;
    if (is_mine) path = column.path(first_slice, end_slice, size[1 - Axis]);
    if (path.first <= path.last)
      footprint = column.footprint(path, size[2], projections.extents[1]);
    int const number = item[1] % Block::y;
    tile.footprints[number] = footprint;
    tile.is_mine[number] = is_mine;
    if constexpr (stages) {
      tile.lanes[number] = footprint.first <= footprint.last
                               ? StagedRows::lanes_of(column, path, footprint.last)
                               : warp;
    }
    __syncthreads();
    Pixels const pixels{item[1] - number, item[0] / warp * Tile::least_rows, item[2]};
    if (!adds) clear_outside(pixels, tile);
    IndexRange rows = tile.rows_of_block();
    int lanes = 0;
    int rows_at_a_time = warp * rays;
    if constexpr (stages) {
      lanes = tile.lanes_of_block();
      if (lanes > 0) rows_at_a_time = lanes * StagedRows::rays;
    }
    rows.first += item[0] / warp * rows_at_a_time;
    if (rows.first > rows.last) return;
    rows.last = min(rows.last, rows.first + rows_at_a_time - 1);
    IndexRange const own{max(rows.first, footprint.first), min(rows.last, footprint.last)};
    if (own.first <= own.last) {
      float* const sums = tile.sums[number] - rows.first;
      bool is_done = false;
      if constexpr (stages) {
        if (lanes > 0) {
          stage<StagedRows::rays>(column, path, own, lanes, tile, sums);
          is_done = true;
        }
      }
      if (!is_done) integrate<rays>(column, path, item[0] % warp, own, sums);
    }
    __syncthreads();
    write(pixels, tile, rows);
  }

 private:
  /// What a block has of its detector columns: neighbours in memory, whose sums are exchanged so
  /// that whole sectors are written at a time.
  struct Tile {
    static constexpr int columns = Block::y;
    static constexpr int rows = warp * (stages ? StagedRows::rays : rays);
    static constexpr int least_rows = stages ? StagedRows::least_lanes * StagedRows::rays : rows;
    /// Four more, so that neighbouring rows of all columns lie in different banks.
    static constexpr int pitch = 4 + (stages ? StagedRays<1>::bytes / static_cast<int>(sizeof(float)) : rows);
    static_assert(pitch % 32 == 4 && pitch >= rows);
    static constexpr int beyond = std::numeric_limits<int>::max();

    alignas(16) float sums[columns][pitch];
    IndexRange footprints[columns];
    bool is_mine[columns];  ///< whether the rays of a column have this main axis
    int lanes[stages ? columns : 1];

    [[nodiscard]] __device__ int lanes_of_block() const {
      int all = warp;
      for (int const n : lanes) all = min(all, n);
      return all;
    }

    /// The rows of all footprints.
    [[nodiscard]] __device__ IndexRange rows_of_block() const {
      IndexRange all{beyond, -1};
      for (IndexRange const& footprint : footprints) {
        if (footprint.first > footprint.last) continue;
        all = {min(all.first, footprint.first), max(all.last, footprint.last)};
      }
      return all;
    }
  };

  /// The pixels of a block.
  struct Pixels {
    int first_u;
    int first_v;
    int view;
  };

  /// Calls `work(column, row)` for the columns of a block and some rows, sector by sector.
  template <class Work>
  __device__ void for_each_pixel(Work const& work) const {
    constexpr int threads = Block::x * Block::y;
    auto const thread = static_cast<int>(threadIdx.x);
#pragma unroll
    for (int i = 0; i < Tile::columns * Tile::rows / threads; ++i) {
      work(i, thread % Tile::columns, thread / Tile::columns + i * (threads / Tile::columns));
    }
  }

  __device__ void clear_outside(Pixels const& pixels, Tile const& tile) const {
    for_each_pixel([&](int, int column, int row) {
      IndexRange const footprint = tile.footprints[column];
      int const v = pixels.first_v + row;
      if (tile.is_mine[column] && v < projections.extents[1] &&
          (v < footprint.first || v > footprint.last)) {
        projections(pixels.first_u + column, v, pixels.view, 0) = StorageTraits<Out>::round(0.0F);
      }
    });
  }

  /// Writes the sums of a block.
  __device__ void write(Pixels const& pixels, Tile const& tile, IndexRange const& rows) const {
    constexpr int count = Tile::columns * Tile::rows / (Block::x * Block::y);
    // All are loaded before the first is stored: the compiler must not change the order.
    float before[count] = {};
    auto const for_each = [&](auto const& work) {
      for_each_pixel([&](int i, int column, int row) {
        IndexRange const footprint = tile.footprints[column];
        int const v = rows.first + row;
        if (v < footprint.first || v > min(footprint.last, rows.last)) return;
        work(i, projections(pixels.first_u + column, v, pixels.view, 0), tile.sums[column][row]);
      });
    };
    if (adds) for_each([&](int i, Out const& pixel, float) { before[i] = widen(pixel); });
    for_each([&](int i, Out& pixel, float sum) { write_or_add(pixel, before[i] + sum, false); });
  }

  template <int Count>
  __device__ void stage(RayColumn const& column, SliceRange path, IndexRange const& rows, int lanes,
                        Tile& tile, float* sums_of_rows) const {
    if constexpr (Count > 1) {
      if (rows.last - rows.first < lanes * (Count - 1)) {
        return stage<Count - 1>(column, path, rows, lanes, tile, sums_of_rows);
      }
    }
    StagedColumns const cells{columns, size, Axis, first_slice};
    StagedRays<Count> staged{column, rows, lanes};
    staged.narrow(path, cells.width);
    int const number = static_cast<int>(threadIdx.x) / warp;
    if (path.first <= path.last) {
      staged.add(cells, path, column, reinterpret_cast<char*>(tile.sums),
                 static_cast<unsigned>(number * Tile::pitch) * static_cast<unsigned>(sizeof(float)));
    }
    __syncwarp();
    float const aside = spacing[1 - Axis] * column.ray.slope[0];
    float const level = spacing[Axis] * spacing[Axis] + aside * aside;
    auto const lane = static_cast<int>(threadIdx.x % 32);
    for (int i = 0; i < Count; ++i) {
      int const v = rows.first + lane + i * lanes;
      float const rise =
          spacing[2] * (column.ray.slope[1] + static_cast<float>(v) * column.slope_step);
      float const square = level + rise * rise;
      if (lane < lanes && v <= rows.last) sums_of_rows[v] = staged[i] * (square * reciprocal_sqrt(square));
    }
  }

  /// Projects with as many rays a lane as the rows need: an even number, at most `Count`.
  template <int Count>
  __device__ void integrate(RayColumn const& column, SliceRange const& path, int lane,
                            IndexRange const& rows, float* sums_of_rows) const {
    if constexpr (Count > 2) {
      if (rows.last - rows.first < warp * (Count - 2)) {
        return integrate<Count - 2>(column, path, lane, rows, sums_of_rows);
      }
    }
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
        int const first =
            rows.first + CloseRays<border>::three * lane + (direction < 0 ? close.three - 1 : 0);
        return store<Count>(column, close, {first, rows.last}, sums, sums_of_rows);
      }
    }
    SpreadRays<border> const spread{column, rows.first, lane};
    add_inner<Count>(inner, is_free, rows, spread, lane, cells, sums);
    add_border<Count>(column, path, inner, rows, spread, lane, cells, sums);
    store<Count>(column, spread, {rows.first + lane, rows.last}, sums, sums_of_rows);
  }

  /// Leaves a lane's sums, times the lengths of ray between two slices [mm], to the block. `rows`
  /// are its first row and the last that exists.
  template <int Count, class Rays>
  __device__ void store(RayColumn const& column, Rays const& rays_of_lane, IndexRange const& rows,
                        Sums<Count> const& sums, float* sums_of_rows) const {
    float const aside = spacing[1 - Axis] * column.ray.slope[0];
    float const level = spacing[Axis] * spacing[Axis] + aside * aside;
    for (int i = 0; i < Count; ++i) {
      int const v = rows.first + rays_of_lane.row(i);
      float const rise =
          spacing[2] * (column.ray.slope[1] + static_cast<float>(v) * column.slope_step);
      if (v <= rows.last) sums_of_rows[v] = sums[i] * std::sqrt(level + rise * rise);
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
