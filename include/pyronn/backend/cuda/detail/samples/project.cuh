// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of the projection by samples along rays.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <limits>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/samples/rising_samples.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>

namespace pyronn::detail {

/// How a warp lies on the detector: `Along` pixels along `Axis` (0 is u, 1 is v), whose lanes are
/// neighbours, and `Across` along the other axis. A pixel has `Samples` lanes side by side, which
/// stand at successive samples of its ray. Blocks have `WarpsAlong` warps along `Axis`.
template <int Axis, int Along, int Across, int Samples, int WarpsAlong, int MinBlocks>
struct WarpOfRays {
  static_assert(Along * Across * Samples == 32, "A warp has 32 lanes.");
  static constexpr int axis = Axis;
  static constexpr int samples = Samples;
  static constexpr int warps = 8;
  static constexpr int unroll = 2;  ///< samples whose loads are queued before one is waited for
  /// Whether the samples of a ray are added one by one, which costs time where lanes share a ray.
  static constexpr bool in_order = Samples <= 2;

  /// Neighbouring views of the same pixels follow one another, so that caches serve all of them.
  struct Block : BlockShape<Samples * Along * WarpsAlong, Across*(warps / WarpsAlong), 1> {
    static constexpr int warp_x = Samples * Along;
    static constexpr int z_swizzle = 24;
    static constexpr int min_blocks_per_sm = MinBlocks;
  };
};

/// The smallest and the largest number of a warp, all of whose lanes must call this.
__device__ inline int min_of_warp(int number) {
  for (int n = 16; n > 0; n /= 2) number = min(number, __shfl_xor_sync(0xffffffffU, number, n));
  return number;
}
__device__ inline int max_of_warp(int number) { return -min_of_warp(-number); }

/// Projects what a slab of a volume contributes, from a copy `Slab` of it. The lanes of a warp
/// stand at the same sample of their rays, or at successive ones, so that they read neighbouring
/// elements. Samples are added in the order in which z rises, beginning with what is there: where
/// slabs follow one another from below and `Warp` adds in order, sums do not depend on how many
/// there are. An item is a lane of a pixel and counts along Warp::axis, across it and through the
/// views; there are as many as fill whole blocks.
template <class Warp, class Slab, class Views, class Out>
struct ProjectSamples {
  using Block = typename Warp::Block;

  Views views;
  int num_views;
  TraceAtSteps trace;
  Slab slab;
  int first;        ///< of the slab's samples: floor(z)
  int end;          ///< one past their last
  Extents<3> size;  ///< size of the grid
  Vec3f spacing;    ///< distance between voxels [mm]
  ArrayView<Out, 4> projections;
  bool adds;

  [[nodiscard]] Extents<3> items() const {
    auto const whole = [](int count, int block) { return (count - 1) / block * block + block; };
    return {whole(projections.extents[Warp::axis] * samples, Block::x),
            whole(projections.extents[1 - Warp::axis], Block::y), num_views};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const u = Warp::axis == 0 ? item[0] / samples : item[1];
    int const v = Warp::axis == 0 ? item[1] : item[0] / samples;
    int const lane = item[0] % samples;
    bool const exists = u < projections.extents[0] && v < projections.extents[1];
    Ray<float> const ray = views.view(item[2], 0).ray(static_cast<float>(u), static_cast<float>(v));
    bool is_empty = true;
    float sum = 0.0F;
    Out* const target = exists ? &projections(u, v, item[2], 0) : nullptr;
    if (__any_sync(all_lanes, exists && may_cross(ray))) {
      RisingSamples rising{trace(ray, size, spacing)};
      SampleRange const range = exists ? rising.in_slab(first, end, size) : SampleRange{0, 0};
      is_empty = range.begin >= range.end;
      // Such a lane goes with its warp, and must read what exists.
      if (is_empty) rising.gather_at({0.0F, 0.0F, static_cast<float>(first)});
      if (!is_empty && adds && (Warp::in_order || lane == 0)) sum = widen(*target);
      if (__any_sync(all_lanes, !is_empty)) add_samples(rising, range, lane, sum);
    }
    if (exists && lane == 0 && !(is_empty && adds)) {
      *target = user::round<StorageTraits<Out>>(is_empty ? 0.0F : sum);
    }
  }

