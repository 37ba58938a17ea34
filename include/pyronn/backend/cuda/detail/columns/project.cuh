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
#include <pyronn/backend/cuda/detail/columns/pixel_tile.cuh>
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
/// its lanes, which lie along v, so that they load neighbouring cells of a column, or blend them in
/// shared memory. A block has the same rows of neighbouring columns, counted from where the
/// footprint of the volume begins; pixels outside it are zero.
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
  /// Whether bare samples are blended in shared memory, where rows are not too far apart.
  static constexpr bool stages = std::is_same_v<Cell, BareSample>;
  using Rows = Crossings<border>;
  /// The most rows that a block has, and the least but for its last.
  static constexpr int most_rows = warp * (stages ? StagedRows::rays : rays);
  static constexpr int least_rows = stages ? StagedRows::least_lanes * StagedRows::rays : most_rows;
  using Tile = PixelTile<Block::y, most_rows, stages ? StagedRows::bytes : 0>;

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
    int const groups = (projections.extents[1] - 1) / least_rows + 1;
    return {groups * warp, ((projections.extents[0] - 1) / Block::y + 1) * Block::y, num_views};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    __shared__ Tile tile;
    auto const& view = views.view(item[2], 0);
    RayColumn const column{view, static_cast<float>(item[1]), 0.0F, spacing};
    int const number = item[1] % Block::y;
    int const group = item[0] / warp;
    TileColumn own{item[1] < projections.extents[0] && column.ray.axis == Axis, {0, -1}, warp};
    SliceRange path{0, -1, 0, -1};
    if (own.is_written) path = column.path(first_slice, end_slice, size[1 - Axis]);
    if (path.first <= path.last) {
      own.footprint = column.footprint(path, size[2], projections.extents[1]);
      if (stages && own.footprint.first <= own.footprint.last)
        own.lanes = StagedRows::lanes_of(column, path, own.footprint.last);
    }
    tile.columns[number] = own;
    __syncthreads();
    Out* const pixels = &projections(item[1] - number, 0, item[2], 0);
    if (!adds)
      tile.clear(pixels, projections.extents, group * least_rows, (group + 1) * least_rows);
    int const lanes = stages ? tile.lanes() : 0;
    int const rows_of_block = lanes > 0 ? lanes * StagedRows::rays : most_direct_rows;
    IndexRange rows = tile.footprint();
    rows.first += group * rows_of_block;
    if (rows.first > rows.last) return;
    rows.last = min(rows.last, rows.first + rows_of_block - 1);
    project(column, path, lanes, tile, number, rows);
    __syncthreads();
    tile.write(pixels, projections.extents, rows, adds);
  }

 private:
  static constexpr int most_direct_rows = most_rows / (warp * rays) * (warp * rays);
  static_assert(most_direct_rows >= least_rows, "Blocks must not leave out rows.");

  /// Leaves the sums of some rows of a detector column to the block.
  __device__ void project(RayColumn const& column, SliceRange const& path, int lanes, Tile& tile,
                          int number, IndexRange const& rows) const {
    IndexRange own = tile.columns[number].footprint;
    own = {max(rows.first, own.first), min(rows.last, own.last)};
    if (own.first > own.last) return;
    TileSums const sums{tile.sums[number], rows.first};
    if constexpr (!stages) {
      integrate<rays>(column, path, own, sums);
    } else if (lanes > 0) {
      stage<StagedRows::rays>(column, path, lanes, tile, own, sums);
    } else {
      for (int const last = own.last; own.first <= last; own.first += warp * rays) {
        own.last = min(last, own.first + warp * rays - 1);
        integrate<rays>(column, path, own, sums);
      }
    }
  }

  /// Projects through shared memory, with as many rays a lane as the rows need.
  template <int Count>
  __device__ void stage(RayColumn const& column, SliceRange path, int lanes, Tile& tile,
                        IndexRange const& rows, TileSums const& sums_of_rows) const {
    if constexpr (Count > 1) {
      if (rows.last - rows.first < lanes * (Count - 1)) {
        return stage<Count - 1>(column, path, lanes, tile, rows, sums_of_rows);
      }
    }
    StagedColumns const copy{columns, size, Axis, first_slice};
    StagedRays<Count> staged{column, rows, lanes};
    staged.add(copy, column, path, sums_of_rows.sums, tile.sums[0]);
    RayLengths const lengths{column, spacing, Axis};
    staged.for_each(rows, lanes, [&](int v, float sum) { sums_of_rows[v] = sum * lengths[v]; });
  }

  /// Projects with as many rays a lane as the rows need: an even number, at most `Count`.
  template <int Count>
  __device__ void integrate(RayColumn const& column, SliceRange const& path, IndexRange const& rows,
                            TileSums const& sums_of_rows) const {
    if constexpr (Count > 2) {
      if (rows.last - rows.first < warp * (Count - 2)) {
        return integrate<Count - 2>(column, path, rows, sums_of_rows);
      }
    }
    int const lane = static_cast<int>(threadIdx.x) % warp;
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

  /// Leaves a lane's sums to the block. `rows` are its first row and the last that exists.
  template <int Count, class Rays>
  __device__ void store(RayColumn const& column, Rays const& rays_of_lane, IndexRange const& rows,
                        Sums<Count> const& sums, TileSums const& sums_of_rows) const {
    RayLengths const lengths{column, spacing, Axis};
    for (int i = 0; i < Count; ++i) {
      int const v = rows.first + rays_of_lane.row(i);
      if (v <= rows.last) sums_of_rows[v] = sums[i] * lengths[v];
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
