// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RayDensity: how many rays of a view a voxel may be touched by.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn::detail {

/// How many rays a voxel may be touched by, and how they lie about it.
struct RayDensity {
  float rays;         ///< at most so many touch a voxel
  float weights;      ///< their bilinear weights in a slice that they cross sum up to no more
  int along;          ///< the detector axis along which z changes most: 0 is u, 1 is v
  int pixels_along;   ///< pixels on this axis that are a voxel apart, or a little more
  int pixels_across;  ///< the same on the other axis

  /// About the voxels of a box. A voxel is touched by rays that come within `reach` voxels on each
  /// axis. Its footprint is no larger than the sum of its extents along three axes. These are
  /// measured at the corners of the box. For a projective view they are there as large as anywhere
  /// but for the square of the depth, by which they are divided; other views that are smooth
  /// (footprint.hpp) vary less than that factor. Where not even this is known, any number of rays
  /// may touch a voxel.
  template <class View>
  static __device__ RayDensity of(View const& view, Vec3f const& center, Vec3f const& half,
                                  float reach);
};

/// How far the bilinear weights of a voxel sum up to, at most, where a rectangle that extends
/// (s, t) voxels to either side on two axes is seen on no more than s u_a + t u_b columns and
/// s v_a + t v_b rows. The product of two hats is an integral over the rectangles, s and t from 0
/// to 1, that a point is in, and on each axis a rectangle holds at most one ray more than it has
/// columns or rows.
__device__ inline float most_weights(float u_a, float u_b, float v_a, float v_b) {
  return (u_a * v_a + u_b * v_b) * (1.0F / 3.0F) + (u_a * v_b + u_b * v_a) * 0.25F +
         0.501F * (u_a + u_b + v_a + v_b) + 1.003F;
}

template <class View>
__device__ RayDensity RayDensity::of(View const& view, Vec3f const& center, Vec3f const& half,
                                     float reach) {
  float extent[2][3] = {};
  float nearest = anywhere;
  float farthest = 0.0F;
  bool is_known = true;
  float rise[2] = {};
  for (int corner = 0; corner < 8; ++corner) {
    Vec3f const at = center + Vec3f{(corner & 1) != 0 ? half[0] : -half[0],
                                    (corner & 2) != 0 ? half[1] : -half[1],
                                    (corner & 4) != 0 ? half[2] : -half[2]};
    for (int axis = 0; axis < 3; ++axis) {
      Vec3f step{};
      step[axis] = reach;
      auto const above = view.project(at + step);
      auto const below = view.project(at - step);
      float const moved[2] = {above.u - below.u, above.v - below.v};
      for (int n = 0; n < 2; ++n) {
        is_known = is_known && abs(moved[n]) < 1e30F;  // not for what is not a number
        extent[n][axis] = max(extent[n][axis], abs(moved[n]));
        if (axis == 2) rise[n] += moved[n];
      }
      nearest = min(nearest, min(above.depth, below.depth));
      farthest = max(farthest, max(above.depth, below.depth));
    }
  }
  float factor = 1.5F;
  if constexpr (View::is_projective) factor = (farthest / nearest) * (farthest / nearest);
  RayDensity density{anywhere, anywhere, abs(rise[1]) >= abs(rise[0]) ? 1 : 0, 1, 1};
  if (!is_known || !(nearest > 0.0F)) return density;
  float width[2] = {};
  for (int n = 0; n < 2; ++n) {
    width[n] = factor * (extent[n][0] + extent[n][1] + extent[n][2]);
  }
  density.rays = (width[0] + 1.001F) * (width[1] + 1.001F);
  // Across whatever axis they are: the main one is not the same for all rays.
  density.weights = 0.0F;
  for (int axis = 0; axis < 3; ++axis) {
    int const a = axis == 0 ? 1 : 0;
    int const b = axis == 2 ? 1 : 2;
    density.weights =
        max(density.weights, most_weights(factor * extent[0][a], factor * extent[0][b],
                                          factor * extent[1][a], factor * extent[1][b]));
  }
  auto const apart = [](float pixels) {
    return static_cast<int>(clamp(std::ceil(pixels), 1.0F, 16.0F));
  };
  density.pixels_along = apart(extent[density.along][2] / (2.0F * reach));
  // Extents along x and y together are |cos| + |sin| of what a voxel is seen apart, where z is seen
  // on the other axis: at most angles 1.2 times as much or more. Where it is less, lanes add to the
  // same voxels at a time, which costs time alone.
  density.pixels_across = apart(width[1 - density.along] / (2.4F * factor * reach));
  return density;
}

}  // namespace pyronn::detail
