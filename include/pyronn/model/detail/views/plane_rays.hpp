// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PlaneRays: what of the rays of a projective view matters in the plane.
#include <pyronn/core/config.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>

namespace pyronn::detail {

/// IndexRays without what is 0 in the plane, so that more views travel in a launch.
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
  PYRONN_HOST_DEVICE Ray<float> ray(float u, float) const {
    Vec3f const pixel = u * Vec3f{along_u[0], along_u[1], 0.0F};
    return {Vec3f{middle[0], middle[1], 0.0F} + origin_weight * pixel,
            Vec3f{direction[0], direction[1], 0.0F} + direction_weight * pixel, begin, end};
  }
};

}  // namespace pyronn::detail
