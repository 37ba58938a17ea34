// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PlaneRays: the rays of a projective view of the plane.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/views/index_view.hpp>

namespace pyronn::detail {

/// What of IndexRays matters in the plane.
struct PlaneRays {
  float middle[2];
  float direction[2];
  float along_u[2];
  float origin_weight;     ///< as in IndexRays
  float direction_weight;  ///< as in IndexRays
  float begin;
  float end;

  PlaneRays() = default;
  explicit PlaneRays(IndexRays const& rays)
      : middle{rays.middle[0], rays.middle[1]},
        direction{rays.direction[0], rays.direction[1]},
        along_u{rays.along_u[0], rays.along_u[1]},
        origin_weight{rays.origin_weight},
        direction_weight{rays.direction_weight},
        begin{rays.begin},
        end{rays.end} {}

  /// The very numbers that IndexRays gives.
  [[nodiscard]] __device__ Ray<float> ray(float pixel, float) const {
    Vec3f const offset = pixel * Vec3f{along_u[0], along_u[1], 0.0F};
    return {Vec3f{middle[0], middle[1], 0.0F} + origin_weight * offset,
            Vec3f{direction[0], direction[1], 0.0F} + direction_weight * offset, begin, end};
  }
};

}  // namespace pyronn::detail