 private:
  static constexpr int samples = Warp::samples;
  static constexpr unsigned all_lanes = 0xffffffffU;
  static constexpr int most = std::numeric_limits<int>::max();

  /// False for rays that certainly miss the slab, which is found much faster than their samples:
  /// within the circle around the grid z changes by no more than the slope says.
  [[nodiscard]] __device__ bool may_cross(Ray<float> const& ray) const {
    float to_middle = 0.0F;
    float square_length = 0.0F;
    float square_radius = 0.0F;
    for (int axis = 0; axis < 2; ++axis) {
      auto const extent = static_cast<float>(size[axis]);
      to_middle += (0.5F * (extent - 1.0F) - ray.origin[axis]) * ray.direction[axis];
      square_length += ray.direction[axis] * ray.direction[axis];
      square_radius += 0.25F * (extent + 1.0F) * (extent + 1.0F);
    }
    float const rise = to_middle * reciprocal(square_length) * ray.direction[2];
    float const spread =
        sqrtf(square_radius) * reciprocal_sqrt(square_length) * abs(ray.direction[2]);
    float const rounding = 1.0F + 1e-5F * (abs(ray.origin[2]) + abs(rise));
    float const middle = ray.origin[2] + rise;
    // Where there is no slope nothing is smaller than what is not a number.
    return !(middle + (spread + rounding) < static_cast<float>(first) ||
             middle - (spread + rounding) > static_cast<float>(end));
  }

  /// Adds the samples of a lane's range. Where it is empty the sum has no meaning.
  __device__ void add_samples(RisingSamples const& rising, SampleRange const& range, int lane,
                              float& sum) const {
    bool const is_empty = range.begin >= range.end;
    int const last = max_of_warp(is_empty ? 0 : range.end);
    int n = min_of_warp(is_empty ? most : range.begin);
    // Between these bounds all lanes add; those with an empty range may add anything.
    int const all_begin = min(max_of_warp(is_empty ? 0 : range.begin), last);
    int const all_end = min_of_warp(is_empty ? most : range.end);
    float number = rising.number(n + lane);
    auto const next = [&] {
      n += samples;
      number += static_cast<float>(samples) * rising.direction();
    };
    for (; n < all_begin; next()) add_within(rising, range, number, sum);
#pragma unroll Warp::unroll
    for (; n + samples <= all_end; next()) add(rising, slab.sample(rising.at(number)), sum);
    for (; n < last; next()) add_within(rising, range, number, sum);
    if constexpr (!Warp::in_order) {
      for (int other = samples / 2; other > 0; other /= 2) {
        sum += __shfl_xor_sync(all_lanes, sum, other);
      }
    }
  }

  /// Adds a sample of each lane if it belongs to the lane's range. It is read from there anyway.
  __device__ void add_within(RisingSamples const& rising, SampleRange const& range, float number,
                             float& sum) const {
    float const a = rising.number(range.begin);
    float const b = rising.number(max(range.end - 1, range.begin));
    float const within = clamp(number, min(a, b), max(a, b));
    float const value = slab.sample(rising.at(within));
    add(rising, within == number ? value : 0.0F, sum);
  }

  /// Adds a value times the length of a step: the lane's own, or in order those of both lanes of a
  /// ray.
  __device__ void add(RisingSamples const& rising, float value, float& sum) const {
    if constexpr (Warp::in_order && samples == 2) {
      float const other = __shfl_xor_sync(all_lanes, value, 1);
      bool const is_first = threadIdx.x % 2 == 0;
      sum += rising.length() * (is_first ? value : other);
      sum += rising.length() * (is_first ? other : value);
    } else {
      sum += rising.length() * value;
    }
  }
};

}  // namespace pyronn::detail
