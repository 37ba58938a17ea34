// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sums of tensor-core kernels that a lane has for a run of voxels: how they begin with what images
/// hold, and how they are written.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstdint>

#include <cuda_runtime.h>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn::detail {

/// Neighbouring voxels along an axis.
struct LaneRun {
  int x, y;  ///< the first
  int axis;  ///< 0: along x; 1: along y
};

/// Calls `work(first voxel's element of a sample, elements from voxel to voxel, how many voxels are
/// inside, the sample's number of a lane)` for the samples of a lane.
template <int RowTiles, int Tiles, class Out, class Work>
__device__ void for_each_sample_of_lane(ArrayView<Out, 4> const& volumes, LaneRun const& run,
                                        int lane, Work const& work) {
  int const inside = min(2 * RowTiles, volumes.extents[run.axis] - (run.axis == 0 ? run.x : run.y));
  if (run.x >= volumes.extents[0] || run.y >= volumes.extents[1]) return;
  std::int64_t const step = run.axis == 0 ? 1 : volumes.extents[0];
#pragma unroll
  for (int i = 0; i < 2 * Tiles; ++i) {
    int const sample = i / 2 * 8 + 2 * (lane % 4) + i % 2;
    if (sample >= volumes.extents[3]) continue;
    work(&volumes(run.x, run.y, 0, sample), step, inside, sample, i);
  }
}

/// Whether a sum can begin with a number: scales are powers of two, so that it is exact but for
/// numbers that are far larger or smaller than all projections.
__device__ inline bool can_begin_with(float earlier, float scale) {
  return earlier * scale * (1.0F / scale) == earlier;
}

/// Lets sums, which are of samples times `scale(sample)`, begin with what the images hold. Says
/// whether all could.
template <int RowTiles, int Tiles, class Out, class Scale>
__device__ bool begin_sums(ArrayView<Out, 4> const& volumes, LaneRun const& run, int lane,
                           Scale const& scale, float (&sums)[RowTiles][Tiles][4]) {
  // Of all samples before the first is looked at. What is outside is read from inside.
  Extents<4> const& extents = volumes.extents;
  int const x = min(run.x, extents[0] - 1);
  int const y = min(run.y, extents[1] - 1);
  int const last = extents[run.axis] - 1 - (run.axis == 0 ? x : y);
  auto const sample_of = [&](int i) { return i / 2 * 8 + 2 * (lane % 4) + i % 2; };
#pragma unroll
  for (int i = 0; i < 2 * Tiles; ++i) {
    Out const* const first = &volumes(x, y, 0, min(sample_of(i), extents[3] - 1));
    std::int64_t const step = run.axis == 0 ? 1 : extents[0];
#pragma unroll
    for (int k = 0; k < 2 * RowTiles; ++k)
      sums[k / 2][i / 2][k % 2 * 2 + i % 2] = detail::widen(first[min(k, last) * step]);
  }
  bool could = true;
#pragma unroll
  for (int i = 0; i < 2 * Tiles; ++i) {
    float const of_sample = scale(min(sample_of(i), extents[3] - 1));
#pragma unroll
    for (int k = 0; k < 2 * RowTiles; ++k) {
      float& sum = sums[k / 2][i / 2][k % 2 * 2 + i % 2];
      bool const can = can_begin_with(sum, of_sample);
      sum = can ? sum * of_sample : 0.0F;
      could = could && can;
    }
  }
  return could;
}

/// Four neighbours along x, which memory takes at once.
template <class T>
struct alignas(sizeof(T) == 2 || sizeof(T) == 4 ? 4 * sizeof(T) : alignof(T)) FourNeighbours {
  T number[4];
};

/// Writes sums to the images; if `adds` is set, adds those that could not begin with what the
/// images hold.
template <int RowTiles, int Tiles, class Out, class Scale>
__device__ void write_sums(ArrayView<Out, 4> const& volumes, LaneRun const& run, int lane,
                           Scale const& scale, bool adds, float const (&sums)[RowTiles][Tiles][4]) {
  static_assert(RowTiles == 2, "A run is four voxels.");
  using Four = FourNeighbours<Out>;
  for_each_sample_of_lane<RowTiles, Tiles>(
      volumes, run, lane, [&](Out* first, std::int64_t step, int inside, int sample, int i) {
        float const of_sample = scale(sample);
        auto const write = [&](Out& element, int k) {
          bool const is_complete = !adds || can_begin_with(detail::widen(element), of_sample);
          write_or_add(element, sums[k / 2][i / 2][k % 2 * 2 + i % 2] * (1.0F / of_sample),
                       !is_complete);
        };
        if (step == 1 && inside == 4 &&
            reinterpret_cast<std::uintptr_t>(first) % alignof(Four) == 0) {
          Four four;
          if (adds) four = *reinterpret_cast<Four const*>(first);
#pragma unroll
          for (int k = 0; k < 4; ++k) write(four.number[k], k);
          *reinterpret_cast<Four*>(first) = four;
          return;
        }
#pragma unroll
        for (int k = 0; k < 4; ++k) {
          if (k < inside) write(first[k * step], k);
        }
      });
}

}  // namespace pyronn::detail
