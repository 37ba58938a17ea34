// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The tensor-core kernel of Joseph's transpose of a batch in the plane.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/batch/element_window.cuh>
#include <pyronn/backend/cuda/detail/batch/lane_runs.cuh>
#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/plane/axis_view.cuh>
#include <pyronn/backend/cuda/detail/plane/ray_table.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// The views that are taken together: sums are of this many, counted from a call's first, of both
/// main axes.
inline constexpr int transpose_block_views = 128;

/// The factors with which pixels are packed: the length of their rays between two slices, in
/// `unit`.
struct StepsOfRays {
  float const* steps;
  int pitch;
  float per_unit;

  __device__ float operator()(int u, int view) const {
    return __ldg(steps + static_cast<std::size_t>(view) * static_cast<std::size_t>(pitch) + u) *
           per_unit;
  }
};

/// Joseph's transpose in the plane, from projections in BatchLayout that are packed times
/// StepsOfRays, of rays that do not end inside the image. A block works on 16 x 16 voxels of all
/// samples, a warp on 8 slices of a main axis x 4 voxels across, so that a window of 16 pixels
/// mostly holds all rays of a view that meet them. Views are taken block by block, the rays of
/// main axis x first, then those of y.
template <int Tiles, class In, class Out>
struct TransposeBatch {
  static constexpr int tile = 16;  ///< voxels of a block along x and along y
  struct Block : BlockShape<256, 1, 1> {
    static constexpr int min_blocks_per_sm = 2;
  };
  static constexpr int terms = half_terms_v<In>;
  using Layout = BatchLayout<Tiles, terms>;

  RayTable<ProjectiveAxisView> table;
  int num_views;
  uint4 const* rows;  ///< rows of pixels in BatchLayout, view after view
  SampleScales<In> scale;
  float unit;                 ///< of steps, a power of two [mm]
  ArrayView<Out, 4> volumes;  ///< (x, y, 1, sample)
  bool adds;

  [[nodiscard]] Extents<3> items() const {
    return {((volumes.extents[0] - 1) / tile + 1) * Block::x, (volumes.extents[1] - 1) / tile + 1,
            1};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    __shared__ int volatile corner[2];
    int const thread = item[0] % Block::x;
    if (thread == 0) {
      corner[0] = item[0] / Block::x * tile;
      corner[1] = item[1] * tile;
    }
    __syncthreads();
    Place const first{corner, thread};
    float sums[row_tiles][Tiles][4] = {};
    bool const is_begun = !adds || begin(first, sums);
#pragma unroll 1
    for (int view = 0; view < num_views; view += transpose_block_views) {
      if (view > 0) exchange(thread, sums);
      int const end = min(view + transpose_block_views, num_views);
#pragma unroll 1
      for (int axis = 0; axis < 2; ++axis) {
        if (axis == 1) exchange(thread, sums);
        gather(first, axis, view, end, sums);
      }
    }
    write(first, !is_begun, sums);
  }

 private:
  static constexpr int row_tiles = 2;
  static constexpr int run = 2 * row_tiles;  ///< voxels across that one lane works on

  /// The first voxel of a block, and a thread of it. The former lies in shared memory, which leaves
  /// registers to the sums.
  struct Place {
    int const volatile* corner;
    int thread;

    [[nodiscard]] __device__ int lane() const { return thread % 32; }
    /// The first slice and the first voxel across of the thread's warp.
    [[nodiscard]] __device__ int along(int axis) const {
      return corner[axis] + thread / 32 % 2 * 8;
    }
    [[nodiscard]] __device__ int across(int axis) const {
      return corner[1 - axis] + thread / 64 * run;
    }
  };

  /// Brings sums from the threads that have them while rays of one main axis are added to those
  /// that have them for the other.
  static __device__ void exchange(int thread, float (&sums)[row_tiles][Tiles][4]) {
    __shared__ float voxels[8][tile][tile + 1];
    int const along = thread / 32 % 2 * 8 + thread % 32 / 4;
    int const across = thread / 64 * run;
    int const sample = thread % 4 * 2;
#pragma unroll
    for (int i = 0; i < Tiles; ++i) {
      __syncthreads();
#pragma unroll
      for (int k = 0; k < 2 * run; ++k) {
        voxels[sample + k % 2][along][across + k / 2] = sums[k / 4][i][k % 4];
      }
      __syncthreads();
#pragma unroll
      for (int k = 0; k < 2 * run; ++k) {
        sums[k / 4][i][k % 4] = voxels[sample + k % 2][across + k / 2][along];
      }
    }
  }

