// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/joseph_ray.hpp>
#include <pyronn/model/tiling.hpp>

namespace pyronn::detail {

/// The slices that a ray crosses, all of them and those where no border is near.
struct SliceRange {
  int first, last;
  int inner_first, inner_last;
};

/// Narrows [low, high] to where `base + k * slope` lies in [from, to]; empty where low > high.
PYRONN_HOST_DEVICE inline void clip(float base, float slope, float from, float to, float& low,
                                    float& high) {
  if (abs(slope) < 1e-12F) {
    if (base >= from && base <= to) return;
    low = 1.0F;
    high = 0.0F;
    return;
  }
  float const per_unit = 1.0F / slope;
  float const a = (from - base) * per_unit;
  float const b = (to - base) * per_unit;
  low = max(low, min(a, b));
  high = min(high, max(a, b));
}

/// Joseph's forward projection: one work item is a pixel of a view.
template <class Views, class Samples>
struct JosephForward {
  using Block = BlockShape<32, 4, 1>;

  Views views;
  Samples volume;
  Extents<3> size;  ///< of the slab of the volume that is read
  int first_slice;  ///< where the slab begins in z
  Vec3f spacing;    ///< of the voxels [mm]
  ProjectionView<float> projections;
  bool adds;  ///< to what the projections hold, as all slabs but the first do

  [[nodiscard]] Extents<3> items() const { return projections.extents; }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    Ray<float> world_ray =
        views.view(pixel[2]).ray(static_cast<float>(pixel[0]), static_cast<float>(pixel[1]));
    world_ray.origin[2] -= static_cast<float>(first_slice);
    JosephRay const ray{world_ray, spacing};
    float sum = 0.0F;
    if (ray.axis == 0) sum = integrate<0>(ray);
    if (ray.axis == 1) sum = integrate<1>(ray);
    if (ray.axis == 2) sum = integrate<2>(ray);
    float& target = projections(pixel[0], pixel[1], pixel[2]);
    target = adds ? target + sum : sum;
  }

 private:
  template <int Axis>
  PYRONN_HOST_DEVICE float integrate(JosephRay const& ray) const {
    SliceRange const range = slices<Axis>(ray);
    if (range.first > range.last) return 0.0F;
    float sum = 0.0F;
    for (int k = range.first; k < range.inner_first; ++k) sum += sample<Axis>(ray, k);
    for (int k = range.inner_first; k <= range.inner_last; ++k) {
      sum += volume.template plane<Axis>(k).sample_inside(ray.crossing(0, k), ray.crossing(1, k));
    }
    for (int k = range.inner_last + 1; k <= range.last; ++k) sum += sample<Axis>(ray, k);
    return ray.step * (sum - uncovered<Axis>(ray, range));
  }

  template <int Axis>
  PYRONN_HOST_DEVICE float sample(JosephRay const& ray, int k) const {
    return volume.template plane<Axis>(k).sample(ray.crossing(0, k), ray.crossing(1, k));
  }

  /// What the first and last slice count too much where the ray begins or ends inside the volume.
  template <int Axis>
  PYRONN_HOST_DEVICE float uncovered(JosephRay const& ray, SliceRange const& range) const {
    float excess = 0.0F;
    float const first = 1.0F - ray.coverage(range.first);
    float const last = 1.0F - ray.coverage(range.last);
    if (first > 0.0F) excess += first * sample<Axis>(ray, range.first);
    if (last > 0.0F && range.last > range.first) excess += last * sample<Axis>(ray, range.last);
    return excess;
  }

  template <int Axis>
  PYRONN_HOST_DEVICE SliceRange slices(JosephRay const& ray) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    // A ray that is not made of numbers meets nothing.
    float const probe = ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1];
    if (!(abs(probe) < 1e30F)) return {0, -1, 0, -1};
    auto const end = static_cast<float>(size[Axis]);
    auto const end_a = static_cast<float>(size[a]);
    auto const end_b = static_cast<float>(size[b]);
    float low = max(0.0F, ray.low - 0.5F);
    float high = min(end - 1.0F, ray.high + 0.5F);
    if (!(low <= high)) return {0, -1, 0, -1};
    int const begin = static_cast<int>(std::ceil(low));
    int const finish = static_cast<int>(std::floor(high));
    clip(ray.base[0], ray.slope[0], -1.0F, end_a, low, high);
    clip(ray.base[1], ray.slope[1], -1.0F, end_b, low, high);
    if (!(low <= high)) return {0, -1, 0, -1};
    // Rounding in `clip` must not lose a slice; beyond the border a sample is zero.
    int const first = max(begin, static_cast<int>(low) - 1);
    int const last = min(finish, static_cast<int>(high) + 2);
    float inner_low = static_cast<float>(first);
    float inner_high = static_cast<float>(last);
    constexpr float margin = 1.0F / 32.0F;
    clip(ray.base[0], ray.slope[0], margin, end_a - (1.0F + margin), inner_low, inner_high);
    clip(ray.base[1], ray.slope[1], margin, end_b - (1.0F + margin), inner_low, inner_high);
    if (!(inner_low <= inner_high)) return {first, last, last + 1, last};
    return {first, last, static_cast<int>(std::ceil(inner_low)),
            static_cast<int>(std::floor(inner_high))};
  }
};

}  // namespace pyronn::detail
