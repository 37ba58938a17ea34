// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>

namespace pyronn::detail {

/// A ray cut into equal steps where samples of a volume can be other than zero: between -1 and the
/// size on every axis.
struct MarchedRay {
  Vec3f first;   ///< middle of the first step, in voxel indices
  Vec3f stride;  ///< from one middle to the next
  int count;     ///< of steps; 0 where the ray misses the volume
  float length;  ///< of a step [mm]

  /// From a ray in voxel indices, the voxels' spacing [mm] and the longest step in voxels.
  PYRONN_HOST_DEVICE MarchedRay(Ray<float> const& ray, Extents<3> const& size, Vec3f const& spacing,
                                float step) {
    float low = ray.begin;
    float high = ray.end;
    for (int axis = 0; axis < 3; ++axis) {
      clip(ray.origin[axis], ray.direction[axis], static_cast<float>(size[axis]), low, high);
    }
    count = 0;
    float const reach = (high - low) * std::sqrt(dot(ray.direction, ray.direction));
    // Also false where the ray is not made of numbers.
    if (!(reach > 0.0F && reach < 1e6F)) return;
    // Away from whole numbers, between which rounding would choose.
    count = 1 + static_cast<int>(max(reach / step - 1e-3F, 0.0F));
    float const part = (high - low) / static_cast<float>(count);
    first = ray.origin + (low + 0.5F * part) * ray.direction;
    stride = part * ray.direction;
    length = part * std::sqrt(dot(scale(ray.direction, spacing), scale(ray.direction, spacing)));
  }

  [[nodiscard]] PYRONN_HOST_DEVICE Vec3f sample(int n) const {
    return first + static_cast<float>(n) * stride;
  }

 private:
  /// Narrows [low, high] to where `base + t * slope` lies in [-1, size].
  PYRONN_HOST_DEVICE static void clip(float base, float slope, float size, float& low,
                                      float& high) {
    if (abs(slope) < 1e-12F) {
      if (!(base > -1.0F && base < size)) high = low;
      return;
    }
    float const a = (-1.0F - base) / slope;
    float const b = (size - base) / slope;
    low = max(low, min(a, b));
    high = min(high, max(a, b));
  }
};

}  // namespace pyronn::detail
