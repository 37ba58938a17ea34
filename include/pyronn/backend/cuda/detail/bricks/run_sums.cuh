// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What runs of rays add to a slice of a brick: sums over the rays, and where they lie.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn::detail {

/// The sum of numbers of units, rounded to whole ones.
__device__ inline int sum_of_run(float p0, float p1, float p2, float p3, float p4) {
  return __float2int_rn((p0 + p1) + (p2 + p3) + p4);
}

/// Ramps s_m(x) = clamp(x - m, 0, 1) of five rays that cross a slice at x voxels above voxel 0: the
/// first one below 1, the next two below 2, all below 3. On voxel m a ray has the weight
/// s_(m - 1)(x) - s_m(x), of which s_(-1) is 1.
struct RunRamps {
  float s00;
  float s10, s11;
  float s20, s21;
  float s30, s31, s32;
  float s40, s41, s42;

  __device__ RunRamps(float b0, float b1, float b2, float b3, float b4, float lowest) {
    float const second = lowest + 1.0F;
    float const third = lowest + 2.0F;
    s00 = b0 - lowest;
    s10 = __saturatef(b1 - lowest);
    s11 = __saturatef(b1 - second);
    s20 = __saturatef(b2 - lowest);
    s21 = __saturatef(b2 - second);
    s30 = __saturatef(b3 - lowest);
    s31 = __saturatef(b3 - second);
    s32 = __saturatef(b3 - third);
    s40 = __saturatef(b4 - lowest);
    s41 = __saturatef(b4 - second);
    s42 = __saturatef(b4 - third);
  }
};

/// What five rays add to four voxels, in whole units. Sums of ramps are rounded, so that what
/// neighbours have in common is exactly that.
struct RunSums {
  int on[4];

  /// The rays have so many units each, and `all` together.
  __device__ RunSums(RunRamps const& s, float p0, float p1, float p2, float p3, float p4, int all) {
    int const s0 = __float2int_rn(p0 * s.s00 + p1 * s.s10 + p2 * s.s20 + p3 * s.s30 + p4 * s.s40);
    int const s1 = __float2int_rn(p1 * s.s11 + p2 * s.s21 + p3 * s.s31 + p4 * s.s41);
    int const s2 = __float2int_rn(p3 * s.s32 + p4 * s.s42);
    on[0] = all - s0;
    on[1] = s0 - s1;
    on[2] = s1 - s2;
    on[3] = s2;
  }
};

/// Where the sums of a slice across `Axis` lie. Positions on the other two axes, of which b is the
/// later one, are rounded down by adding `shift` to them: their bits are whole numbers then.
template <int Axis>
class RunSlice {
 public:
  static constexpr int a = Axis == 0 ? 1 : 0;
  static constexpr int b = Axis == 2 ? 1 : 2;
  static constexpr float shift = 12582912.0F;

  __device__ RunSlice(BrickMemory const& brick, float slice) {
    Vec<int, 3> const& first = brick.box().first;
    offset_ = 4U * static_cast<unsigned>(brick.offset(first)) +
              static_cast<unsigned>(static_cast<int>(slice) - first[Axis]) * stride(Axis) -
              (origin + static_cast<unsigned>(first[a])) * stride(a) -
              (origin + static_cast<unsigned>(first[b])) * stride(b);
  }

  /// Of the sum at a position, in bytes.
  [[nodiscard]] __device__ unsigned offset(float shifted_a, float shifted_b) const {
    return offset_ + bits_of_float(shifted_a) * stride(a) + bits_of_float(shifted_b) * stride(b);
  }
  __device__ void advance() { offset_ += stride(Axis); }

  /// To a voxel that is so many farther on axes a and b.
  static __device__ void add(unsigned offset, unsigned on_a, unsigned on_b, int units) {
    auto* const first = reinterpret_cast<char*>(memory_of_brick()) + offset;
    atomicAdd(reinterpret_cast<int*>(first + (on_b * stride(b) + on_a * stride(a))), units);
  }

 private:
  static constexpr unsigned origin = 0x4b400000U;  ///< the bits of `shift`
  static __device__ constexpr unsigned stride(int axis) {
    return 4U * static_cast<unsigned>(BrickLayout::stride(axis));
  }

  unsigned offset_;
};

}  // namespace pyronn::detail
