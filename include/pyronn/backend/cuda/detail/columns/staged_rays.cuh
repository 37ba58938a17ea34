// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// StagedRays: rays through columns of bare samples, which a warp blends in shared memory.
#include <pyronn/backend/cuda/require_cuda.cuh>
//

#include <pyronn/backend/cuda/detail/columns/copy.cuh>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray_column.hpp>

namespace pyronn::detail {

/// The columns of a copy, in quads of samples.
struct StagedColumns {
  float4 const* quads;
  int quads_of_column;
  int width;  ///< columns of a slice
  int first_slice;

  __device__ StagedColumns(BareSample const* samples, Extents<3> const& size, int axis, int first)
      : quads{reinterpret_cast<float4 const*>(samples)},
        quads_of_column{ColumnCopy<BareSample>::height(size) / 4},
        width{ColumnCopy<BareSample>::width(size, axis)},
        first_slice{first} {}
};

/// What rays that are to be staged must have, and how many lanes read them.
struct StagedRows {
  static constexpr int rays_of_stretch = 7;
  static constexpr int most_stretches = 2;
  static constexpr int rays = most_stretches * rays_of_stretch;  ///< of a lane, at most
  static constexpr int least_lanes = 24;
  /// Samples from the beginning of a line of the L1 cache on.
  static constexpr int quads_of_stretch = 64;
  /// Bytes of shared memory that a warp needs.
  static constexpr int bytes = 2 * quads_of_stretch * static_cast<int>(sizeof(float4));

  /// How many lanes can read at a time: they reach over no more than 32 samples, which lie in
  /// different banks. 0 where rows are too far apart, or positions too large to be exact.
  static __device__ int lanes_of(RayColumn const& column, SliceRange const& path, int last_row) {
    float apart = 0.0F;
    float reach = abs(column.ray.slope[1]) + abs(column.ray.base[1]);
    for (int const slice : {path.first, path.last}) {
      auto const k = static_cast<float>(slice);
      float const step = abs(column.base_step + k * column.slope_step);
      apart = max(apart, step);
      reach = max(reach, abs(column.ray.crossing(1, slice)) + static_cast<float>(last_row) * step);
    }
    if (!(apart <= most_apart && reach < most_reach)) return 0;
    return min(32, static_cast<int>(reach_of_lanes / max(apart, 0.5F)) + 1);
  }

 private:
  /// So little that lanes read different banks, and that with a line before it a stretch fits.
  static constexpr float reach_of_lanes = 30.6F;
  static constexpr float most_apart = reach_of_lanes / (least_lanes - 0.9F);
  static constexpr float most_reach = 65536.0F;
};

/// The rays of a warp in one detector column, where rows are about a voxel apart: `Count` a lane,
/// which has the rows l, l + lanes, l + 2 lanes, ... In each slice the warp blends the two columns
/// of samples that the rays pass between into one, stretch by stretch, in shared memory, and each
/// ray reads the two samples of it that it passes between.
template <int Count>
class StagedRays {
 public:
  static constexpr int border = ColumnCopy<BareSample>::border;

  __device__ StagedRays(RayColumn const& column, IndexRange const& rows, int lanes)
      : across_{column.ray.base[0] + 1.0F, column.ray.slope[0]},
        step_{static_cast<float>(lanes) * column.base_step,
              static_cast<float>(lanes) * column.slope_step} {
    // Lanes too many repeat the last.
    set(z_, column, rows.first + min(lane(), lanes - 1));
    // Rows that do not exist are in a stretch, too: their rays are read, but not written.
    for (int n = 0; n < stretches; ++n) {
      int const end = min((n + 1) * StagedRows::rays_of_stretch, Count);
      set(ends_[n][0], column, rows.first + n * StagedRows::rays_of_stretch * lanes);
      set(ends_[n][1], column, rows.first + end * lanes - 1);
      ends_[n][0][0] -= margin;
      ends_[n][1][0] -= margin;
    }
  }

