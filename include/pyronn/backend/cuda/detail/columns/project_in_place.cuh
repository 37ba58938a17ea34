// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of Joseph's forward projection of z-aligned views without a copy.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <cuda_runtime.h>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/joseph/ray_column.hpp>

namespace pyronn::detail {

/// Joseph's forward projection of z-aligned views from the caller's memory. An item is `rays`
/// neighbouring pixels of a detector column. Their rays have the same path in (x, y), and rays that
/// cross a slice between the same two voxels along z read the same samples, which are loaded once.
template <class Views, class In, class Out>
struct ProjectColumnsInPlace {
  struct Block : BlockShape<32, 4, 1> {
    static constexpr int min_blocks_per_sm = 10;
  };
  static constexpr int rays = 6;

  Views views;
  int num_views;
  LinearSamples<SoftwareInterp, In> volumes;
  int sample;
  Vec3f spacing;  ///< distance between voxels [mm]
  ArrayView<Out, 4> projections;
  bool adds;

  [[nodiscard]] Extents<3> items() const {
    return {projections.extents[0], (projections.extents[1] - 1) / rays + 1, num_views};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const first_row = item[1] * rays;
    auto const u = static_cast<float>(item[0]);
    auto const& view = views.view(item[2], 0);
    RayColumn const column{view, u, static_cast<float>(first_row), spacing};
    float sums[rays] = {};
    if (column.ray.axis == 0) integrate<0>(column, first_row, sums);
    if (column.ray.axis == 1) integrate<1>(column, first_row, sums);
    for (int i = 0; i < rays && first_row + i < projections.extents[1]; ++i) {
      JosephRay const ray{view.ray(u, static_cast<float>(first_row + i)), spacing};
      write_or_add(projections(item[0], first_row + i, item[2], 0), sums[i] * ray.step, adds);
    }
  }

 private:
  template <int Axis>
  __device__ void integrate(RayColumn const& column, int first_row, float (&sums)[rays]) const {
    Extents<4> const& size = volumes.array.extents;
    SliceRange const path = column.path(0, size[Axis], size[1 - Axis]);
    if (path.first > path.last) return;
    float low = max(static_cast<float>(path.first), column.ray.low + 0.5F);
    float high = min(static_cast<float>(path.last), column.ray.high - 0.5F);
    constexpr float margin = 1.0F / 32.0F;
    clip(column.ray.base[0], column.ray.slope[0], margin,
         static_cast<float>(size[1 - Axis] - 1) - margin, low, high);
    int const rows = min(rays, projections.extents[1] - first_row);
    column.narrow(low, high, 0.0F, size[2]);
    column.narrow(low, high, static_cast<float>(rows - 1), size[2]);
    bool const has_inner = low <= high;
    int const begin = has_inner ? static_cast<int>(std::ceil(low)) : path.last + 1;
    int const end = has_inner ? static_cast<int>(std::floor(high)) + 1 : begin;
    Slices<Axis> const slices{volumes.array, sample};
    // Rows beyond the detector repeat the ray of its last row; their sums are not written.
    auto const last_row = static_cast<float>(rows - 1);
    for (int k = begin; k < end; ++k) slices.add(column, k, last_row, sums);
    add_border<Axis>(column, path, begin, end, rows, sums);
  }

  /// Adds the slices of a path before `begin` and from `end` on.
  template <int Axis>
  __device__ void add_border(RayColumn const& column, SliceRange const& path, int begin, int end,
                             int rows, float (&sums)[rays]) const {
    auto const planes = volumes.template planes<3, Axis>(sample, 0);
    for (int k = path.first == begin ? end : path.first; k <= path.last;
         k = k + 1 == begin ? end : k + 1) {
      float const a = column.ray.crossing(0, k);
      float const coverage = column.ray.coverage(k);
      float const z = column.ray.crossing(1, k);
      float const z_step = column.base_step + static_cast<float>(k) * column.slope_step;
      for (int i = 0; i < rays; ++i) {
        if (i < rows) sums[i] += coverage * planes.sample(a, z + static_cast<float>(i) * z_step, k);
      }
    }
  }

  /// The slices perpendicular to an axis, at positions where all samples exist.
  template <int Axis>
  struct Slices {
    In const* lower;  ///< the first element
    In const* upper;  ///< its neighbour along the other of the axes x and y
    unsigned slice_stride;
    unsigned across_stride;
    unsigned z_stride;
    unsigned origin;

    __device__ Slices(ArrayView<In const, 4> const& array, int sample)
        : slice_stride{Axis == 0 ? 1U : static_cast<unsigned>(array.extents[0])},
          across_stride{Axis == 0 ? static_cast<unsigned>(array.extents[0]) : 1U},
          z_stride{static_cast<unsigned>(array.extents[0] * array.extents[1])},
          origin{hide_from_optimizer(grid_index_origin * (across_stride + z_stride))} {
      lower = hide_from_optimizer(array.data + sample * array.slice_count());
      upper = hide_from_optimizer(lower + across_stride);
    }

    /// Adds the samples of slice k. All rays between the same two voxels along z use the same two
    /// values, which are interpolated across the path once.
    __device__ void add(RayColumn const& column, int k, float last_row, float (&sums)[rays]) const {
      auto const n = static_cast<float>(k);
      GridIndex const across = grid_index_of(column.ray.base[0] + n * column.ray.slope[0]);
      unsigned const path =
          across.index * across_stride + (static_cast<unsigned>(k) * slice_stride - origin);
      auto const load = [&](unsigned row) {
        auto const offset = static_cast<int>(row * z_stride + path);
        float const near = load_float(lower, offset);
        return near + across.fraction * (load_float(upper, offset) - near);
      };
      float const z0 = column.ray.base[1] + n * column.ray.slope[1];
      float const z_step = column.base_step + n * column.slope_step;
      unsigned row = grid_index_of(z0).index;
      float below = load(row);
      float above = load(row + 1);
      for (int i = 0; i < rays; ++i) {
        GridIndex const node = grid_index_of(z0 + min(static_cast<float>(i), last_row) * z_step);
        if (node.index != row) {
          below = node.index == row + 1 ? above : load(node.index);
          above = load(node.index + 1);
          row = node.index;
        }
        sums[i] += below + node.fraction * (above - below);
      }
    }
  };
};

}  // namespace pyronn::detail
