// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How rays of Siddon's model add to a brick.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/ray_in_brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/shadow.cuh>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/siddon/ray.hpp>

namespace pyronn::detail {

/// A lane follows a ray.
template <class Interp>
struct RaysInBrick<TraceSiddon, Interp> {
  static constexpr bool lanes_have_rays = true;
  static constexpr int most_rows = 16;
  static __device__ int columns_of_batch(int rows) { return 32 / rows; }
  struct Table {};

  static __device__ float most_weight(TraceSiddon const&, Vec3f const& spacing) {
    return length(spacing);
  }

  template <class RayOf>
  static __device__ void add(Table&, BrickMemory const& brick, int rows, RayOf const& ray_of) {
    int const lane = static_cast<int>(threadIdx.x) % 32;
    int const column = lane / rows;
    auto const of = ray_of(column, lane - column * rows);
    if (of.units == 0.0F) return;
    of.ray.template for_each_weight<Interp, 3>(
        brick.box(), [&](Vec<int, 3> const& voxel, float weight) {
          brick.add_few(brick.offset(voxel), of.units * weight);
        });
  }
};

}  // namespace pyronn::detail
