// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The transpose of Joseph's projection of z-aligned views.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/columns/column_tile.cuh>
#include <pyronn/backend/cuda/detail/columns/interval_sums.cuh>
#include <pyronn/backend/cuda/detail/columns/running_sums.cuh>
#include <pyronn/backend/cuda/detail/launch/named_barrier.cuh>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// A block has a tile of voxels and runs through all views, first for the rays whose main axis is x
/// and then for those along y. Some warps fill RunningSums of the tile's shadow, view by view, in a
/// ring of tables; the others add them up. A lane of these has a slice across the main axis and
/// some intervals between neighbouring voxels in it: what a detector column brings falls into one
/// interval and is shared by the two voxels at its ends. Tiles lie in the grid, so that sums are
/// the same whatever slab is computed.
template <class Task>
struct TransposeColumnTiles {
  static constexpr int width = ColumnTile::width;
  static constexpr int height = ColumnTile::height;
  using Sums = IntervalSums<3>;
  static constexpr int intervals = Sums::intervals;
  static constexpr int adding_warps = (width + 1) / intervals;
  static constexpr int filling_warps = 5;
  static constexpr int tables = 3;
  static_assert(adding_warps * intervals == width + 1, "Warps must fill a tile.");
  struct Block : BlockShape<(adding_warps + filling_warps) * 32, 1, 1> {};

  Task task;
  int entries;  ///< of a table

  /// What a block with tables of this size needs.
  static std::size_t shared_bytes(int num_views, int entries) {
    return num_views * sizeof(ColumnTileShadow) + tables * RunningSums::bytes(entries);
  }
  /// Tables must hold this many entries: the voxels of a tile lie in their memory, too.
  static constexpr int least_entries =
      (height * width * (width + 1) * static_cast<int>(sizeof(float)) / tables -
       static_cast<int>(RunningSums::bytes(0))) /
          static_cast<int>(sizeof(float2)) +
      1;

  [[nodiscard]] std::size_t shared_bytes() const { return shared_bytes(task.num_views, entries); }

  [[nodiscard]] Extents<3> items() const {
    return {((task.size[0] - 1) / width + 1) * Block::x, (task.size[1] - 1) / width + 1,
            tiles_along_z() * task.num_samples};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const sample = item[2] / tiles_along_z();
    ColumnTile tile{{item[0] / Block::x * width, item[1] * width,
                     (item[2] - sample * tiles_along_z() + first_tile()) * height},
                    0};
    for_each_voxel(tile, [&](Vec<int, 3> const& voxel, float& sum) {
      sum = is_written(voxel) ? task.begin(voxel, sample) : 0.0F;
    });
    add_views(tile, sample);
    tile.axis = 1;
    add_views(tile, sample);
    for_each_voxel(tile, [&](Vec<int, 3> const& voxel, float& sum) {
      if (is_written(voxel)) task.write(voxel, sample, sum);
    });
  }

 private:
  static constexpr int warps = adding_warps + filling_warps;

  [[nodiscard]] __host__ __device__ int first_tile() const { return task.first_slice / height; }
  [[nodiscard]] __host__ __device__ int tiles_along_z() const {
    return (task.end_slice() - 1) / height + 1 - first_tile();
  }
  [[nodiscard]] __device__ bool is_written(Vec<int, 3> const& voxel) const {
    return voxel[0] < task.size[0] && voxel[1] < task.size[1] && voxel[2] >= task.first_slice &&
           voxel[2] < task.end_slice();
  }

  static __device__ int thread() { return static_cast<int>(threadIdx.x); }
  static __device__ int warp() { return thread() / 32; }
  static __device__ int lane() { return thread() % 32; }

  static __device__ float4* memory() {
    extern __shared__ float4 shared_memory[];
    return shared_memory;
  }
  [[nodiscard]] __device__ ColumnTileShadow* shadows() const {
    return reinterpret_cast<ColumnTileShadow*>(memory() + tables * RunningSums::bytes(entries) /
                                                              sizeof(float4));
  }
  [[nodiscard]] __device__ RunningSums table(int slot) const { return {memory(), slot, entries}; }

  /// A voxel of the tile, in the memory of the tables.
  static __device__ float& voxel_sum(int x, int y, int z) {
    return reinterpret_cast<float*>(memory())[(z * width + y) * (width + 1) + x];
  }

  /// Calls `work(voxel, sum)`, neighbouring threads having neighbouring voxels.
  template <class Work>
  __device__ void for_each_voxel(ColumnTile const& tile, Work const& work) const {
    for (int row = warp(); row < width * height; row += warps) {
      int const y = row % width;
      int const z = row / width;
      work(tile.first + Vec<int, 3>{lane(), y, z}, voxel_sum(lane(), y, z));
    }
    __syncthreads();
  }

  /// Adds the rays along the tile's axis to the voxels in shared memory.
  __device__ void add_views(ColumnTile const& tile, int sample) const {
    for (int n = thread(); n < task.num_views; n += Block::x) {
      shadows()[n] =
          ColumnTileShadow::of(task.views.view(n, sample), tile, task.size, task.detector);
    }
    if (warp() < adding_warps) {
      Sums sums;
      load_sums(tile, sums);
      wait_for_block();
      add_parts(tile, sample, sums);
      wait_for_block();
      store_sums(tile, sums);
    } else {
      wait_for_block();
      fill_parts(tile, sample);
      wait_for_block();
      wait_for_block();
    }
    wait_for_block();
  }

