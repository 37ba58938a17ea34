// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <type_traits>

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn::detail {

/// A sample with what lies between it and its neighbours, so that few loads interpolate: `sample`
/// is asked for the point `a` and `b` of the way from the sample of the cell `lower`, and gets also
/// `upper`, the next cell along b.
template <class T>
class SampleAndSlope;

/// In single precision a sample, and how it rises along a: two loads of 8 bytes cost the cache no
/// more than one of 16.
template <>
class alignas(8) SampleAndSlope<float> {
 public:
  __device__ SampleAndSlope(float s00, float s10, float, float) : value_{s00}, rise_{s10 - s00} {}

  static __device__ float sample(SampleAndSlope const* lower, SampleAndSlope const* upper, float a,
                                 float b) {
    float2 const below = __ldg(reinterpret_cast<float2 const*>(lower));
    float2 const above = __ldg(reinterpret_cast<float2 const*>(upper));
    float const low = below.x + a * below.y;
    float const high = above.x + a * above.y;
    return low + b * (high - low);
  }

  /// On a line along a.
  static __device__ float sample(SampleAndSlope const* from, float a) {
    float2 const cell = __ldg(reinterpret_cast<float2 const*>(from));
    return cell.x + a * cell.y;
  }

 private:
  float value_;
  float rise_;
};

/// In half precision a sample, how it rises along b, and how both do along a. There interpolation
/// is in half precision, too: another rounding like that of storage. Differences stop at 65504,
/// which those of values below 16376 never reach.
template <>
class alignas(8) SampleAndSlope<Half> {
 public:
  __device__ SampleAndSlope(float s00, float s10, float s01, float s11)
      : along_b_{__floats2half2_rn(s00, limited(s01 - s00))},
        rise_a_{__floats2half2_rn(limited(s10 - s00), limited((s11 - s01) - (s10 - s00)))} {}

  static __device__ float sample(SampleAndSlope const* lower, SampleAndSlope const*, float a,
                                 float b) {
    float2 const from = __half22float2(line(lower, __float2half2_rn(a)));
    return from.x + b * from.y;
  }

  /// The line along b that is `a` of the way: where it begins, and how it rises.
  static __device__ __half2 line(SampleAndSlope const* from, __half2 a) {
    uint2 const cell = __ldg(reinterpret_cast<uint2 const*>(from));
    auto const& along_b = reinterpret_cast<__half2 const&>(cell.x);
    auto const& rise_a = reinterpret_cast<__half2 const&>(cell.y);
    return __hfma2(a, rise_a, along_b);
  }

 private:
  /// What is not finite stays so.
  static __device__ float limited(float difference) {
    constexpr float largest = 65504.0F;
    return fabsf(difference) <= 4.0F * largest ? clamp(difference, -largest, largest) : difference;
  }

  __half2 along_b_;
  __half2 rise_a_;
};

/// The cells in which samples of `T` are interpolated.
template <class T>
using SampleAndSlopeOf = SampleAndSlope<std::conditional_t<std::is_same_v<T, Half>, Half, float>>;

}  // namespace pyronn::detail
