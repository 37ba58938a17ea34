// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JosephRun: how the rays of neighbouring pixels add to a brick together.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/run_sums.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// The five places of a PixelRun. Where their rays cross a slice they are so near to one another
/// that they touch two or three voxels along a, and four along b, the later one of the other axes.
/// What they add to these is summed up in registers first: 8 additions to shared memory instead of
/// 20. Rays are counted in their order on b.
class JosephRun {
 public:
  static constexpr int length = 5;

  /// How many pixels a lane may take that follow one another as these two do, with the sign of
  /// their order on axis b; 1 where they are too far apart, or along z.
  static __device__ int along(JosephRay const& first, JosephRay const& next, VoxelBox const& box) {
    if (first.axis != next.axis || first.axis == 2) return 1;
    int const slice = (box.first[first.axis] + box.end[first.axis]) / 2;
    float const a = std::abs(next.crossing(0, slice) - first.crossing(0, slice));
    float const b = next.crossing(1, slice) - first.crossing(1, slice);
    for (int pixels = length; pixels >= 4; --pixels) {
      auto const steps = static_cast<float>(pixels - 1);
      if (both(steps * a < 0.85F, steps * std::abs(b) < 1.97F)) return b < 0.0F ? -pixels : pixels;
    }
    return 1;
  }

  /// Adds the pixels of each lane, or says that a lane could not: its rays must be near to one
  /// another in all slices, and its pixels finite. All lanes of a warp call this.
  template <class Lane>
  static __device__ bool add(BrickMemory const& brick, Lane const& lane) {
    static_assert(Lane::places == length);
    float values[length];
    float sum = 0.0F;
#pragma unroll
    for (int n = 0; n < length; ++n) values[n] = lane.value(n);
    int axis = main_axis(lane.ray(0).direction);
#pragma unroll
    for (int n = 0; n < length; ++n) sum += std::abs(values[n]);
    bool is_added = sum == 0.0F;
    if (is_added || !(sum < anywhere)) axis = 2;
    // Of both axes all lanes do what one of them needs: lanes that do not part stay together.
    if (__any_sync(0xffffffffU, static_cast<int>(axis == 0)) != 0) {
      JosephRun run;
      is_added |= run.add_along<0>(brick, lane, values, axis == 0);
    }
    if (__any_sync(0xffffffffU, static_cast<int>(axis == 1)) != 0) {
      JosephRun run;
      is_added |= run.add_along<1>(brick, lane, values, axis == 1);
    }
    return is_added;
  }

 private:
  /// Across which rays may lie on the other two axes, at most, and up to which position at slice 0
  /// rounding does not matter for where they are looked for.
  static constexpr float widest_a = 0.9F;
  static constexpr float widest_b = 2.0F;
  static constexpr float farthest = 7000.0F;

  float base_[2][length];
  float slope_[2][length];
  float units_[length];

  /// As JosephRay chooses it; where that is z it does not matter.
  static __device__ int main_axis(Vec3f const& direction) {
    return is_main<0>(direction) ? 0 : (is_main<1>(direction) ? 1 : 2);
  }
  template <int Axis>
  static __device__ bool is_main(Vec3f const& direction) {
    float const x = std::abs(direction[0]);
    float const y = std::abs(direction[1]);
    float const z = std::abs(direction[2]);
    return Axis == 0 ? both(x >= y, x >= z) : both(y > x, y >= z);
  }

  /// Adds the rays if this is wanted and if they are near enough. Whether it did.
  template <int Axis, class Lane>
  __device__ bool add_along(BrickMemory const& brick, Lane const& lane,
                            float const (&values)[length], bool is_wanted) {
    float low = -anywhere;
    float high = anywhere;
#pragma unroll
    for (int n = 0; n < length; ++n) {
      Ray<float> const untraced = lane.ray(n);
      is_wanted = both(is_wanted, is_main<Axis>(untraced.direction));
      JosephRay const ray = JosephRay::along<Axis>(untraced, lane.spacing());
      for (int other = 0; other < 2; ++other) {
        base_[other][n] = ray.base[other];
        slope_[other][n] = ray.slope[other];
      }
      units_[n] = lane.in_units(values[n]) * ray.step;
      low = max(low, ray.low);
      high = min(high, ray.high);
    }
    VoxelBox const& box = brick.box();
    auto first = static_cast<float>(box.first[Axis]);
    auto last = static_cast<float>(box.end[Axis] - 1);
    bool const is_whole = both(low <= first - 0.5F, high >= last + 0.5F);
    is_wanted = both(both(is_wanted, is_whole), both(is_narrow(first), is_narrow(last)));
    clip_to_window<Axis>(box, first, last);
    if (!is_wanted) {
      first = 0.0F;
      last = -1.0F;
    }
    add_slices<Axis>(brick, std::ceil(first), std::floor(last));
    return is_wanted;
  }

