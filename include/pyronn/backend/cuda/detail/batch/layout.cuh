// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BatchLayout: how arrays of a batch are laid out for tensor cores.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <type_traits>

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn::detail {

/// Batches of this many samples or more are computed by tensor cores. A product of matrices takes
/// 32 or 64 samples at a time, so that with fewer most of the work would be on zeros.
inline constexpr int least_batch_samples = 16;

/// How many halves represent an element of `T`: one for Half. Other types take two, the rounded
/// value and the rest that rounding left.
template <class T>
inline constexpr int half_terms_v = std::is_same_v<T, Half> ? 1 : 2;

/// Rows of voxels or pixels of `8 * Tiles` samples, laid out as the fragments that the lanes of a
/// warp hand to the tensor cores. Each value is a half and, where `Terms` is 2, a second half with
/// its rest, scaled by scale_of. A row is cut into groups of 16 elements. A lane reads a group in
/// words of 16 bytes, each with 4 elements of 2 samples: `Tiles / 2` words, 32 words apart, and
/// then as many for the rests. Lane 4 g + t has the elements 4 t to 4 t + 3 of the samples g and g
/// + 8, then of g + 16 and g + 24, and so on. Zeros follow the last element, so that windows of 16
/// elements that begin at a multiple of 4 may extend beyond it.
template <int Tiles, int Terms>
struct BatchLayout {
  static constexpr int samples = 8 * Tiles;
  static constexpr int pairs = Tiles / 2;
  static constexpr unsigned group_words = Terms * pairs * 32;  ///< words of 16 bytes

  static PYRONN_HOST_DEVICE int groups(int elements) { return (elements + 30) / 16; }
  static std::size_t row_bytes(int elements) {
    return static_cast<std::size_t>(groups(elements)) * group_words * sizeof(uint4);
  }
};

/// The power of two that scales the largest absolute value of a sample, given by its bits, into
/// [2^13, 2^14), where halves hold it and its rest.
__device__ inline float scale_of(unsigned largest) {
  if (largest == 0) return 1.0F;
  int const exponent = static_cast<int>(largest >> 23) - 127;
  int const shift = min(max(13 - exponent, -114), 100);
  return __uint_as_float(static_cast<unsigned>(127 + shift) << 23);
}

/// The factors by which the samples of a batch are multiplied before they are rounded to halves.
template <class T>
struct SampleScales {
  unsigned const* largest;  ///< the bits of the largest absolute value of each sample

  __device__ float operator()(int sample) const { return scale_of(__ldg(largest + sample)); }
};
template <>
struct SampleScales<Half> {
  __device__ float operator()(int) const { return 1.0F; }
};

__device__ inline unsigned pack_halves(__half2 pair) {
  return static_cast<unsigned>(__half_as_ushort(__low2half(pair))) |
         static_cast<unsigned>(__half_as_ushort(__high2half(pair))) << 16;
}

/// The smallest or the largest of the numbers of a warp's lanes. All lanes must call it together.
__device__ inline int warp_min(int value) {
  int result = 0;
  asm volatile("redux.sync.min.s32 %0, %1, 0xffffffff;" : "=r"(result) : "r"(value));
  return result;
}
__device__ inline int warp_max(int value) {
  int result = 0;
  asm volatile("redux.sync.max.s32 %0, %1, 0xffffffff;" : "=r"(result) : "r"(value));
  return result;
}
__device__ inline unsigned warp_max(unsigned value) {
  unsigned result = 0;
  asm volatile("redux.sync.max.u32 %0, %1, 0xffffffff;" : "=r"(result) : "r"(value));
  return result;
}

/// Two numbers, each as a half and a half with the rest that rounding left.
struct HalfPair {
  unsigned rounded;
  unsigned rest;

  __device__ HalfPair(float a, float b) {
    __half2 const pair = __floats2half2_rn(a, b);
    float2 const back = __half22float2(pair);
    rounded = pack_halves(pair);
    rest = pack_halves(__floats2half2_rn(a - back.x, b - back.y));
  }
};

}  // namespace pyronn::detail