  /// The voxel at an end of a lane's intervals. The first and the last of a tile are another's.
  static __device__ int across_of(int end) { return warp() * intervals + end - 1; }
  static __device__ bool is_in_tile(int end) {
    return across_of(end) >= 0 && across_of(end) < width;
  }
  static __device__ float& sum_of(ColumnTile const& tile, int end, int z) {
    return tile.axis == 0 ? voxel_sum(lane(), across_of(end), z)
                          : voxel_sum(across_of(end), lane(), z);
  }

  /// The last end is the first of the next warp.
  static __device__ void load_sums(ColumnTile const& tile, Sums& sums) {
#pragma unroll
    for (int end = 0; end <= intervals; ++end) {
      bool const is_loaded = end < intervals && is_in_tile(end);
#pragma unroll
      for (int z = 0; z < height; ++z) sums.at[end][z] = is_loaded ? sum_of(tile, end, z) : 0.0F;
    }
  }
  static __device__ void store_sums(ColumnTile const& tile, Sums const& sums) {
#pragma unroll
    for (int end = 0; end < intervals; ++end) {
      if (!is_in_tile(end)) continue;
#pragma unroll
      for (int z = 0; z < height; ++z) sum_of(tile, end, z) = sums.at[end][z];
    }
    wait_for_block();
    if (is_in_tile(intervals)) {
#pragma unroll
      for (int z = 0; z < height; ++z) sum_of(tile, intervals, z) += sums.at[intervals][z];
    }
  }

  /// Calls `work(view, part)` for all shadows, in parts that a table holds.
  template <class Work>
  __device__ void for_each_part(Work const& work) const {
    // Rows of a table that has all columns that a warp fills in at a time.
    int const longest_column = (entries / RunningSums::columns_of_warp - 1) | 1;
    for (int n = 0; n < task.num_views; ++n) {
      ColumnTileShadow const shadow = shadows()[n];
      if (shadow.columns == 0) continue;
      ShadowPart part{shadow.first_column, 0, shadow.first_row, min(shadow.rows, longest_column),
                      shadow.rows > longest_column};
      int most_columns = RunningSums::most_columns;
      if (shadow.columns * part.pitch() > entries) {
        most_columns = min(most_columns, entries / part.pitch()) & -RunningSums::columns_of_warp;
      }
      int const end_column = shadow.first_column + shadow.columns;
      int const last_row = shadow.first_row + shadow.rows - 1;
      for (; part.first_row == shadow.first_row || part.first_row < last_row;
           part.first_row += longest_column - 1) {
        part.rows = min(part.rows, last_row - part.first_row + 1);
        for (part.first_column = shadow.first_column; part.first_column < end_column;
             part.first_column += most_columns) {
          part.columns = min(most_columns, end_column - part.first_column);
          work(n, part);
        }
      }
    }
  }

  static __device__ NamedBarrier filled(int slot) { return {1 + slot, Block::x}; }
  static __device__ NamedBarrier emptied(int slot) { return {1 + tables + slot, Block::x}; }

  __device__ void fill_parts(ColumnTile const& tile, int sample) const {
    constexpr int step = RunningSums::columns_of_warp;
    int number = 0;
    int slot = 0;
    int next_warp = 0;  // warps take turns, so that all are as busy over some views
    for_each_part([&](int n, ShadowPart const& part) {
      if (number >= tables) emptied(slot).wait();
      int const first = (warp() - adding_warps - next_warp + filling_warps) % filling_warps;
      for (int column = first * step; column < part.columns; column += filling_warps * step) {
        table(slot).fill(part, column, task.views.view(n, sample).rays, pixels(n, sample),
                         task.detector, tile.axis, task.spacing);
      }
      next_warp = (next_warp + (part.columns - 1) / step + 1) % filling_warps;
      filled(slot).arrive();
      ++number;
      slot = slot + 1 == tables ? 0 : slot + 1;
    });
    for (int n = max(number - tables, 0); n < number; ++n) emptied(n % tables).wait();
  }

  [[nodiscard]] __device__ auto const* pixels(int n, int sample) const {
    auto const view = static_cast<std::int64_t>(task.first_view + sample * task.view_stride + n);
    return task.projections.array.data + view * (task.detector[0] * task.detector[1]);
  }

  __device__ void add_parts(ColumnTile const& tile, int sample, Sums& sums) const {
    int const slice = tile.first_slice() + lane();
    int const across = tile.first_across() + across_of(0);
    int slot = 0;
    for_each_part([&](int n, ShadowPart const& part) {
      filled(slot).wait();
      if (slice < (tile.axis == 0 ? task.size[0] : task.size[1])) {
        sums.add(tile, slice, across, task.views.view(n, sample).map, part, table(slot));
      }
      emptied(slot).arrive();
      slot = slot + 1 == tables ? 0 : slot + 1;
    });
  }
};

}  // namespace pyronn::detail
