// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Linear interpolation as a product of matrices, for tensor cores. A window is 16 neighbouring
/// elements (voxels or pixels) of a row. The weights of these elements at 16 positions, most of
/// them zero, are a 16 x 16 matrix; it is multiplied with the 16 x 8 matrix of the elements of 8
/// samples.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// The tensor cores' product of half-precision matrices, summed in single precision:
/// sums = weights (16 x 16) * values (16 x 8) + addend. Lane 4 g + t holds rows g and g + 8,
/// columns 2 t and 2 t + 1 of the sums.
__device__ inline void multiply(float (&sums)[4], unsigned const (&weights)[4], unsigned values_low,
                                unsigned values_high, float const (&addend)[4]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%10,%11,%12,%13};"
      : "=f"(sums[0]), "=f"(sums[1]), "=f"(sums[2]), "=f"(sums[3])
      : "r"(weights[0]), "r"(weights[1]), "r"(weights[2]), "r"(weights[3]), "r"(values_low),
        "r"(values_high), "f"(addend[0]), "f"(addend[1]), "f"(addend[2]), "f"(addend[3]));
}

/// The largest integer that is not above x, for |x| below 2^22.
__device__ inline int floor_of(float x) {
  constexpr float shift = 12582912.0F;
  return __float_as_int(__fadd_rd(x, shift)) - 0x4b400000;
}

/// The weight of an element at this distance from a position [elements].
__device__ inline float hat(float distance) { return __saturatef(1.0F - fabsf(distance)); }

/// The weights of 4 elements at a position that is counted from the first.
__device__ inline float4 hats(float at) {
  return make_float4(hat(at), hat(at - 1.0F), hat(at - 2.0F), hat(at - 3.0F));
}

/// The same times a factor of at most 1, in as many instructions.
__device__ inline float4 hats(float at, float factor) {
  float const scaled = at * factor;
  auto const of_element = [&](float n) {
    return __saturatef(factor - fabsf(__fmaf_rn(-n, factor, scaled)));
  };
  return make_float4(of_element(0.0F), of_element(1.0F), of_element(2.0F), of_element(3.0F));
}

/// The weights of a lane's 4 elements in rows g and g + 8, and the product of the weights with
/// values of `Terms` halves each, times a factor of each row. The products of all terms are
/// accumulated by the tensor cores. These truncate instead of rounding when they add, but here they
/// add few numbers.
template <int Terms>
struct WindowWeights;

/// Both weights and values are a half and its rest; the product of both rests is left out.
template <>
struct WindowWeights<2> {
  HalfPair a01, b01, a23, b23;

  __device__ WindowWeights(float4 const& a, float4 const& b)
      : a01{a.x, a.y}, b01{b.x, b.y}, a23{a.z, a.w}, b23{b.z, b.w} {}

  /// A position as weights are taken from it.
  static __device__ float position(float at) { return at; }

  __device__ void add_product(float (&sums)[4], float of_a, float of_b, unsigned const (&low)[2],
                              unsigned const (&high)[2]) const {
    unsigned const rounded[4] = {a01.rounded, b01.rounded, a23.rounded, b23.rounded};
    unsigned const rest[4] = {a01.rest, b01.rest, a23.rest, b23.rest};
    float products[4];
    multiply(products, rounded, low[1], high[1], {0.0F, 0.0F, 0.0F, 0.0F});
    multiply(products, rest, low[0], high[0], products);
    multiply(products, rounded, low[0], high[0], products);
#pragma unroll
    for (int n = 0; n < 4; ++n) sums[n] += (n < 2 ? of_a : of_b) * products[n];
  }
};

/// Weights and values are one half each. Positions are rounded to 1/2048 of an element, so that all
/// weights are exact in half precision.
template <>
struct WindowWeights<1> {
  unsigned rounded[4];

  __device__ WindowWeights(float4 const& a, float4 const& b) {
    rounded[0] = pack_halves(__floats2half2_rn(a.x, a.y));
    rounded[1] = pack_halves(__floats2half2_rn(b.x, b.y));
    rounded[2] = pack_halves(__floats2half2_rn(a.z, a.w));
    rounded[3] = pack_halves(__floats2half2_rn(b.z, b.w));
  }

  /// Rounds to a multiple of 2^-11: the last bit of a float near the shift is worth that much.
  static __device__ float position(float at) {
    constexpr float shift = 6144.0F;
    return __fadd_rn(__fadd_rn(at, shift), -shift);
  }