  /// Adds the slices of a path. `memory` is the warp's, `block` where the block's begins.
  __device__ void add(StagedColumns const& columns, RayColumn const& column, SliceRange path,
                      float* memory, float* block) {
    narrow(path, columns.width);
    if (path.first > path.last) return;
    // Slices that the rays cover in part are the first and the last.
    bool const is_whole = static_cast<float>(path.first) >= column.ray.low + 0.5F &&
                          static_cast<float>(path.last) <= column.ray.high - 0.5F;
    Memory const of_warp{reinterpret_cast<char*>(block),
                         static_cast<unsigned>(memory - block) * 4U};
    if (is_whole) {
      add_slices(
          columns, path, [](int) { return 1.0F; }, of_warp);
    } else {
      add_slices(
          columns, path, [&](int k) { return column.ray.coverage(k); }, of_warp);
    }
    __syncwarp();
  }

  /// Calls `take(row, sum)` for the rows of the lane.
  template <class Take>
  __device__ void for_each(IndexRange const& rows, int lanes, Take const& take) const {
    for (int i = 0; i < Count; ++i) {
      int const row = rows.first + lane() + i * lanes;
      if (lane() < lanes && row <= rows.last) take(row, sums_[i]);
    }
  }

 private:
  static constexpr int stretches = (Count - 1) / StagedRows::rays_of_stretch + 1;
  /// By how much a stretch begins below its lowest ray [samples]; rounding moves rays by less.
  static constexpr float margin = 1.0F / 16;
  static constexpr float shift = 12582912.0F;  ///< 1.5 * 2^23: sums are integers, negative ones too
  static constexpr int shift_bits = 0x4b400000;

  /// Where rays cross a slice.
  struct Crossing {
    float k;
    float across;  ///< from the columns before the rays to those behind, as a fraction
    float4 const* columns[2];
  };
  /// The samples of a stretch that a lane has loaded.
  struct Loaded {
    float4 quads[2][2];  ///< of both columns
    float across;
    float line;  ///< the line of 32 samples with which the stretch begins
  };

  /// The warp's stretches, by where they lie in the block's memory: so addresses take one addition.
  struct Memory {
    char* block;
    unsigned offset;
  };

  /// Narrows a path to the slices in which the rays pass between two columns of the copy.
  __device__ void narrow(SliceRange& path, int width) const {
    auto const is_beside = [&](int k) {
      float const across = at(across_, static_cast<float>(k));
      return !(across >= 0.0F && across < static_cast<float>(width - 1));
    };
    while (path.first <= path.last && is_beside(path.first)) ++path.first;
    while (path.first <= path.last && is_beside(path.last)) --path.last;
  }

  static __device__ int lane() { return static_cast<int>(threadIdx.x % 32); }
  static __device__ void set(float (&z)[2], RayColumn const& column, int row) {
    z[0] = column.ray.base[1] + static_cast<float>(row) * column.base_step + border;
    z[1] = column.ray.slope[1] + static_cast<float>(row) * column.slope_step;
  }
  static __device__ float at(float const (&line)[2], float k) { return line[0] + k * line[1]; }

  template <class Weight>
  __device__ void add_slices(StagedColumns const& columns, SliceRange const& path,
                             Weight const& weight, Memory const& memory) {
    unsigned const places[2] = {memory.offset, memory.offset + StagedRows::bytes / 2};
    int turn = 0;
    int first_column = (path.first - columns.first_slice) * columns.width;
    Crossing crossing = cross(columns, static_cast<float>(path.first), first_column);
    Loaded loaded = load<0>(columns, crossing);
    for (int slice = path.first; slice <= path.last; ++slice) {
#pragma unroll
      for (int n = 0; n < stretches; ++n) {
        // Two stretches take turns, so that one is read while the next is written.
        unsigned const place = stretches == 2 ? places[n] : places[turn];
        turn ^= 1;
        stage(loaded, weight(slice), reinterpret_cast<float4*>(memory.block + place) + lane());
        float const line = loaded.line;
        float const k = crossing.k;
        __syncwarp();
        if (n + 1 < stretches) {
          loaded = load<stretches - 1>(columns, crossing);
        } else {
          // After the last slice it is loaded once more.
          bool const is_last = slice == path.last;
          first_column += is_last ? 0 : columns.width;
          crossing = cross(columns, is_last ? k : k + 1.0F, first_column);
          loaded = load<0>(columns, crossing);
        }
        if (n == 0) sample<0>(memory.block, place, line, k);
        if (n == 1) sample<stretches - 1>(memory.block, place, line, k);
      }
    }
  }

