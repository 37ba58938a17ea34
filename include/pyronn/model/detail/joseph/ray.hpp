// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JosephRay: the weights of Joseph's model along one ray.
#include <cmath>

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
struct JosephRay {
  int axis = 0;     ///< the main axis, along which the ray crosses most voxels
  float base[2];    ///< where the ray crosses slice 0, on the other two axes in ascending order
  float slope[2];   ///< how far the crossing moves from one slice to the next
  float low, high;  ///< the ends of the ray on its main axis, low <= high
  float step;       ///< length of the ray between two slices [mm]

  /// `ray` is in voxel indices, `spacing` the distance between voxels [mm].
  PYRONN_HOST_DEVICE JosephRay(Ray<float> const& ray, Vec3f const& spacing) {
    Vec3f const abs_direction{abs(ray.direction[0]), abs(ray.direction[1]), abs(ray.direction[2])};
    if (abs_direction[1] > abs_direction[0]) axis = 1;
    if (abs_direction[2] > max(abs_direction[0], abs_direction[1])) axis = 2;
    if (axis == 0) set<0>(ray, spacing);
    if (axis == 1) set<1>(ray, spacing);
    if (axis == 2) set<2>(ray, spacing);
  }

  /// Of a ray whose main axis is known.
  template <int Axis>
  static PYRONN_HOST_DEVICE JosephRay along(Ray<float> const& ray, Vec3f const& spacing) {
    JosephRay result;
    result.axis = Axis;
    result.set<Axis>(ray, spacing);
    return result;
  }

  [[nodiscard]] PYRONN_HOST_DEVICE float crossing(int other, int slice) const {
    return base[other] + static_cast<float>(slice) * slope[other];
  }

  /// The part of a slice's depth that the ray covers: 1, except near the ends of the ray.
  [[nodiscard]] PYRONN_HOST_DEVICE float coverage(int slice) const {
    auto const center = static_cast<float>(slice);
    return clamp(min(center + 0.5F, high) - max(center - 0.5F, low), 0.0F, 1.0F);
  }

  /// The weight [mm] with which JosephForward multiplies the voxel.
  template <class Interp>
  [[nodiscard]] PYRONN_HOST_DEVICE float weight(Vec<int, 3> const& voxel) const {
    int const slice = axis == 0 ? voxel[0] : (axis == 1 ? voxel[1] : voxel[2]);
    int const a = axis == 0 ? voxel[1] : voxel[0];
    int const b = axis == 2 ? voxel[1] : voxel[2];
    float const sample_weight =
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

 private:
  JosephRay() = default;

  /// What the ray crosses in a few slices: the lower one of the voxels beside it on the other axes,
  /// and the weights of two, in space of four. They are computed in a loop that vectorises, as
  /// their additions cannot.
  template <class Interp, int Dimension>
  struct Crossings {
    static constexpr int most = 16;
    static constexpr int corners = Dimension == 3 ? 4 : 2;

    int lower[2][most];
    float weights[corners][most];

    PYRONN_HOST_DEVICE Crossings(JosephRay const& ray, int first, int count) {
      for (int n = 0; n < count; ++n) {
        float part[2] = {};
        for (int other = 0; other < Dimension - 1; ++other) {
          float const at = ray.crossing(other, first + n);
          lower[other][n] = floor_to_int(at);
          part[other] = at - static_cast<float>(lower[other][n]);
        }
        float const scale = ray.coverage(first + n) * ray.step;
        for (int corner = 0; corner < corners; ++corner) {
          auto const is = [corner](int k) { return corner == k ? 1.0F : 0.0F; };
          if constexpr (Dimension == 2) {
            weights[corner][n] = scale * blend_line<Interp>(part[0], is(0), is(1));
          } else {
            weights[corner][n] =
                scale * user::blend<Interp>(part[0], part[1], is(0), is(1), is(2), is(3));
          }
        }
      }
    }
  };

  template <int Axis, class Interp, int Dimension, class Add>
  PYRONN_HOST_DEVICE void for_each_weight_across(VoxelBox const& box, Add const& add) const {
    using Few = Crossings<Interp, Dimension>;
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    auto const is_near = [&box](int axis_of, int lower) {
      return lower >= box.first[axis_of] - 1 && lower < box.end[axis_of];
    };
    IndexRange const slices = slices_in<Axis, Dimension>(box);
    for (int first = slices.first; first <= slices.last; first += Few::most) {
      int const count = min(Few::most, slices.last - first + 1);
      Few const few{*this, first, count};
      for (int n = 0; n < count; ++n) {
        Vec<int, 3> voxel{};
        voxel[Axis] = first + n;
        voxel[a] = few.lower[0][n];
        if (!is_near(a, voxel[a])) continue;
        if constexpr (Dimension == 3) {
          voxel[b] = few.lower[1][n];
          if (!is_near(b, voxel[b])) continue;
        }
        for (int corner = 0; corner < Few::corners; ++corner) {
          Vec<int, 3> beside = voxel;
          beside[a] += corner & 1;
          beside[b] += corner >> 1;
          add(beside, few.weights[corner][n]);
        }
      }
    }
  }

  /// The slices of a box in which the ray may have a weight.
  template <int Axis, int Dimension>
  [[nodiscard]] PYRONN_HOST_DEVICE IndexRange slices_in(VoxelBox const& box) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    // A ray with coordinates that are not finite crosses no slice.
    if (!(abs(base[0] + base[1] + slope[0] + slope[1]) < 1e30F)) return {0, -1};
    float from = max(static_cast<float>(box.first[Axis]), low - 0.5F);
    float to = min(static_cast<float>(box.end[Axis] - 1), high + 0.5F);
    clip(base[0], slope[0], static_cast<float>(box.first[a] - 1), static_cast<float>(box.end[a]),
         from, to);
    if constexpr (Dimension == 3) {
      clip(base[1], slope[1], static_cast<float>(box.first[b] - 1), static_cast<float>(box.end[b]),
           from, to);
    }
    if (!(from <= to)) return {0, -1};
    // Rounding in `clip` must not lose a slice; a slice too many is found to have no weight.
    return {max(box.first[Axis], static_cast<int>(from) - 1),
            min(box.end[Axis] - 1, static_cast<int>(to) + 2)};
  }

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

/// Makes a JosephRay for RayDrivenBack.
struct TraceJoseph {
  static constexpr float reach = 1.0F;

  PYRONN_HOST_DEVICE JosephRay operator()(Ray<float> const& ray, Extents<3> const&,
                                          Vec3f const& spacing) const {
    return {ray, spacing};
  }
};

}  // namespace pyronn::detail