  __device__ void add_product(float (&sums)[4], float of_a, float of_b, unsigned const (&low)[1],
                              unsigned const (&high)[1]) const {
    float products[4];
    multiply(products, rounded, low[0], high[0], {0.0F, 0.0F, 0.0F, 0.0F});
#pragma unroll
    for (int n = 0; n < 4; ++n) sums[n] += (n < 2 ? of_a : of_b) * products[n];
  }
};

/// Factors of rows that are all 1.
struct UnitFactors {
  __device__ constexpr float operator[](int) const { return 1.0F; }
};

/// Factors of rows, at most 1, that go into the weights: sums then add products as they are.
/// Weights have errors of 2^-25, however small their factor is.
template <int Rows>
struct FactorsInWeights {
  float const (&of_rows)[Rows];

  __device__ constexpr float operator[](int) const { return 1.0F; }
};

/// The weights of 4 elements at a position of a row.
template <class Factors>
__device__ float4 hats_of_row(Factors const&, int, float at) {
  return hats(at);
}
template <int Rows>
__device__ float4 hats_of_row(FactorsInWeights<Rows> const& factors, int row, float at) {
  return hats(at, factors.of_rows[row]);
}

/// The quad of elements that a lane takes of the window which begins at `first`, a multiple of 4. A
/// window is four quads; a lane's is the one that it has in the layout, which belongs to the
/// window's first group or to the next one.
__device__ inline int quad_of_lane(int first, int lane) {
  int const first_quad = first >> 2;
  return first_quad + ((lane - first_quad) & 3);
}

/// Adds the products of a window's elements of all samples with their weights. `word(n)` is the
/// n-th of the words of 16 bytes that a lane has of the window in a BatchLayout, `weights_of(m)`
/// are its WindowWeights for the tile of rows m, and factors[2 m] and factors[2 m + 1] multiply
/// what its rows g and g + 8 get.
template <int Tiles, int Terms, int RowTiles, class Factors, class Word, class WeightsOf>
__device__ void add_products(float (&sums)[RowTiles][Tiles][4], Factors const& factors,
                             Word const& word, WeightsOf const& weights_of) {
  using Layout = BatchLayout<Tiles, Terms>;
  uint4 values[Layout::pairs][Terms];
#pragma unroll
  for (int k = 0; k < Layout::pairs; ++k) {
#pragma unroll
    for (int p = 0; p < Terms; ++p) values[k][p] = word(Layout::pairs * p + k);
  }
#pragma unroll
  for (int m = 0; m < RowTiles; ++m) {
    WindowWeights<Terms> const weights = weights_of(m);
#pragma unroll
    for (int k = 0; k < Layout::pairs; ++k) {
      unsigned low[Terms], high[Terms], low_beyond[Terms], high_beyond[Terms];
#pragma unroll
      for (int p = 0; p < Terms; ++p) {
        low[p] = values[k][p].x;
        high[p] = values[k][p].y;
        low_beyond[p] = values[k][p].z;
        high_beyond[p] = values[k][p].w;
      }
      float const of_a = factors[2 * m];
      float const of_b = factors[2 * m + 1];
      weights.add_product(sums[m][2 * k], of_a, of_b, low, high);
      weights.add_product(sums[m][2 * k + 1], of_a, of_b, low_beyond, high_beyond);
    }
  }
}

/// Adds the interpolated values of all samples at the positions `at`, as far as they come from the
/// window of 16 elements that begins at `first`, a multiple of 4. at[2 m] and at[2 m + 1] are the
/// positions of rows g and g + 8 of the tile of rows m, and `factors` multiply what they get.
/// `fragments` is the lane's address in a BatchLayout, `row` the number of groups before the row.
template <int Tiles, int Terms, int RowTiles, class Factors>
__device__ void add_window(float (&sums)[RowTiles][Tiles][4], float const (&at)[2 * RowTiles],
                           Factors const& factors, int first, int lane, uint4 const* fragments,
                           unsigned row) {
  using Weights = WindowWeights<Terms>;
  int const quad = quad_of_lane(first, lane);
  auto const first_of_lane = static_cast<float>(4 * quad);
  uint4 const* const words =
      fragments + (row + static_cast<unsigned>(quad >> 2)) * BatchLayout<Tiles, Terms>::group_words;
  add_products<Tiles, Terms>(
      sums, factors, [words](int n) { return __ldg(words + n * 32); },
      [&](int m) {
        auto const of_row = [&](int row) {
          return hats_of_row(factors, row, Weights::position(at[row] - first_of_lane));
        };
        return Weights{of_row(2 * m), of_row(2 * m + 1)};
      });
}

}  // namespace pyronn::detail
