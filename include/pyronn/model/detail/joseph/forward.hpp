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
template <int Axis, int Dimension, class Number>
PYRONN_HOST_DEVICE SliceRange crossed_slices(BasicJosephRay<Number> const& ray,
                                             Extents<3> const& size, int begin, int end,
                                             Number margin) {
  constexpr int a = Axis == 0 ? 1 : 0;
  constexpr int b = Axis == 2 ? 1 : 2;
  // A ray with coordinates that are not finite crosses no slice.
  Number const probe = ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1];
  if (!(abs(probe) < beyond_all<Number>)) return {0, -1, 0, -1};
  auto const end_a = static_cast<Number>(size[a]);
  auto const end_b = static_cast<Number>(size[b]);
  Number low = max(static_cast<Number>(begin), ray.low - Number{1} / 2);
  Number high = min(static_cast<Number>(end) - 1, ray.high + Number{1} / 2);
  if (!(low <= high)) return {0, -1, 0, -1};
  int const lowest = static_cast<int>(std::ceil(low));
  int const highest = static_cast<int>(std::floor(high));
  clip(ray.base[0], ray.slope[0], Number{-1}, end_a, low, high);
  clip(ray.base[1], ray.slope[1], Number{-1}, end_b, low, high);
  if (!(low <= high)) return {0, -1, 0, -1};
  // Rounding in `clip` must not lose a slice. A slice too many does no harm: samples beyond the
  // border are zero.
  int const first = max(lowest, static_cast<int>(low) - 1);
  int const last = min(highest, static_cast<int>(high) + 2);
  Number inner_low = static_cast<Number>(first);
  Number inner_high = static_cast<Number>(last);
  clip(ray.base[0], ray.slope[0], margin, end_a - (1 + margin), inner_low, inner_high);
  if constexpr (Dimension == 3) {
    clip(ray.base[1], ray.slope[1], margin, end_b - (1 + margin), inner_low, inner_high);
  }
  if (!(inner_low <= inner_high)) return {first, last, last + 1, last};
  return {first, last, static_cast<int>(std::ceil(inner_low)),
          static_cast<int>(std::floor(inner_high))};
}

/// Joseph's forward projection: one item is a pixel of a view.
template <class Tiling, class Task>
struct JosephForward {
  using Block = typename Tiling::Block;
  using Number = typename Task::Number;
  using TracedRay = BasicJosephRay<Number>;

  Task task;

  [[nodiscard]] Extents<3> items() const { return task.pixels(); }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    ViewOfSample const of = task.split(pixel[2]);
    Ray<Number> index_ray = task.views.view(of.view, of.sample)
                                .ray(static_cast<Number>(pixel[0]), static_cast<Number>(pixel[1]));
    index_ray.origin[2] -= static_cast<Number>(task.first_slice);
    TracedRay const ray{index_ray, task.spacing};
    int const volume = task.first_volume + of.sample;
    constexpr bool staggers = Tiling::staggers && Task::VolumeTraits::interleaves_slices;
    int const stagger = staggers ? (pixel[0] + 8 * pixel[1]) & 31 : 0;
    Number sum = 0;
    if (ray.axis == 0) sum = integrate<0>(ray, volume, stagger);
    if (ray.axis == 1) sum = integrate<1>(ray, volume, 0);
    if constexpr (Task::dimension == 3) {
      if (ray.axis == 2) sum = integrate<2>(ray, volume, 0);
    }
    task.write(pixel, of, sum);
  }

 private:
  template <int Axis>
  PYRONN_HOST_DEVICE Number integrate(TracedRay const& ray, int volume, int stagger) const {
    SliceRange const range = slices<Axis>(ray);
    Number sum = 0;
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
  static PYRONN_HOST_DEVICE Number crossings(TracedRay const& ray, Planes const& planes,
                                             SliceRange const& range, int stagger) {
    bool const has_inner = range.inner_first <= range.inner_last;
    int const begin = has_inner ? range.inner_first : range.last + 1;
    int const end = has_inner ? range.inner_last + 1 : begin;
    int const middle = begin + (stagger == 0 || !has_inner ? 0 : stagger % (end - begin));
    auto const line = planes.line(ray.base, ray.slope);
    Number sum = 0;
    for (int k = middle; k < end; ++k) sum += line.sample(k);
    for (int k = begin; k < middle; ++k) sum += line.sample(k);
    for (int k = range.first == begin ? end : range.first; k <= range.last;
         k = k + 1 == begin ? end : k + 1) {
      sum += border(ray, planes, k);
    }
    return sum - uncovered(ray, planes, range);
  }

  template <class Planes>
  static PYRONN_HOST_DEVICE Number border(TracedRay const& ray, Planes const& planes, int k) {
    return planes.sample(ray.crossing(0, k), ray.crossing(1, k), k);
  }

  /// What must be subtracted where the ray begins or ends inside the volume: `crossings` counts the
  /// first and the last slice in full, the ray covers only a group_range of their depth.
  template <class Planes>
  static PYRONN_HOST_DEVICE Number uncovered(TracedRay const& ray, Planes const& planes,
                                             SliceRange const& range) {
    Number excess = 0;
    Number const first = 1 - ray.coverage(range.first);
    Number const last = 1 - ray.coverage(range.last);
    if (first > 0) excess += first * border(ray, planes, range.first);
    if (last > 0 && range.last > range.first) excess += last * border(ray, planes, range.last);
    return excess;
  }

  template <int Axis>
  PYRONN_HOST_DEVICE SliceRange slices(TracedRay const& ray) const {
    constexpr auto margin = static_cast<Number>(inner_margin - Task::VolumeTraits::padding);
    return crossed_slices<Axis, Task::dimension>(ray, task.size, 0, task.size[Axis], margin);
  }
};

}  // namespace pyronn::detail
