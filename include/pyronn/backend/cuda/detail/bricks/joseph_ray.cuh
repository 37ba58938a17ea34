// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How rays of Joseph's model add to a brick.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <type_traits>

#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/joseph_run.cuh>
#include <pyronn/backend/cuda/detail/bricks/ray_in_brick.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// A lane follows a ray from slice to slice.
template <class Interp>
struct RaysInBrick<TraceJoseph, Interp> {
  static __device__ float most_weight(TraceJoseph const&, Vec3f const& spacing) {
    return most_share_v<Interp> * length(spacing);
  }
  static __device__ float few_weight(TraceJoseph const& trace, Vec3f const& spacing) {
    return most_weight(trace, spacing);
  }

  static __device__ void add(BrickMemory const& brick, RayOfPixel<JosephRay> const& of) {
    if (of.units == 0.0F) return;
    if (of.ray.axis == 0) add_along<0>(brick, of.ray, of.units);
    if (of.ray.axis == 1) add_along<1>(brick, of.ray, of.units);
    if (of.ray.axis == 2) add_along<2>(brick, of.ray, of.units);
  }

  static constexpr bool has_runs = std::is_same_v<Interp, SoftwareInterp>;
  /// Weights of a voxel in the rays of a view sum up to no more than RayDensity::weights.
  static constexpr bool has_weights_of_hats = has_runs;

  static __device__ int run_along(JosephRay const& first, JosephRay const& next,
                                  VoxelBox const& box) {
    return JosephRun::along(first, next, box);
  }
  template <class Run>
  static __device__ void add_run(BrickMemory const& brick, Run const& run) {
    if constexpr (has_runs) {
      if (run.is_run() && JosephRun::add(brick, run)) return;
    }
#pragma unroll 1
    for (int n = 0; n < run.count(); ++n) add(brick, run.traced(n));
  }

 private:
  template <int Axis>
  struct Axes {
    static constexpr int a = Axis == 0 ? 1 : 0;
    static constexpr int b = Axis == 2 ? 1 : 2;
  };

  template <int Axis>
  static __device__ void add_along(BrickMemory const& brick, JosephRay const& ray, float units) {
    IndexRange const slices = slices_near<Axis>(brick.box(), ray);
    float const weight = units * ray.step;
    bool const is_whole = both(ray.low <= static_cast<float>(slices.first) - 0.5F,
                               ray.high >= static_cast<float>(slices.last) + 0.5F);
    if (is_whole) {
      add_slices<Axis>(brick, ray, slices, [=](int) { return weight; });
    } else {
      add_slices<Axis>(brick, ray, slices, [&](int slice) { return weight * ray.coverage(slice); });
    }
  }

  /// Adds what the ray has in some slices, all of which it crosses in cells of the brick or beside
  /// it. A cell is the square between four voxels.
  template <int Axis, class WeightOf>
  static __device__ void add_slices(BrickMemory const& brick, JosephRay const& ray,
                                    IndexRange const& slices, WeightOf const& weight_of) {
    constexpr int stride_a = BrickLayout::stride(Axes<Axis>::a);
    constexpr int stride_b = BrickLayout::stride(Axes<Axis>::b);
    Vec<int, 3> const& first = brick.box().first;
    auto const beside_a = static_cast<float>(first[Axes<Axis>::a] - 1);
    auto const beside_b = static_cast<float>(first[Axes<Axis>::b] - 1);
    for (int k = slices.first; k <= slices.last; ++k) {
      GridIndex const a = grid_index_of(ray.crossing(0, k) - beside_a);
      GridIndex const b = grid_index_of(ray.crossing(1, k) - beside_b);
      unsigned const index =
          (a.index - grid_index_origin) * static_cast<unsigned>(stride_a) +
          ((b.index - grid_index_origin) * static_cast<unsigned>(stride_b) +
           static_cast<unsigned>(brick.offset_beside() +
                                 (k - first[Axis] + 1) * BrickLayout::stride(Axis)));
      auto const offset = static_cast<int>(index);
      auto const shares = CellShares::at<Interp>(a.fraction, b.fraction);
      float const weight = weight_of(k);
      BrickMemory::add_few(offset, weight * shares.lower_lower());
      BrickMemory::add_few(offset + stride_a, weight * shares.upper_lower());
      BrickMemory::add_few(offset + stride_b, weight * shares.lower_upper());
      BrickMemory::add_few(offset + stride_a + stride_b, weight * shares.upper_upper());
    }
  }

  /// The slices that the ray crosses in cells of the brick or beside it. They follow one another,
  /// as positions rise or fall on each axis.
  template <int Axis>
  static __device__ IndexRange slices_near(VoxelBox const& box, JosephRay const& ray) {
    constexpr IndexRange none{0, -1};
    // A ray with coordinates that are not finite crosses no slice.
    if (!(abs(ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1]) < 1e30F)) return none;
    float low = max(static_cast<float>(box.first[Axis]), ray.low - 0.5F);
    float high = min(static_cast<float>(box.end[Axis] - 1), ray.high + 0.5F);
    clip_to_cells(ray.base[0], ray.slope[0], box, Axes<Axis>::a, low, high);
    clip_to_cells(ray.base[1], ray.slope[1], box, Axes<Axis>::b, low, high);
    if (!(low <= high)) return none;
    IndexRange slices{static_cast<int>(std::ceil(low)), static_cast<int>(std::floor(high))};
    while (slices.first <= slices.last && !is_near<Axis>(box, ray, slices.first)) ++slices.first;
    while (slices.first <= slices.last && !is_near<Axis>(box, ray, slices.last)) --slices.last;
    return slices;
  }
  template <int Axis>
  static __device__ bool is_near(VoxelBox const& box, JosephRay const& ray, int slice) {
    return both(is_in_cells(ray.crossing(0, slice), box, Axes<Axis>::a),
                is_in_cells(ray.crossing(1, slice), box, Axes<Axis>::b));
  }
};

}  // namespace pyronn::detail
