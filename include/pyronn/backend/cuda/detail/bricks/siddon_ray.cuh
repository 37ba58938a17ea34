// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How rays of Siddon's model add to a brick.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/ray_in_brick.cuh>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/siddon/ray.hpp>

namespace pyronn::detail {

/// A lane follows a ray.
template <class Interp>
struct RaysInBrick<TraceSiddon, Interp> {
  static __device__ float most_weight(TraceSiddon const&, Vec3f const& spacing) {
    return length(spacing);
  }
  static __device__ float few_weight(TraceSiddon const&, Vec3f const&) { return 0.0F; }

  static constexpr bool has_runs = false;
  static constexpr bool has_weights_of_hats = false;

  template <class Run>
  static __device__ void add_run(BrickMemory const& brick, Run const& run) {
    if (run.count() > 0) add(brick, run.traced(0));
  }
  template <class Ray>
  static __device__ void add(BrickMemory const& brick, RayOfPixel<Ray> const& of) {
    if (of.units == 0.0F) return;
    of.ray.template for_each_weight<Interp, 3>(brick.box(),
                                               [&](Vec<int, 3> const& voxel, float weight) {
                                                 brick.add(brick.offset(voxel), of.units * weight);
                                               });
  }
};

}  // namespace pyronn::detail