  [[nodiscard]] __device__ float at(int other, int n, float slice) const {
    return base_[other][n] + slice * slope_[other][n];
  }

  /// Whether the rays are near to one another in a slice, as RunRamps needs them on axis b. So they
  /// are between two slices where they are.
  [[nodiscard]] __device__ bool is_narrow(float slice) const {
    float const b0 = at(1, 0, slice);
    float lowest_a = at(0, 0, slice);
    float highest_a = lowest_a;
    float lowest_b = 0.0F;
    float highest_b = 0.0F;
#pragma unroll
    for (int n = 1; n < length; ++n) {
      float const a = at(0, n, slice);
      float const b = at(1, n, slice) - b0;
      lowest_a = min(lowest_a, a);
      highest_a = max(highest_a, a);
      lowest_b = min(lowest_b, b);
      highest_b = max(highest_b, n < 3 ? b + 1.0F : b);
    }
    return both(
        both(highest_a - lowest_a <= widest_a, both(lowest_b >= 0.0F, highest_b <= widest_b)),
        both(std::abs(base_[0][0]) < farthest, std::abs(base_[1][0]) < farthest));
  }

  /// Narrows [low, high] to the slices in which a ray may touch the brick, and few more, in which
  /// the first one is less than two voxels beside the brick on axis a, at most the border's four
  /// below it on axis b, and less than one above it.
  template <int Axis>
  __device__ void clip_to_window(VoxelBox const& box, float& low, float& high) const {
    constexpr int a = RunSlice<Axis>::a;
    constexpr int b = RunSlice<Axis>::b;
    clip(0, static_cast<float>(box.first[a]) - 1.01F - widest_a,
         static_cast<float>(box.end[a]) + 0.01F + widest_a, low, high);
    clip(1, static_cast<float>(box.first[b]) - 1.0F - widest_b, static_cast<float>(box.end[b]), low,
         high);
  }
  /// Rounding and margins move positions by less than 0.05.
  __device__ void clip(int other, float from_at, float to_at, float& low, float& high) const {
    float const base = base_[other][0];
    float const slope = slope_[other][0];
    float const margin = 0.01F + 4e-6F * std::abs(base);
    float const from = from_at - margin - base;
    float const to = to_at + margin - base;
    if (std::abs(slope) < 1e-20F) {
      if (!both(from <= 0.0F, to >= 0.0F)) high = -anywhere;
      return;
    }
    float const per_unit = reciprocal(slope);
    low = max(low, min(from * per_unit, to * per_unit) - 0.01F);
    high = min(high, max(from * per_unit, to * per_unit) + 0.01F);
  }

  /// Slices in which rays touch a third voxel along a are few, and come last.
  template <int Axis>
  __device__ void add_slices(BrickMemory const& brick, float first, float last) const {
    auto const all = static_cast<int>(hide_from_optimizer(
        static_cast<unsigned>(sum_of_run(units_[0], units_[1], units_[2], units_[3], units_[4]))));
    RunSlice<Axis> sums{brick, first};
    unsigned wide = 0;  // a bit for each slice, the last one's in front
#pragma unroll 1
    for (float slice = first; slice <= last; slice += 1.0F) {
      float const a0 = at(0, 0, slice);
      float const shifted_a = __fadd_rd(a0, sums.shift);
      float const lowest = shifted_a - sums.shift;
      float const x1 = at(0, 1, slice) - lowest;
      float const x2 = at(0, 2, slice) - lowest;
      float const x3 = at(0, 3, slice) - lowest;
      float const x4 = at(0, 4, slice) - lowest;
      if (are_parts(x1, x2, x3, x4)) {
        float const b0 = at(1, 0, slice);
        float const shifted_b = __fadd_rd(b0, sums.shift);
        add_two<Axis>(hide_from_optimizer(sums.offset(shifted_a, shifted_b)), slice, b0,
                      shifted_b - sums.shift, a0 - lowest, x1, x2, x3, x4, all);
      } else {
        wide |= 1U << static_cast<unsigned>(last - slice);
      }
      sums.advance();
    }
    __syncwarp();
#pragma unroll 1
    for (; wide != 0; wide &= wide - 1) {
      add_wide<Axis>(brick, last - static_cast<float>(__ffs(static_cast<int>(wide)) - 1), all);
    }
  }

