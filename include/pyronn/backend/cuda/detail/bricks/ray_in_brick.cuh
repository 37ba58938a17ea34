// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the rays of all models have in common: how samples are shared out among the corners of a
/// cell.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <type_traits>

#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>

namespace pyronn::detail {

/// The ray of a pixel and the pixel's value in units; 0 where there is no pixel.
template <class Ray>
struct RayOfPixel {
  Ray ray;
  float units;
};

/// How a warp adds the rays of a batch to a brick:
///
///   static constexpr bool lanes_have_rays      // a ray each
///   static constexpr int most_rows             // of a batch
///   static int columns_of_batch(rows)
///   static float most_weight(trace, spacing)   // of a voxel in a ray, at most [mm]
///   struct Table                               // in shared memory, of the warp
///   static void add(table, brick, rows, ray_of)
///
/// where `ray_of(column, row)` is a RayOfPixel. All lanes of the warp call `add`.
template <class Trace, class Interp>
struct RaysInBrick;

/// A number that stays in a register: the compiler does not compute it again.
__device__ inline float kept(float number) {
  return float_of_bits(hide_from_optimizer(bits_of_float(number)));
}

/// How a sample in a cell of four falls to its corners: `ab` to the upper one on both axes, `a` to
/// the two that are upper on axis a, `one` to all.
struct CellShares {
  float one, a, b, ab;

  /// At the fractions (a, b) of the way.
  template <class Interp>
  static __device__ CellShares at(float a, float b) {
    if constexpr (std::is_same_v<Interp, SoftwareInterp>) {
      return {1.0F, a, b, a * b};
    } else if constexpr (std::is_same_v<Interp, TextureInterp>) {
      float const rounded_a = TextureInterp::round_weight(a);
      float const rounded_b = TextureInterp::round_weight(b);
      return {1.0F, rounded_a, rounded_b, TextureInterp::round_weight(rounded_a * rounded_b)};
    } else {
      float const s00 = user::blend<Interp>(a, b, 1.0F, 0.0F, 0.0F, 0.0F);
      float const s10 = user::blend<Interp>(a, b, 0.0F, 1.0F, 0.0F, 0.0F);
      float const s01 = user::blend<Interp>(a, b, 0.0F, 0.0F, 1.0F, 0.0F);
      float const s11 = user::blend<Interp>(a, b, 0.0F, 0.0F, 0.0F, 1.0F);
      return {s00 + s10 + (s01 + s11), s10 + s11, s01 + s11, s11};
    }
  }
};

/// By how much a policy's weights may exceed those of bilinear interpolation: the library's by their
/// rounding, others as far as anyone would go.
template <class Interp>
inline constexpr float most_share_v =
    std::is_same_v<Interp, SoftwareInterp> || std::is_same_v<Interp, TextureInterp> ? 1.02F : 4.0F;

/// Sums of shares times weights over samples in one cell, from which follows what each corner gets.
struct CellSums {
  float one = 0.0F;
  float a = 0.0F;
  float b = 0.0F;
  float ab = 0.0F;

  __device__ void add(CellShares const& shares, float weight) {
    one += weight * shares.one;
    a += weight * shares.a;
    b += weight * shares.b;
    ab += weight * shares.ab;
  }
  __device__ void subtract(CellSums const& other) {
    one -= other.one;
    a -= other.a;
    b -= other.b;
    ab -= other.ab;
  }
  /// Of the corner that is lower or upper on axis a and on axis b.
  [[nodiscard]] __device__ float lower_lower() const { return (one - b) - (a - ab); }
  [[nodiscard]] __device__ float upper_lower() const { return a - ab; }
  [[nodiscard]] __device__ float lower_upper() const { return b - ab; }
  [[nodiscard]] __device__ float upper_upper() const { return ab; }

  /// The sums of the next cell along b, which has the two upper corners as its lower ones.
  [[nodiscard]] __device__ CellSums next_along_b() const { return {b, ab, 0.0F, 0.0F}; }
};

}  // namespace pyronn::detail
