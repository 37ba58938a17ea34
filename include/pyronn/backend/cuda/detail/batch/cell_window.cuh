// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Linear interpolation as a product of matrices: 16 positions x 16 cells of weights, most of them
/// zero, times 16 cells x 8 samples.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/core/math.hpp>

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

/// What a cell takes of a position so far away.
__device__ inline float hat(float distance) { return __saturatef(1.0F - fabsf(distance)); }

/// The weights of a lane's 4 cells at the positions of rows g and g + 8, counted from the lane's
/// first cell, and how values in so many parts are multiplied with them. Products stay in the
/// matrix unit until all parts are added; it cuts off what it adds up, but there are few addends.
template <int Parts>
struct WindowWeights;

/// All products but that of the rests.
template <>
struct WindowWeights<2> {
  HalfPair a01, b01, a23, b23;

  __device__ WindowWeights(float a, float b)
      : a01{hat(a), hat(a - 1.0F)},
        b01{hat(b), hat(b - 1.0F)},
        a23{hat(a - 2.0F), hat(a - 3.0F)},
        b23{hat(b - 2.0F), hat(b - 3.0F)} {}

  __device__ void add_product(float (&sums)[4], unsigned const (&low)[2],
                              unsigned const (&high)[2]) const {
    unsigned const rounded[4] = {a01.rounded, b01.rounded, a23.rounded, b23.rounded};
    unsigned const rest[4] = {a01.rest, b01.rest, a23.rest, b23.rest};
    float part[4];
    multiply(part, rounded, low[1], high[1], {0.0F, 0.0F, 0.0F, 0.0F});
    multiply(part, rest, low[0], high[0], part);
    multiply(part, rounded, low[0], high[0], part);
#pragma unroll
    for (int n = 0; n < 4; ++n) sums[n] += part[n];
  }
};

/// Positions are rounded to 1/2048 of a cell, of which half precision holds all weights.
template <>
struct WindowWeights<1> {
  unsigned rounded[4];

  __device__ WindowWeights(float a, float b) {
    a = to_steps(a);
    b = to_steps(b);
    rounded[0] = pack_halves(__floats2half2_rn(hat(a), hat(a - 1.0F)));
    rounded[1] = pack_halves(__floats2half2_rn(hat(b), hat(b - 1.0F)));
    rounded[2] = pack_halves(__floats2half2_rn(hat(a - 2.0F), hat(a - 3.0F)));
    rounded[3] = pack_halves(__floats2half2_rn(hat(b - 2.0F), hat(b - 3.0F)));
  }

  __device__ void add_product(float (&sums)[4], unsigned const (&low)[1],
                              unsigned const (&high)[1]) const {
    float part[4];
    multiply(part, rounded, low[0], high[0], {0.0F, 0.0F, 0.0F, 0.0F});
#pragma unroll
    for (int n = 0; n < 4; ++n) sums[n] += part[n];
  }

 private:
  /// Added to a small number, leaves it 11 bits after the point.
  static __device__ float to_steps(float position) {
    constexpr float shift = 6144.0F;
    return __fadd_rn(__fadd_rn(position, shift), -shift);
  }
};

/// Adds the samples of all tiles at the positions `at` where they lie in the 16 cells of a row from
/// `first` on, a multiple of 4. Row g of the tile of rows m stands at at[2 m], row g + 8 at
/// at[2 m + 1]. `packed` is the lane's part of a BatchLayout, `row` counts its groups.
template <int Tiles, int Parts, int RowTiles>
__device__ void add_window(float (&sums)[RowTiles][Tiles][4], float const (&at)[2 * RowTiles],
                           int first, int lane, uint4 const* packed, unsigned row) {
  using Layout = BatchLayout<Tiles, Parts>;
  // Of the window's four quads of cells, the lane's is the one that lies at its place in a group.
  int const first_quad = first >> 2;
  int const quad = first_quad + ((lane - first_quad) & 3);
  uint4 const* const words =
      packed + (row + static_cast<unsigned>(quad >> 2)) * Layout::group_words;
  auto const cell = static_cast<float>(4 * quad);
  uint4 values[Layout::pairs][Parts];
#pragma unroll
  for (int k = 0; k < Layout::pairs; ++k) {
#pragma unroll
    for (int p = 0; p < Parts; ++p) values[k][p] = __ldg(words + (Layout::pairs * p + k) * 32);
  }
#pragma unroll
  for (int m = 0; m < RowTiles; ++m) {
    WindowWeights<Parts> const weights{at[2 * m] - cell, at[2 * m + 1] - cell};
#pragma unroll
    for (int k = 0; k < Layout::pairs; ++k) {
      unsigned low[Parts], high[Parts], low_beyond[Parts], high_beyond[Parts];
#pragma unroll
      for (int p = 0; p < Parts; ++p) {
        low[p] = values[k][p].x;
        high[p] = values[k][p].y;
        low_beyond[p] = values[k][p].z;
        high_beyond[p] = values[k][p].w;
      }
      weights.add_product(sums[m][2 * k], low, high);
      weights.add_product(sums[m][2 * k + 1], low_beyond, high_beyond);
    }
  }
}

}  // namespace pyronn::detail
