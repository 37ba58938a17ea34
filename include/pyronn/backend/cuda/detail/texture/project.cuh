// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of Joseph's forward projection through slabs of planes that the texture unit reads.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/texture/plane_slab.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/joseph/forward.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>

namespace pyronn::detail {

/// Joseph's forward projection of the rays whose main axis is `Axis`, through a slab of the planes
/// perpendicular to it. All these rays cross the same planes, whatever their slope. An item is a
/// pixel: (row, column, view).
template <int Axis, class Views, class Out>
struct ProjectPlanes {
  /// Where rays are about a voxel apart, no other ray of a view reads much of what one has read. So
  /// blocks have four neighbouring views of the same pixels, which find in the L1 cache what the
  /// others have read; and blocks of neighbouring views run together, for the L2 cache.
  struct Block : BlockShape<8, 8, 4> {
    static constexpr int warp_x = 8;
    static constexpr int min_blocks_per_sm = 6;
    static constexpr int z_swizzle = 6;
  };

  Views views;
  int num_views;
  PlaneSlab<Axis> planes;
  Extents<3> size;  ///< size of the volume
  int first_slice;  ///< z slice of the grid with which the volume begins
  Vec3f spacing;    ///< distance between voxels [mm]
  ArrayView<Out, 4> projections;
  bool adds;

  [[nodiscard]] Extents<3> items() const {
    return {projections.extents[1], projections.extents[0], num_views};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const u = item[1];
    int const v = item[0];
    Ray<float> index_ray = views.view(item[2], 0).ray(static_cast<float>(u), static_cast<float>(v));
    index_ray.origin[2] -= static_cast<float>(first_slice);
    JosephRay const ray{index_ray, spacing};
    SliceRange range{0, -1, 0, -1};
    if (ray.axis == Axis) range = slices(ray);
    bool const crosses = range.first <= range.last;
    if (adds && !crosses) return;
    float const sum = crosses ? ray.step * integrate(ray, range) : 0.0F;
    write_or_add(projections(u, v, item[2], 0), sum, adds);
  }

 private:
  static constexpr int along = PlaneSlab<Axis>::along;
  static constexpr int across = PlaneSlab<Axis>::across;
  using Group = typename PlaneSlab<Axis>::Group;

  /// Most rays go through the whole slab away from all borders, which is found out faster.
  [[nodiscard]] __device__ SliceRange slices(JosephRay const& ray) const {
    int const first = planes.first;
    int const last = planes.end - 1;
    bool inside =
        ray.low <= static_cast<float>(first) - 0.5F && ray.high >= static_cast<float>(last) + 0.5F;
    for (int other = 0; other < 2; ++other) {
      int const axis = other == 0 ? (Axis == 0 ? 1 : 0) : (Axis == 2 ? 1 : 2);
      float const ends[2] = {ray.crossing(other, first), ray.crossing(other, last)};
      inside = inside && min(ends[0], ends[1]) >= inner_margin &&
               max(ends[0], ends[1]) <= static_cast<float>(size[axis] - 1) - inner_margin;
    }
    if (inside) return {first, last, first, last};
    return crossed_slices<Axis, 3>(ray, size, first, planes.end, inner_margin);
  }

  /// The sum of the samples in a range of slices that is not empty.
  [[nodiscard]] __device__ float integrate(JosephRay const& ray, SliceRange const& range) const {
    float sum = 0.0F;
    int const groups = planes.num_groups();
    for (int n = 0; n < groups; ++n) {
      Group const group = planes.group(n);
      add_inner(ray, group, max(range.inner_first, group.first),
                min(range.inner_last + 1, group.end), sum);
    }
    if (range.inner_first > range.first || range.inner_last < range.last ||
        ray.coverage(range.first) < 1.0F || ray.coverage(range.last) < 1.0F) {
      for (int n = 0; n < groups; ++n) add_border(ray, planes.group(n), range, sum);
    }
    return sum;
  }

  __device__ void add_inner(JosephRay const& ray, Group const& group, int begin, int end,
                            float& sum) const {
    // Planes are counted from the first of the group, as rows in its texture are.
    float const a = ray.crossing(along, group.first);
    float const b = ray.crossing(across, group.first);
    for (int n = begin - group.first; n < end - group.first; ++n) {
      auto const behind = static_cast<float>(n);
      sum += planes.image(group, behind)
                 .sample_inside(a + behind * ray.slope[along], b + behind * ray.slope[across]);
    }
  }

  /// Adds the slices near borders, and takes off what a ray that begins or ends inside the volume
  /// does not cover of its first and last slice.
  __device__ void add_border(JosephRay const& ray, Group const& group, SliceRange const& range,
                             float& sum) const {
    int const last = min(range.last, group.end - 1);
    for (int k = max(range.first, group.first); k <= last; ++k) {
      bool const is_inner = k >= range.inner_first && k <= range.inner_last;
      bool const is_end = k == range.first || k == range.last;
      if (is_inner && !is_end) continue;
      float const weight = (is_end ? ray.coverage(k) : 1.0F) - (is_inner ? 1.0F : 0.0F);
      sum += weight * planes.image(group, static_cast<float>(k - group.first))
                          .sample(ray.crossing(along, k), ray.crossing(across, k));
    }
  }
};

}  // namespace pyronn::detail
