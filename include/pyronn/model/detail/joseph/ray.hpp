// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JosephRay: the weights of Joseph's model along one ray.

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>
#include <pyronn/model/detail/clip.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// Where a ray crosses the slices of a volume that are perpendicular to its main axis, and the
/// weight of each slice. P. M. Joseph, "An improved algorithm for reprojecting rays through pixel
/// images", IEEE TMI 1 (1982): the line integral is the sum over those slices of the bilinear
/// sample where the ray crosses, times the length of ray between two slices. Here a slice extends
/// half a voxel to either side, and where a ray begins or ends inside the volume its first and last
/// slice are weighted by the part of their depth that the ray covers.
template <class Number>
struct BasicJosephRay {
  int axis = 0;      ///< the main axis, along which the ray crosses most voxels
  Number base[2];    ///< where the ray crosses slice 0, on the other two axes in ascending order
  Number slope[2];   ///< how far the crossing moves from one slice to the next
  Number low, high;  ///< the ends of the ray on its main axis, low <= high
  Number step;       ///< length of the ray between two slices [mm]

  /// `ray` is in voxel indices, `spacing` the distance between voxels [mm].
  PYRONN_HOST_DEVICE BasicJosephRay(Ray<Number> const& ray, Vec<Number, 3> const& spacing) {
    Vec<Number, 3> const abs_direction{abs(ray.direction[0]), abs(ray.direction[1]),
                                       abs(ray.direction[2])};
    if (abs_direction[1] > abs_direction[0]) axis = 1;
    if (abs_direction[2] > max(abs_direction[0], abs_direction[1])) axis = 2;
    if (axis == 0) set<0>(ray, spacing);
    if (axis == 1) set<1>(ray, spacing);
    if (axis == 2) set<2>(ray, spacing);
  }

  /// Of a ray whose main axis is known.
  template <int Axis>
  static PYRONN_HOST_DEVICE BasicJosephRay along(Ray<Number> const& ray,
                                                 Vec<Number, 3> const& spacing) {
    BasicJosephRay result;
    result.axis = Axis;
    result.template set<Axis>(ray, spacing);
    return result;
  }

  /// A ray of the plane, of its members.
  static BasicJosephRay in_plane(int axis, Number base, Number slope, Number low, Number high,
                                 Number step) {
    BasicJosephRay result;
    result.axis = axis;
    result.base[0] = base;
    result.base[1] = 0;
    result.slope[0] = slope;
    result.slope[1] = 0;
    result.low = low;
    result.high = high;
    result.step = step;
    return result;
  }

  [[nodiscard]] PYRONN_HOST_DEVICE Number crossing(int other, int slice) const {
    return base[other] + static_cast<Number>(slice) * slope[other];
  }

  /// The part of a slice's depth that the ray covers: 1, except near the ends of the ray.
  [[nodiscard]] PYRONN_HOST_DEVICE Number coverage(int slice) const {
    auto const center = static_cast<Number>(slice);
    return clamp(min(center + Number{1} / 2, high) - max(center - Number{1} / 2, low), Number{0},
                 Number{1});
  }

  /// The weight [mm] with which JosephForward multiplies the voxel.
  template <class Interp>
  [[nodiscard]] PYRONN_HOST_DEVICE Number weight(Vec<int, 3> const& voxel) const {
    int const slice = axis == 0 ? voxel[0] : (axis == 1 ? voxel[1] : voxel[2]);
    int const a = axis == 0 ? voxel[1] : voxel[0];
    int const b = axis == 2 ? voxel[1] : voxel[2];
    Number const sample_weight =
        bilinear_weight<Interp>(crossing(0, slice), crossing(1, slice), a, b);
    return sample_weight * coverage(slice) * step;
  }

