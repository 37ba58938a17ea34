// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The largest pixel of a shadow.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cuda/detail/bricks/shadow.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>

namespace pyronn::detail {

/// Finds it, and the number of batches, for the pixels of a view, whose rows have so many columns.
/// All lanes of a warp call this.
template <class T>
__device__ void find_largest_pixel(T const* pixels, int columns, BrickShadow& shadow) {
  constexpr unsigned infinity_bits = 0x7f800000U;
  auto const lane = static_cast<int>(threadIdx.x) % 32;
  // A few rows at a time, whose loads are queued before one is waited for.
  constexpr int rows = 4;
  unsigned largest = 0;
  unsigned any = 0;
  for (int first = 0; first < shadow.size[1]; first += rows) {
    for (int column = lane; column < shadow.size[0]; column += 32) {
      unsigned bits[rows];
#pragma unroll
      for (int row = 0; row < rows; ++row) {
        int const v = shadow.first[1] + min(first + row, shadow.size[1] - 1);
        float const pixel = load_float(pixels, v * columns + shadow.first[0] + column);
        bits[row] = bits_of_float(pixel) & 0x7fffffffU;
      }
#pragma unroll
      for (int row = 0; row < rows; ++row) {
        any |= bits[row];
        if (bits[row] < infinity_bits) largest = max(largest, bits[row]);
      }
    }
  }
  for (int distance = 16; distance > 0; distance /= 2) {
    largest = max(largest, __shfl_xor_sync(0xffffffffU, largest, distance));
    any |= __shfl_xor_sync(0xffffffffU, any, distance);
  }
  if (lane == 0) {
    shadow.largest = float_of_bits(largest);
    shadow.count_batches(any != 0);
  }
}

}  // namespace pyronn::detail
