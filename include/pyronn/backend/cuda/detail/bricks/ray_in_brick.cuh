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
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// The ray of a pixel and the pixel's value in units; 0 where there is no pixel.
template <class Ray>
struct RayOfPixel {
  Ray ray;
  float units;
};

/// How a lane adds its rays to a brick, other lanes of the warp doing the same:
///
///   static float most_weight(trace, spacing)   // of a voxel in a ray, at most [mm]
///   static float few_weight(trace, spacing)    // of what BrickMemory::add_few adds at a time
///   static constexpr bool has_weights_of_hats  // RayDensity::weights is true of them
///   static constexpr bool has_runs             // if so:
///   static int run_along(ray, next_ray, box)   // see JosephRun::along
///   static void add_run(brick, pixel_run)       // a PixelRun, which all lanes of a warp have
template <class Trace, class Interp>
struct RaysInBrick;

/// Whether a position on an axis is in a cell of the brick or beside it, a cell being what lies
/// between neighbouring voxels.
__device__ inline bool is_in_cells(float at, VoxelBox const& box, int axis) {
  return both(at >= static_cast<float>(box.first[axis] - 1),
              at < static_cast<float>(box.end[axis]));
}

/// Narrows [low, high] to the k for which `base + k * slope` is there, and some beside them: more
/// than rounding may move positions. The margin is a hundredth of a voxel, and a hundredth of a k.
__device__ inline void clip_to_cells(float base, float slope, VoxelBox const& box, int axis,
                                     float& low, float& high) {
  float const margin = 0.01F + 4e-6F * abs(base);
  float const from = static_cast<float>(box.first[axis] - 1) - margin - base;
  float const to = static_cast<float>(box.end[axis]) + margin - base;
  if (abs(slope) < 1e-20F) {
    if (!both(from <= 0.0F, to >= 0.0F)) high = -anywhere;
    return;
  }
  float const per_unit = reciprocal(slope);
  low = max(low, min(from * per_unit, to * per_unit) - 0.01F);
  high = min(high, max(from * per_unit, to * per_unit) + 0.01F);
}

/// How a sample in a cell of four falls to its corners: `ab` to the upper one on both axes, `a` to
/// the two that are upper on axis a, `one` to all.
struct CellShares {
  float one = 0.0F;
  float a = 0.0F;
  float b = 0.0F;
  float ab = 0.0F;

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

  /// Of the corner that is lower or upper on axis a and on axis b.
  [[nodiscard]] __device__ float lower_lower() const { return (one - b) - (a - ab); }
  [[nodiscard]] __device__ float upper_lower() const { return a - ab; }
  [[nodiscard]] __device__ float lower_upper() const { return b - ab; }
  [[nodiscard]] __device__ float upper_upper() const { return ab; }

  /// Sums of shares are what a few samples of a cell have together.
  __device__ void add(CellShares const& other, float weight) {
    one += weight * other.one;
    a += weight * other.a;
    b += weight * other.b;
    ab += weight * other.ab;
  }
};

/// By how much a policy's weights may exceed those of bilinear interpolation: the library's by
/// their rounding, others as far as anyone would go.
template <class Interp>
inline constexpr float most_share_v =
    std::is_same_v<Interp, SoftwareInterp> || std::is_same_v<Interp, TextureInterp> ? 1.02F : 4.0F;

}  // namespace pyronn::detail
