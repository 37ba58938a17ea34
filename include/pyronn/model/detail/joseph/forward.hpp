// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of Joseph's forward projection.
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/clip.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/detail/task.hpp>

namespace pyronn::detail {

/// The slices that a ray crosses: all of them, and the inner ones, where all four samples exist.
struct SliceRange {
  int first, last;
  int inner_first, inner_last;
};

/// How far inner slices keep away from borders [voxels]; rounding moves positions by far less.
inline constexpr float inner_margin = 1.0F / 32.0F;

/// The slices in [begin, end) that a ray crosses in a volume. Inner ones keep `margin` away from
/// the borders of the slice.
template <int Axis, int Dimension>
PYRONN_HOST_DEVICE SliceRange crossed_slices(JosephRay const& ray, Extents<3> const& size,
                                             int begin, int end, float margin) {
  constexpr int a = Axis == 0 ? 1 : 0;
  constexpr int b = Axis == 2 ? 1 : 2;
  // A ray with coordinates that are not finite crosses no slice.
  float const probe = ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1];
  if (!(abs(probe) < 1e30F)) return {0, -1, 0, -1};
  auto const end_a = static_cast<float>(size[a]);
  auto const end_b = static_cast<float>(size[b]);
  float low = max(static_cast<float>(begin), ray.low - 0.5F);
  float high = min(static_cast<float>(end) - 1.0F, ray.high + 0.5F);
  if (!(low <= high)) return {0, -1, 0, -1};
  int const lowest = static_cast<int>(std::ceil(low));
  int const highest = static_cast<int>(std::floor(high));
  clip(ray.base[0], ray.slope[0], -1.0F, end_a, low, high);
  clip(ray.base[1], ray.slope[1], -1.0F, end_b, low, high);
  if (!(low <= high)) return {0, -1, 0, -1};
  // Rounding in `clip` must not lose a slice. A slice too many does no harm: samples beyond the
  // border are zero.
  int const first = max(lowest, static_cast<int>(low) - 1);
  int const last = min(highest, static_cast<int>(high) + 2);
  float inner_low = static_cast<float>(first);
  float inner_high = static_cast<float>(last);
  clip(ray.base[0], ray.slope[0], margin, end_a - (1.0F + margin), inner_low, inner_high);
  if constexpr (Dimension == 3) {
    clip(ray.base[1], ray.slope[1], margin, end_b - (1.0F + margin), inner_low, inner_high);
  }
  if (!(inner_low <= inner_high)) return {first, last, last + 1, last};
  return {first, last, static_cast<int>(std::ceil(inner_low)),
          static_cast<int>(std::floor(inner_high))};
}

/// Joseph's forward projection: one item is a pixel of a view.
template <class Tiling, class Task>
struct JosephForward {
  using Block = typename Tiling::Block;

  Task task;

  [[nodiscard]] Extents<3> items() const { return task.pixels(); }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    ViewOfSample const of = task.split(pixel[2]);
    Ray<float> index_ray = task.views.view(of.view, of.sample)
                               .ray(static_cast<float>(pixel[0]), static_cast<float>(pixel[1]));
    index_ray.origin[2] -= static_cast<float>(task.first_slice);
    JosephRay const ray{index_ray, task.spacing};
    int const volume = task.first_volume + of.sample;
    constexpr bool staggers = Tiling::staggers && Task::VolumeTraits::interleaves_slices;
    int const stagger = staggers ? (pixel[0] + 8 * pixel[1]) & 31 : 0;
    float sum = 0.0F;
    if (ray.axis == 0) sum = integrate<0>(ray, volume, stagger);
    if (ray.axis == 1) sum = integrate<1>(ray, volume, 0);
    if constexpr (Task::dimension == 3) {
      if (ray.axis == 2) sum = integrate<2>(ray, volume, 0);
    }
    task.write(pixel, of, sum);
  }

 private:
  template <int Axis>
  PYRONN_HOST_DEVICE float integrate(JosephRay const& ray, int volume, int stagger) const {
    SliceRange const range = slices<Axis>(ray);
    float sum = 0.0F;
    int const groups = task.volumes.template plane_groups<Axis>(volume);
    for (int g = 0; g < groups; ++g) {
      auto const planes = task.template planes<Axis>(volume, g);
      SliceRange const group_range{max(range.first, planes.first), min(range.last, planes.end - 1),
                                   max(range.inner_first, planes.first),
                                   min(range.inner_last, planes.end - 1)};
      if (group_range.first <= group_range.last)
        sum += crossings(ray, planes, group_range, stagger);
    }
    return ray.step * sum;
  }

  /// The sum of the samples in a range of slices that is not empty.
  template <class Planes>
  static PYRONN_HOST_DEVICE float crossings(JosephRay const& ray, Planes const& planes,
                                            SliceRange const& range, int stagger) {
    bool const has_inner = range.inner_first <= range.inner_last;
    int const begin = has_inner ? range.inner_first : range.last + 1;
    int const end = has_inner ? range.inner_last + 1 : begin;
    int const middle = begin + (stagger == 0 || !has_inner ? 0 : stagger % (end - begin));
    auto const line = planes.line(ray.base, ray.slope);
    float sum = 0.0F;
    for (int k = middle; k < end; ++k) sum += line.sample(k);
    for (int k = begin; k < middle; ++k) sum += line.sample(k);
    for (int k = range.first == begin ? end : range.first; k <= range.last;
         k = k + 1 == begin ? end : k + 1) {
      sum += border(ray, planes, k);
    }
    return sum - uncovered(ray, planes, range);
  }

  template <class Planes>
  static PYRONN_HOST_DEVICE float border(JosephRay const& ray, Planes const& planes, int k) {
    return planes.sample(ray.crossing(0, k), ray.crossing(1, k), k);
  }

  /// What must be subtracted where the ray begins or ends inside the volume: `crossings` counts the
  /// first and the last slice in full, the ray covers only a group_range of their depth.
  template <class Planes>
  static PYRONN_HOST_DEVICE float uncovered(JosephRay const& ray, Planes const& planes,
                                            SliceRange const& range) {
    float excess = 0.0F;
    float const first = 1.0F - ray.coverage(range.first);
    float const last = 1.0F - ray.coverage(range.last);
    if (first > 0.0F) excess += first * border(ray, planes, range.first);
    if (last > 0.0F && range.last > range.first) excess += last * border(ray, planes, range.last);
    return excess;
  }

  template <int Axis>
  PYRONN_HOST_DEVICE SliceRange slices(JosephRay const& ray) const {
    constexpr float margin = inner_margin - Task::VolumeTraits::padding;
    return crossed_slices<Axis, Task::dimension>(ray, task.size, 0, task.size[Axis], margin);
  }
};

}  // namespace pyronn::detail