  /// Calls `add(voxel, weight)` for the voxels of a box, and some beside it, that have a weight.
  template <class Interp, int Dimension, class Add>
  PYRONN_HOST_DEVICE void for_each_weight(VoxelBox const& box, Add const& add) const {
    if (axis == 0) for_each_weight_across<0, Interp, Dimension>(box, add);
    if (axis == 1) for_each_weight_across<1, Interp, Dimension>(box, add);
    if (axis == 2) for_each_weight_across<2, Interp, Dimension>(box, add);
  }

  /// The slices of a box in which the ray may have a weight.
  template <int Axis, int Dimension>
  [[nodiscard]] PYRONN_HOST_DEVICE IndexRange slices_in(VoxelBox const& box) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    // A ray with coordinates that are not finite crosses no slice.
    if (!(abs(base[0] + base[1] + slope[0] + slope[1]) < beyond_all<Number>)) return {0, -1};
    Number from = max(static_cast<Number>(box.first[Axis]), low - Number{1} / 2);
    Number to = min(static_cast<Number>(box.end[Axis] - 1), high + Number{1} / 2);
    clip(base[0], slope[0], static_cast<Number>(box.first[a] - 1), static_cast<Number>(box.end[a]),
         from, to);
    if constexpr (Dimension == 3) {
      clip(base[1], slope[1], static_cast<Number>(box.first[b] - 1),
           static_cast<Number>(box.end[b]), from, to);
    }
    if (!(from <= to)) return {0, -1};
    // Rounding in `clip` must not lose a slice; a slice too many is found to have no weight.
    return {max(box.first[Axis], static_cast<int>(from) - 1),
            min(box.end[Axis] - 1, static_cast<int>(to) + 2)};
  }

 private:
  BasicJosephRay() = default;

  template <int Axis, class Interp, int Dimension, class Add>
  PYRONN_HOST_DEVICE void for_each_weight_across(VoxelBox const& box, Add const& add) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    IndexRange const slices = slices_in<Axis, Dimension>(box);
    for (int k = slices.first; k <= slices.last; ++k) {
      Number const at[2] = {crossing(0, k), Dimension == 3 ? crossing(1, k) : Number{0}};
      Vec<int, 3> lower{};
      lower[Axis] = k;
      lower[a] = floor_to_int(at[0]);
      lower[b] = floor_to_int(at[1]);
      if (lower[a] < box.first[a] - 1 || lower[a] >= box.end[a]) continue;
      if (lower[b] < box.first[b] - 1 || lower[b] >= box.end[b]) continue;
      Number const scale = coverage(k) * step;
      for (int corner = 0; corner < (Dimension == 3 ? 4 : 2); ++corner) {
        Vec<int, 3> voxel = lower;
        voxel[a] += corner & 1;
        voxel[b] += corner >> 1;
        add(voxel, scale * bilinear_weight<Interp>(at[0], at[1], voxel[a], voxel[b]));
      }
    }
  }

  template <int Axis>
  PYRONN_HOST_DEVICE void set(Ray<Number> const& ray, Vec<Number, 3> const& spacing) {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    Number const per_slice = 1 / ray.direction[Axis];
    slope[0] = ray.direction[a] * per_slice;
    slope[1] = ray.direction[b] * per_slice;
    base[0] = ray.origin[a] - ray.origin[Axis] * slope[0];
    base[1] = ray.origin[b] - ray.origin[Axis] * slope[1];
    Number const begin = ray.origin[Axis] + ray.begin * ray.direction[Axis];
    Number const end = ray.origin[Axis] + ray.end * ray.direction[Axis];
    low = min(begin, end);
    high = max(begin, end);
    step = length(scale(ray.direction, spacing)) * abs(per_slice);
  }
};
using JosephRay = BasicJosephRay<float>;

/// Makes a JosephRay for RayDrivenBack.
struct TraceJoseph {
  static constexpr float reach = 1.0F;

  template <class Number>
  PYRONN_HOST_DEVICE BasicJosephRay<Number> operator()(Ray<Number> const& ray, Extents<3> const&,
                                                       Vec<Number, 3> const& spacing) const {
    return {ray, spacing};
  }
};

}  // namespace pyronn::detail
