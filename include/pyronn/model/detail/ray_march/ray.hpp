// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>

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

  /// The sum of the samples in a slab of the volume, times the length of a step.
  template <class Slab>
  [[nodiscard]] PYRONN_HOST_DEVICE float integral(Slab const& slab) const {
    float sum = 0.0F;
    for (int n = 0; n < count; ++n) sum += slab_sample(slab, sample(n));
    return count > 0 ? length * sum : 0.0F;
  }

  /// What `integral` multiplies the voxel with [mm].
  template <class Interp>
  [[nodiscard]] PYRONN_HOST_DEVICE float weight(Vec<int, 3> const& voxel) const {
    if (count <= 0) return 0.0F;
    float low = 0.0F;
    auto high = static_cast<float>(count - 1);
    for (int axis = 0; axis < 3; ++axis) {
      if (abs(stride[axis]) < 1e-12F) continue;
      float const away = static_cast<float>(voxel[axis]) - first[axis];
      float const a = (away - 1.0F) / stride[axis];
      float const b = (away + 1.0F) / stride[axis];
      low = max(low, min(a, b));
      high = min(high, max(a, b));
    }
    if (!(low <= high + 1.0F)) return 0.0F;
    // A step more to either side, where rounding may have moved a sample; most weigh nothing.
    int const begin = max(0, static_cast<int>(low) - 1);
    int const last = min(count - 1, static_cast<int>(high) + 2);
    float share = 0.0F;
    for (int n = begin; n <= last; ++n) {
      Vec3f const index = sample(n);
      float const beside = 1.0F - abs(index[2] - static_cast<float>(voxel[2]));
      if (beside > 0.0F) {
        share += beside * bilinear_weight<Interp>(index[0], index[1], voxel[0], voxel[1]);
      }
    }
    return share * length;
  }

 private:
  /// Trilinear: bilinear in the two slices above and below. Of slices that are not in the slab,
  /// other slabs take their part.
  template <class Slab>
  static PYRONN_HOST_DEVICE float slab_sample(Slab const& slab, Vec3f const& index) {
    float const z = index[2] - static_cast<float>(slab.first);
    int const below = floor_to_int(z);
    float const above_share = z - static_cast<float>(below);
    float value = 0.0F;
    if (below >= 0 && below < slab.count) {
      value = (1.0F - above_share) * slab.slice(below).sample(index[0], index[1]);
    }
    if (above_share > 0.0F && below + 1 >= 0 && below + 1 < slab.count) {
      value += above_share * slab.slice(below + 1).sample(index[0], index[1]);
    }
    return value;
  }

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

/// Makes them.
struct TraceAtSteps {
  static constexpr float reach = 1.0F;

  float step;  ///< the longest [voxels]

  PYRONN_HOST_DEVICE MarchedRay operator()(Ray<float> const& ray, Extents<3> const& size,
                                           Vec3f const& spacing) const {
    return {ray, size, spacing, step};
  }
};

}  // namespace pyronn::detail