  __device__ void gather(Place const& place, int axis, int first_view, int end_view,
                         float (&sums)[row_tiles][Tiles][4]) const {
    int const lane = place.lane();
    auto const along = static_cast<float>(place.along(axis) + lane / 4);
    auto const across = static_cast<float>(place.across(axis));
#pragma unroll 1
    for (int n = first_view; n < end_view; n += 32) {
      // Each lane has the windows of a view.
      Windows own{0, -1};
      if (n + lane < end_view) own = windows(place, axis, n + lane);
      unsigned left = 0;
      while ((left = __ballot_sync(0xffffffffU, own.first <= own.last)) != 0) {
#pragma unroll 1
        for (; left != 0; left &= left - 1) {
          int const k = __ffs(static_cast<int>(left)) - 1;
          add_rays(axis, __shfl_sync(0xffffffffU, own.first, k), along, across, lane, sums);
        }
        own.first += 16;
      }
    }
  }

  /// Windows of rays, which begin at `first` and every 16 rays as far as `last`. Rays are counted
  /// through the table.
  struct Windows {
    int first;
    int last;
  };

  /// Those of a view that meet the voxels of a thread's warp.
  [[nodiscard]] __device__ Windows windows(Place const& place, int axis, int view) const {
    int const first_along = place.along(axis);
    int const first_across = place.across(axis);
    if (first_along >= volumes.extents[axis] || first_across >= volumes.extents[1 - axis])
      return {0, -1};
    // Beyond the image a point may lie behind the source.
    int const end_along = min(first_along + 8, volumes.extents[axis]);
    int const end_across = min(first_across + run, volumes.extents[1 - axis]);
    AxisBox const box{{static_cast<float>(first_along), static_cast<float>(end_along - 1)},
                      {static_cast<float>(first_across - 1), static_cast<float>(end_across)}};
    ProjectiveAxisView const axis_view = table.views[axis][view];
    if (axis_view.last < axis_view.first) return {0, -1};
    IndexRange const pixels = axis_view.pixels(box);
    int const row = view * table.pitch;
    return {row + (pixels.first & ~3), row + pixels.last};
  }

  /// Adds the rays of a window. Rows of the table and of pixels are equally long.
  __device__ void add_rays(int axis, int window, float along, float across, int lane,
                           float (&sums)[row_tiles][Tiles][4]) const {
    using Weights = WindowWeights<terms>;
    int const quad = quad_of_lane(window, lane);
    auto const* const lines = reinterpret_cast<float4 const*>(table.lines[axis]) + 2 * quad;
    float4 const pair01 = __ldg(lines);
    float4 const pair23 = __ldg(lines + 1);
    float const at[4] = {Weights::position((pair01.x + along * pair01.y) - across),
                         Weights::position((pair01.z + along * pair01.w) - across),
                         Weights::position((pair23.x + along * pair23.y) - across),
                         Weights::position((pair23.z + along * pair23.w) - across)};
    auto const of_voxel = [&at](int k) {
      auto const voxel = static_cast<float>(k);
      return make_float4(hat(at[0] - voxel), hat(at[1] - voxel), hat(at[2] - voxel),
                         hat(at[3] - voxel));
    };
    uint4 const* const words = rows + lane + static_cast<unsigned>(quad >> 2) * Layout::group_words;
    add_products<Tiles, terms>(
        sums, UnitFactors{}, [words](int n) { return __ldg(words + n * 32); },
        [&of_voxel](int m) {
          return Weights{of_voxel(2 * m), of_voxel(2 * m + 1)};
        });
  }

  /// Where a lane's run of voxels lies while its rays have a main axis.
  [[nodiscard]] __device__ LaneRun run_of(Place const& place, int axis) const {
    int const along = place.along(axis) + place.lane() / 4;
    int const across = place.across(axis);
    return axis == 0 ? LaneRun{along, across, 1} : LaneRun{across, along, 0};
  }

  __device__ bool begin(Place const& place, float (&sums)[row_tiles][Tiles][4]) const {
    return begin_sums(volumes, run_of(place, 0), place.lane(), SumScale{scale, 1.0F / unit}, sums);
  }

  __device__ void write(Place const& place, bool adds_late,
                        float const (&sums)[row_tiles][Tiles][4]) const {
    write_sums(volumes, run_of(place, 1), place.lane(), SumScale{scale, 1.0F / unit}, adds_late,
               sums);
  }

  /// What sums are multiplied with, a power of two.
  struct SumScale {
    SampleScales<In> of_samples;
    float per_unit;

    __device__ float operator()(int sample) const { return of_samples(sample) * per_unit; }
  };
};

}  // namespace pyronn::detail
