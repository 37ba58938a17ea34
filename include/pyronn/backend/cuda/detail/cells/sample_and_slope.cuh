// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cells: samples with their differences to the next ones.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <type_traits>

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn::detail {

/// A cell: a sample together with its differences to the next samples, so that an interpolation
/// takes few loads. `sample(lower, upper, a, b)` is the value at the fraction `a` and `b` of the
/// way from the sample of `lower` to the next ones; `upper` is the cell next to `lower` along b.
template <class T>
class SampleAndSlope;

/// In single precision a cell is a sample and its difference to the next one along a. Two loads of
/// 8 bytes take the L1 cache no longer than one of 16.
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

  /// The value on a line along a.
  static __device__ float sample(SampleAndSlope const* from, float a) {
    float2 const cell = __ldg(reinterpret_cast<float2 const*>(from));
    return cell.x + a * cell.y;
  }

 private:
  float value_;
  float rise_;
};

/// In half precision a cell is a sample, its difference to the next one along b, and the
/// differences of both numbers along a. Interpolation along a is in half precision, too, which
/// rounds once more, as storing does. Differences are limited to 65504, the largest half; values
/// below 16376 have none that large.
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

  /// The line along b at the fraction `a`: its value at `from` and its rise to the next sample.
  static __device__ __half2 line(SampleAndSlope const* from, __half2 a) {
    uint2 const cell = __ldg(reinterpret_cast<uint2 const*>(from));
    auto const& along_b = reinterpret_cast<__half2 const&>(cell.x);
    auto const& rise_a = reinterpret_cast<__half2 const&>(cell.y);
    return __hfma2(a, rise_a, along_b);
  }

 private:
  /// Limits a difference to what a half holds. Differences that are infinite or NaN are kept, so
  /// that samples that are not finite stay visible in the result.
  static __device__ float limited(float difference) {
    constexpr float largest = 65504.0F;
    return fabsf(difference) <= 4.0F * largest ? clamp(difference, -largest, largest) : difference;
  }

  __half2 along_b_;
  __half2 rise_a_;
};

/// The cells of an array of `T`.
template <class T>
using SampleAndSlopeOf = SampleAndSlope<std::conditional_t<std::is_same_v<T, Half>, Half, float>>;

}  // namespace pyronn::detail
