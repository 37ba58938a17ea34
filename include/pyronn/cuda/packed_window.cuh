// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Linear interpolation as a product of matrices: 16 positions x 16 cells of weights, most of them
/// zero, times 16 cells x 8 samples.
#include <pyronn/cuda/require_cuda.cuh>
//
#include <cuda_runtime.h>

#include <pyronn/core/math.hpp>
#include <pyronn/cuda/packed_layout.cuh>

namespace pyronn::detail {

/// The hardware's product of half-precision matrices, summed in single precision:
/// sums = weights (16 x 16) * cells (16 x 8) + addend. Of the sums, lane 4 g + t holds the rows g
/// and g + 8, columns 2 t and 2 t + 1.
__device__ inline void multiply(float (&sums)[4], unsigned const (&weights)[4], unsigned cells_low,
                                unsigned cells_high, float const (&addend)[4]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%10,%11,%12,%13};"
      : "=f"(sums[0]), "=f"(sums[1]), "=f"(sums[2]), "=f"(sums[3])
      : "r"(weights[0]), "r"(weights[1]), "r"(weights[2]), "r"(weights[3]), "r"(cells_low),
        "r"(cells_high), "f"(addend[0]), "f"(addend[1]), "f"(addend[2]), "f"(addend[3]));
}

/// Integer below a number of less than 2^22.
__device__ inline int floor_of(float x) {
  constexpr float shift = 12582912.0F;
  return __float_as_int(__fadd_rd(x, shift)) - 0x4b400000;
}

/// The weights of a lane's 4 cells at 2 positions, each in two halves.
struct WindowWeights {
  unsigned rounded[4];
  unsigned rest[4];

  /// From the positions of rows g and g + 8, counted from the lane's first cell.
  __device__ WindowWeights(float a, float b) {
    set(0, HalfPair{hat(a), hat(a - 1.0F)});
    set(1, HalfPair{hat(b), hat(b - 1.0F)});
    set(2, HalfPair{hat(a - 2.0F), hat(a - 3.0F)});
    set(3, HalfPair{hat(b - 2.0F), hat(b - 3.0F)});
  }

 private:
  static __device__ float hat(float distance) { return __saturatef(1.0F - fabsf(distance)); }
  __device__ void set(int n, HalfPair const& pair) {
    rounded[n] = pair.rounded;
    rest[n] = pair.rest;
  }
};

/// Adds a window's product to the sums, all but that of the rests. In between it stays in the
/// matrix unit, which cuts off what it adds up: few enough addends to do no harm.
__device__ inline void add_product(float (&sums)[4], WindowWeights const& weights, unsigned low,
                                   unsigned high, unsigned low_rest, unsigned high_rest) {
  float part[4];
  multiply(part, weights.rounded, low_rest, high_rest, {0.0F, 0.0F, 0.0F, 0.0F});
  multiply(part, weights.rest, low, high, part);
  multiply(part, weights.rounded, low, high, part);
#pragma unroll
  for (int n = 0; n < 4; ++n) sums[n] += part[n];
}

/// Adds the samples of all tiles at the positions `at` where they lie in the 16 cells of a row from
/// `first` on, a multiple of 4. Row g of the tile of rows m stands at at[2 m], row g + 8 at
/// at[2 m + 1]. `packed` is the lane's part of a PackedLayout, `row` counts its groups.
template <int Tiles, int RowTiles>
__device__ void add_window(float (&sums)[RowTiles][Tiles][4], float const (&at)[2 * RowTiles],
                           int first, int lane, uint4 const* packed, unsigned row) {
  using Layout = PackedLayout<Tiles>;
  // Of the window's four quads of cells, the lane's is the one that lies at its place in a group.
  int const first_quad = first >> 2;
  int const quad = first_quad + ((lane - first_quad) & 3);
  uint4 const* const words =
      packed + (row + static_cast<unsigned>(quad >> 2)) * Layout::group_words;
  auto const cell = static_cast<float>(4 * quad);
  uint4 values[Layout::pairs];
  uint4 rests[Layout::pairs];
#pragma unroll
  for (int k = 0; k < Layout::pairs; ++k) {
    values[k] = __ldg(words + k * 32);
    rests[k] = __ldg(words + (Layout::pairs + k) * 32);
  }
#pragma unroll
  for (int m = 0; m < RowTiles; ++m) {
    WindowWeights const weights{at[2 * m] - cell, at[2 * m + 1] - cell};
#pragma unroll
    for (int k = 0; k < Layout::pairs; ++k) {
      uint4 const& value = values[k];
      uint4 const& rest = rests[k];
      add_product(sums[m][2 * k], weights, value.x, value.y, rest.x, rest.y);
      add_product(sums[m][2 * k + 1], weights, value.z, value.w, rest.z, rest.w);
    }
  }
}

}  // namespace pyronn::detail