  __device__ Crossing cross(StagedColumns const& columns, float k, int first_column) const {
    GridIndex const across = grid_index_of(at(across_, k));
    int const number = first_column + static_cast<int>(across.index - grid_index_origin);
    float4 const* const column =
        hide_from_optimizer(columns.quads + number * columns.quads_of_column);
    return {k, across.fraction, {column, hide_from_optimizer(column + columns.quads_of_column)}};
  }

  /// Loads from the line of the L1 cache on in which the stretch begins, so that eight lanes load a
  /// line. Beyond the ends of the stretch and the column they load the last or first quad once
  /// more; those of the column are zero.
  template <int Stretch>
  __device__ Loaded load(StagedColumns const& columns, Crossing const& crossing) const {
    float const ends[2] = {at(ends_[Stretch][0], crossing.k), at(ends_[Stretch][1], crossing.k)};
    float const shifted_line = __fmaf_rd(min(ends[0], ends[1]), 1.0F / 32.0F, shift);
    int const first = (__float_as_int(shifted_line) - shift_bits) * 8 + lane();
    // One sample above the highest ray, and what the margin took away.
    int const last = min(quad_of(max(ends[0], ends[1]) + 1.125F), columns.quads_of_column - 1);
    Loaded loaded;
    for (int n = 0; n < 2; ++n) {
      auto const quad = static_cast<unsigned>(max(min(first + 32 * n, last), 0));
      for (int c = 0; c < 2; ++c) loaded.quads[c][n] = __ldg(crossing.columns[c] + quad);
    }
    loaded.across = crossing.across;
    loaded.line = shifted_line - shift;
    return loaded;
  }
  static __device__ int quad_of(float z) {
    return __float_as_int(__fmaf_rd(z, 0.25F, shift)) - shift_bits;
  }

  static __device__ void stage(Loaded const& loaded, float weight, float4* target) {
    float const behind = weight * loaded.across;
    float const before = weight - behind;
    for (int n = 0; n < 2; ++n) {
      float4 const a = loaded.quads[0][n];
      float4 const b = loaded.quads[1][n];
      target[32 * n] = {before * a.x + behind * b.x, before * a.y + behind * b.y,
                        before * a.z + behind * b.z, before * a.w + behind * b.w};
    }
  }

  template <int Stretch>
  __device__ void sample(char const* block, unsigned place, float line, float k) {
    constexpr int first = Stretch * StagedRows::rays_of_stretch;
    float const z = at(z_, k) - 32.0F * line;
    float const step = at(step_, k);
    unsigned const origin = hide_from_optimizer(place - 4U * grid_index_origin);
#pragma unroll
    for (int i = first; i < min(first + StagedRows::rays_of_stretch, Count); ++i) {
      GridIndex const node = grid_index_of(z + static_cast<float>(i) * step);
      auto const* const lower =
          reinterpret_cast<float const*>(block + static_cast<int>(origin + 4U * node.index));
      sums_[i] += lower[0] + node.fraction * (lower[1] - lower[0]);
    }
  }

  float across_[2];  ///< where rays cross slice 0, in columns of the copy, and the step to the next
  float z_[2];       ///< the same of the lane's first ray along z
  float step_[2];    ///< and of the distance to its next ray
  float ends_[stretches][2][2];  ///< and of the first and the last ray of each stretch
  float sums_[Count] = {};
};

}  // namespace pyronn::detail
