// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// MarchedRay: the samples of RayMarch along one ray.
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>
#include <pyronn/model/detail/clip.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// A ray cut into equal steps, within the box in which samples of the volume can differ from zero:
/// from -1 to the size on every axis.
template <class Number>
struct BasicMarchedRay {
  Vec<Number, 3> first;   ///< the middle of the first step, in voxel indices
  Vec<Number, 3> stride;  ///< the vector from one middle to the next, in voxels
  int count;              ///< number of steps; 0 where the ray misses the volume
  Number length;          ///< length of a step [mm]

  /// `ray` is in voxel indices, `spacing` in mm; `step` is the longest step that is allowed
  /// [voxels].
  PYRONN_HOST_DEVICE BasicMarchedRay(Ray<Number> const& ray, Extents<3> const& size,
                                     Vec<Number, 3> const& spacing, Number step) {
    Number low = ray.begin;
    Number high = ray.end;
    for (int axis = 0; axis < 3; ++axis) {
      clip(ray.origin[axis], ray.direction[axis], static_cast<Number>(size[axis]), low, high);
    }
    count = 0;
    Number const path_length = (high - low) * std::sqrt(dot(ray.direction, ray.direction));
    constexpr auto longest = static_cast<Number>(1e6F);
    // The comparison is false, too, for a ray with coordinates that are not finite.
    if (!(path_length > 0 && path_length < longest)) return;
    // A ray whose length is a whole number of steps up to rounding always gets that number: 1e-3
    // keeps it from being rounded to one step more.
    constexpr auto slack = static_cast<Number>(1e-3F);
    count = 1 + static_cast<int>(max(path_length / step - slack, Number{0}));
    Number const t_step = (high - low) / static_cast<Number>(count);
    first = ray.origin + (low + Number{1} / 2 * t_step) * ray.direction;
    stride = t_step * ray.direction;
    length = t_step * std::sqrt(dot(scale(ray.direction, spacing), scale(ray.direction, spacing)));
  }

  [[nodiscard]] PYRONN_HOST_DEVICE Vec<Number, 3> sample(int n) const {
    return at(static_cast<Number>(n));
  }
  /// The same, for a number that is a whole one.
  [[nodiscard]] PYRONN_HOST_DEVICE Vec<Number, 3> at(Number n) const { return first + n * stride; }

  /// The sum of the samples in a slab of the volume times the length of a step.
  template <class Slab>
  [[nodiscard]] PYRONN_HOST_DEVICE Number integral(Slab const& slab) const {
    Number sum = 0;
    for (int n = 0; n < count; ++n) sum += slab_sample(slab, sample(n));
    return count > 0 ? length * sum : Number{0};
  }

  /// The weight [mm] with which `integral` multiplies the voxel.
  template <class Interp>
  [[nodiscard]] PYRONN_HOST_DEVICE Number weight(Vec<int, 3> const& voxel) const {
    if (count <= 0) return 0;
    Number low = 0;
    auto high = static_cast<Number>(count - 1);
    for (int axis = 0; axis < 3; ++axis) {
      if (abs(stride[axis]) < least_slope<Number>) continue;
      Number const away = static_cast<Number>(voxel[axis]) - first[axis];
      Number const a = (away - 1) / stride[axis];
      Number const b = (away + 1) / stride[axis];
      low = max(low, min(a, b));
      high = min(high, max(a, b));
    }
    if (!(low <= high + 1)) return 0;
    // Rounding may have moved a sample, so one step more is looked at on either side; its weight is
    // mostly zero.
    int const begin = max(0, static_cast<int>(low) - 1);
    int const last = min(count - 1, static_cast<int>(high) + 2);
    Number sample_weight = 0;
    for (int n = begin; n <= last; ++n) {
      Vec<Number, 3> const index = sample(n);
      Number const beside = 1 - abs(index[2] - static_cast<Number>(voxel[2]));
      if (beside > 0) {
        sample_weight += beside * bilinear_weight<Interp>(index[0], index[1], voxel[0], voxel[1]);
      }
    }
    return sample_weight * length;
  }

