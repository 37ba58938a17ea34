// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Batches of so many samples and more are packed: a product of matrices takes 32 or 64 samples
/// whether they are there or not, and with fewer most of it would be zeros.
inline constexpr int least_batch_samples = 16;

/// How many numbers in half precision stand for one of an array of `T`: Half is one, of others the
/// rest of the rounding follows as a second.
template <class T>
inline constexpr int half_terms_v = std::is_same_v<T, Half> ? 1 : 2;

/// Rows of cells (voxels or pixels) of `8 * Tiles` samples as the matrix units read them: each
/// value in half precision and, where `Parts` is 2, its rest, scaled as scale_of says. A row is cut
/// in groups of 16 cells; what a lane of a warp reads of a group are 16 bytes, 4 cells of 2
/// samples, of which `Tiles / 2` lie 32 lanes apart, then as many for the rests. Lane 4 g + t has
/// the cells 4 t to 4 t + 3 of the samples g and g + 8, g + 16 and g + 24, and so on. Zeros follow
/// the last cell, so that windows of 16 cells that begin at a multiple of 4 may hang over.
template <int Tiles, int Parts>
struct BatchLayout {
  static constexpr int samples = 8 * Tiles;
  static constexpr int pairs = Tiles / 2;
  static constexpr unsigned group_words = Parts * pairs * 32;  ///< of 16 bytes

  static PYRONN_HOST_DEVICE int groups(int cells) { return (cells + 30) / 16; }
  static std::size_t row_bytes(int cells) {
    return static_cast<std::size_t>(groups(cells)) * group_words * sizeof(uint4);
  }
};

/// A power of two that brings the largest absolute value of a sample, given by its bits, up to
/// between 2^13 and 2^14, where 16 bits hold it and its rest.
__device__ inline float scale_of(unsigned largest) {
  if (largest == 0) return 1.0F;
  int const exponent = static_cast<int>(largest >> 23) - 127;
  int const shift = min(max(13 - exponent, -114), 100);
  return __uint_as_float(static_cast<unsigned>(127 + shift) << 23);
}

/// What the samples of a batch are multiplied with before they are packed.
template <class T>
struct SampleScales {
  unsigned const* largest;  ///< absolute value of each sample, by its bits

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

/// The least or the largest of the numbers of a warp's lanes, all of which must take part.
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

/// Two numbers in half precision, and their rests.
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
