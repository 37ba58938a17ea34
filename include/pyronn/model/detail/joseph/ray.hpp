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

/// Where a ray meets the slices of a volume across its main axis, and how much each slice counts.
/// P. M. Joseph, "An improved algorithm for reprojecting rays through pixel images", IEEE TMI 1
/// (1982): the line integral is the sum over those slices of the bilinear sample where the ray
/// crosses, times the length of ray between two slices. Here a slice owns half a voxel to either
/// side, so a ray that begins or ends inside the volume counts its outer slices in part.
struct JosephRay {
  int axis = 0;     ///< along which the ray advances most, in voxels
  float base[2];    ///< crossing of slice 0 on the two other axes, in ascending order
  float slope[2];   ///< what a slice adds to it
  float low, high;  ///< where the ray begins and ends on its main axis, ascending
  float step;       ///< length of ray between two slices [mm]

  /// From a ray in voxel indices and the voxels' spacing [mm].
  PYRONN_HOST_DEVICE JosephRay(Ray<float> const& ray, Vec3f const& spacing) {
    Vec3f const reach{abs(ray.direction[0]), abs(ray.direction[1]), abs(ray.direction[2])};
    if (reach[1] > reach[0]) axis = 1;
    if (reach[2] > max(reach[0], reach[1])) axis = 2;
    if (axis == 0) set<0>(ray, spacing);
    if (axis == 1) set<1>(ray, spacing);
    if (axis == 2) set<2>(ray, spacing);
  }

  [[nodiscard]] PYRONN_HOST_DEVICE float crossing(int other, int slice) const {
    return base[other] + static_cast<float>(slice) * slope[other];
  }

  /// The part of slice k's voxel depth that the ray runs through: 1 but at the ray's ends.
  [[nodiscard]] PYRONN_HOST_DEVICE float coverage(int slice) const {
    auto const center = static_cast<float>(slice);
    return clamp(min(center + 0.5F, high) - max(center - 0.5F, low), 0.0F, 1.0F);
  }

  /// What JosephForward multiplies the voxel with [mm].
  template <class Interp>
  [[nodiscard]] PYRONN_HOST_DEVICE float weight(Vec<int, 3> const& voxel) const {
    int const slice = axis == 0 ? voxel[0] : (axis == 1 ? voxel[1] : voxel[2]);
    int const a = axis == 0 ? voxel[1] : voxel[0];
    int const b = axis == 2 ? voxel[1] : voxel[2];
    float const share = bilinear_weight<Interp>(crossing(0, slice), crossing(1, slice), a, b);
    return share * coverage(slice) * step;
  }

 private:
  template <int Axis>
  PYRONN_HOST_DEVICE void set(Ray<float> const& ray, Vec3f const& spacing) {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    float const per_slice = 1.0F / ray.direction[Axis];
    slope[0] = ray.direction[a] * per_slice;
    slope[1] = ray.direction[b] * per_slice;
    base[0] = ray.origin[a] - ray.origin[Axis] * slope[0];
    base[1] = ray.origin[b] - ray.origin[Axis] * slope[1];
    float const begin = ray.origin[Axis] + ray.begin * ray.direction[Axis];
    float const end = ray.origin[Axis] + ray.end * ray.direction[Axis];
    low = min(begin, end);
    high = max(begin, end);
    step = length(scale(ray.direction, spacing)) * abs(per_slice);
  }
};

/// Makes Joseph's rays, for RayDrivenBack.
struct TraceJoseph {
  static constexpr float reach = 1.0F;

  PYRONN_HOST_DEVICE JosephRay operator()(Ray<float> const& ray, Extents<3> const&,
                                          Vec3f const& spacing) const {
    return {ray, spacing};
  }
};

}  // namespace pyronn::detail