  /// Calls `add(voxel, weight)` for the voxels of a box, and some beside it, that have a weight:
  /// once for each sample near it.
  template <class Interp, int Dimension, class Add>
  PYRONN_HOST_DEVICE void for_each_weight(VoxelBox const& box, Add const& add) const {
    if (count <= 0) return;
    Number low = 0;
    auto high = static_cast<Number>(count - 1);
    for (int axis = 0; axis < 3; ++axis) {
      detail::clip(first[axis], stride[axis], static_cast<Number>(box.first[axis] - 1),
                   static_cast<Number>(box.end[axis]), low, high);
    }
    if (!(low <= high + 1)) return;
    int const last = min(count - 1, static_cast<int>(high) + 2);
    for (int n = max(0, static_cast<int>(low) - 1); n <= last; ++n) {
      Vec<Number, 3> const index = sample(n);
      Vec<int, 3> const lower{floor_to_int(index[0]), floor_to_int(index[1]),
                              floor_to_int(index[2])};
      bool near = true;
      for (int axis = 0; axis < 3; ++axis) {
        near = near && lower[axis] >= box.first[axis] - 1 && lower[axis] < box.end[axis];
      }
      if (near) add_sample<Interp, Dimension>(index, lower, add);
    }
  }

 private:
  template <class Interp, int Dimension, class Add>
  PYRONN_HOST_DEVICE void add_sample(Vec<Number, 3> const& index, Vec<int, 3> const& lower,
                                     Add const& add) const {
    Vec<Number, 3> const part = index - vec_cast<Number>(lower);
    for (int upper = 0; upper < (Dimension == 3 ? 2 : 1); ++upper) {
      Number const scale = length * (upper == 0 ? 1 - part[2] : part[2]);
      for (int corner = 0; corner < 4; ++corner) {
        auto const is = [corner](int n) { return corner == n ? Number{1} : Number{0}; };
        Number const weight = user::blend<Interp>(part[0], part[1], is(0), is(1), is(2), is(3));
        add(lower + Vec<int, 3>{corner & 1, corner >> 1, upper}, scale * weight);
      }
    }
  }

  /// The trilinear sample: a mean of the bilinear samples in the slices below and above. A slice
  /// that is not in this slab contributes nothing; the slab that has it adds its contribution.
  template <class Slab>
  static PYRONN_HOST_DEVICE Number slab_sample(Slab const& slab, Vec<Number, 3> const& index) {
    Number const z = index[2] - static_cast<Number>(slab.first);
    int const below = floor_to_int(z);
    Number const above_weight = z - static_cast<Number>(below);
    Number value = 0;
    if (below >= 0 && below < slab.count) {
      value = (1 - above_weight) * slab.slice(below).sample(index[0], index[1]);
    }
    if (above_weight > 0 && below + 1 >= 0 && below + 1 < slab.count) {
      value += above_weight * slab.slice(below + 1).sample(index[0], index[1]);
    }
    return value;
  }

  /// Narrows [low, high] to the t for which `base + t * slope` lies in [-1, size].
  PYRONN_HOST_DEVICE static void clip(Number base, Number slope, Number size, Number& low,
                                      Number& high) {
    if (abs(slope) < least_slope<Number>) {
      if (!(base > -1 && base < size)) high = low;
      return;
    }
    Number const a = (-1 - base) / slope;
    Number const b = (size - base) / slope;
    low = max(low, min(a, b));
    high = min(high, max(a, b));
  }
};
using MarchedRay = BasicMarchedRay<float>;

/// Whether floats can count the samples of a ray through a grid of this size, at such a step
/// [voxels].
inline bool floats_count_samples(Extents<3> const& size, float step) {
  Vec3d const box = vec_cast<double>(Vec<int, 3>{size[0] + 2, size[1] + 2, size[2] + 2});
  return length(box) < 1e7 * static_cast<double>(step);
}

/// Makes a MarchedRay for RayDrivenForward and RayDrivenBack.
struct TraceAtSteps {
  static constexpr float reach = 1.0F;

  float step;  ///< the longest step that is allowed [voxels]

  template <class Number>
  PYRONN_HOST_DEVICE BasicMarchedRay<Number> operator()(Ray<Number> const& ray,
                                                        Extents<3> const& size,
                                                        Vec<Number, 3> const& spacing) const {
    return {ray, size, spacing, static_cast<Number>(step)};
  }
};

}  // namespace pyronn::detail