  /// To two voxels along a, of which the rays are so far on the way from the first to the second.
  template <int Axis>
  __device__ void add_two(unsigned offset, float slice, float b0, float lowest, float x0, float x1,
                          float x2, float x3, float x4, int all) const {
    RunRamps const ramps{b0,    at(1, 1, slice), at(1, 2, slice), at(1, 3, slice), at(1, 4, slice),
                         lowest};
    RunSums const both_voxels{ramps, units_[0], units_[1], units_[2], units_[3], units_[4], all};
    float const q0 = units_[0] * x0;
    float const q1 = units_[1] * x1;
    float const q2 = units_[2] * x2;
    float const q3 = units_[3] * x3;
    float const q4 = units_[4] * x4;
    RunSums const second{ramps, q0, q1, q2, q3, q4, sum_of_run(q0, q1, q2, q3, q4)};
#pragma unroll
    for (unsigned m = 0; m < 4; ++m) {
      RunSlice<Axis>::add(offset, 0, m, both_voxels.on[m] - second.on[m]);
      RunSlice<Axis>::add(offset, 1, m, second.on[m]);
    }
  }

  /// The same to three.
  template <int Axis>
  __device__ void add_wide(BrickMemory const& brick, float slice, int all) const {
    RunSlice<Axis> const sums{brick, slice};
    float x[length];
    float lowest = at(0, 0, slice);
#pragma unroll
    for (int n = 0; n < length; ++n) {
      x[n] = at(0, n, slice);
      lowest = min(lowest, x[n]);
    }
    float const b0 = at(1, 0, slice);
    float const shifted_a = __fadd_rd(lowest, sums.shift);
    float const shifted_b = __fadd_rd(b0, sums.shift);
    RunRamps const ramps{b0,
                         at(1, 1, slice),
                         at(1, 2, slice),
                         at(1, 3, slice),
                         at(1, 4, slice),
                         shifted_b - sums.shift};
    float q[length];
    float r[length];
#pragma unroll
    for (int n = 0; n < length; ++n) {
      x[n] -= shifted_a - sums.shift;
      q[n] = units_[n] * __saturatef(x[n]);
      r[n] = units_[n] * __saturatef(x[n] - 1.0F);
    }
    RunSums const all_voxels{ramps, units_[0], units_[1], units_[2], units_[3], units_[4], all};
    RunSums const upper{
        ramps, q[0], q[1], q[2], q[3], q[4], sum_of_run(q[0], q[1], q[2], q[3], q[4])};
    RunSums const third{
        ramps, r[0], r[1], r[2], r[3], r[4], sum_of_run(r[0], r[1], r[2], r[3], r[4])};
    unsigned const offset = sums.offset(shifted_a, shifted_b);
#pragma unroll
    for (unsigned m = 0; m < 4; ++m) {
      sums.add(offset, 0, m, all_voxels.on[m] - upper.on[m]);
      sums.add(offset, 1, m, upper.on[m] - third.on[m]);
      sums.add(offset, 2, m, third.on[m]);
    }
  }

  /// Whether all are in [0, 1]; of -0 it may say either. The bits of negative numbers are larger.
  static __device__ bool are_parts(float x1, float x2, float x3, float x4) {
    unsigned largest = max(bits_of_float(x1), bits_of_float(x2));
    largest = max(largest, bits_of_float(x3));
    return max(largest, bits_of_float(x4)) <= bits_of_float(1.0F);
  }
};

}  // namespace pyronn::detail
