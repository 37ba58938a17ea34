// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RayTable: Joseph's rays of some views of the plane, and the kernel that writes it.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/plane/axis_view.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>

namespace pyronn::detail {

/// The rays of some views, row after row of `pitch` rays. There are lines for both main axes: a ray
/// crosses slice k of its own at x + k y, and is far away in the other's.
template <class AxisView>
struct RayTable {
  float2* lines[2];    ///< of main axis x, of main axis y
  float2* ends;        ///< where rays begin and end on their main axes; null: beyond the image
  float* steps;        ///< length of a ray between two slices [mm]
  AxisView* views[2];  ///< of both main axes
  int pitch;           ///< rays of a row, the detector's and some that are far away

  /// Whole groups of pixels, and as many as windows of 16 from any pixel on may take.
  static PYRONN_HOST_DEVICE int pitch_of(int pixels) { return (pixels + 30) / 16 * 16; }

  static std::size_t bytes(int pixels, int num_views, bool has_ends) {
    std::size_t const of_ray = 2 * sizeof(float2) + (has_ends ? sizeof(float2) : 0) + sizeof(float);
    std::size_t const of_view =
        static_cast<std::size_t>(pitch_of(pixels)) * of_ray + 2 * sizeof(AxisView);
    return static_cast<std::size_t>(num_views) * of_view;
  }

  /// In memory of so many bytes, which is aligned to 16.
  RayTable(std::byte* memory, int pixels, int num_views, bool has_ends) : pitch{pitch_of(pixels)} {
    auto const count = static_cast<std::size_t>(num_views) * static_cast<std::size_t>(pitch);
    auto const take = [&memory](auto*& pointer, std::size_t length) {
      pointer = reinterpret_cast<std::remove_reference_t<decltype(pointer)>>(memory);
      memory += length * sizeof(*pointer);
    };
    take(lines[0], count);
    take(lines[1], count);
    ends = nullptr;
    if (has_ends) take(ends, count);
    take(steps, count);
    take(views[0], static_cast<std::size_t>(num_views));
    take(views[1], static_cast<std::size_t>(num_views));
  }

  /// Where the row of a view begins.
  [[nodiscard]] PYRONN_HOST_DEVICE std::size_t row(int view) const {
    return static_cast<std::size_t>(view) * static_cast<std::size_t>(pitch);
  }
};

/// Writes the rows of some views. A block has a view.
template <class Views, class AxisView>
struct TabulateRays {
  struct Block : BlockShape<256, 1, 1> {};

  Views views;
  int num_views;
  int first_view;  ///< of the table
  int pixels;
  Vec3f spacing;  ///< distance between voxels [mm]
  RayTable<AxisView> table;

  [[nodiscard]] Extents<3> items() const { return {Block::x, num_views, 1}; }

  __device__ void operator()(Vec<int, 3> item) const {
    __shared__ int first[2];
    __shared__ int last[2];
    if (item[0] < 2) {
      first[item[0]] = pixels;
      last[item[0]] = -1;
    }
    __syncthreads();
    int const row = first_view + item[1];
    auto const& view = views.view(item[1], 0);
    for (int u = item[0]; u < (table.pitch + 31) / 32 * 32; u += Block::x) {
      int const axis = write(view, row, u);
      for (int a = 0; a < 2; ++a) {
        int const of_warp[2] = {warp_min(a == axis ? u : pixels), warp_max(a == axis ? u : -1)};
        if (u % 32 != 0) continue;
        atomicMin(first + a, of_warp[0]);
        atomicMax(last + a, of_warp[1]);
      }
    }
    __syncthreads();
    if (item[0] < 2) {
      table.views[item[0]][row] = AxisView{view, item[0], {first[item[0]], last[item[0]]}};
    }
  }

 private:
  /// A ray so far away does not cross the image in any slice; where it is one of many, products
  /// with its sample are zero.
  static constexpr float farthest = 2097152.0F;

  /// Writes a ray and returns its main axis; -1: it has none.
  template <class View>
  __device__ int write(View const& view, int row, int u) const {
    if (u >= table.pitch) return -1;
    std::size_t const at = table.row(row) + static_cast<std::size_t>(u);
    float2 const far_away = make_float2(-farthest, 0.0F);
    int axis = -1;
    float2 line = far_away;
    float2 ends = make_float2(0.0F, 0.0F);
    float step = 0.0F;
    if (u < pixels) {
      JosephRay const ray{view.ray(static_cast<float>(u), 0.0F), spacing};
      // A ray with coordinates that are not finite crosses no slice.
      bool const is_finite = abs(ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1]) < 1e30F;
      if (is_finite && ray.axis < 2) {
        axis = ray.axis;
        line = make_float2(clamp(ray.base[0], -farthest, farthest), ray.slope[0]);
        ends = make_float2(ray.low, ray.high);
        step = ray.step;
      }
    }
    table.lines[0][at] = axis == 0 ? line : far_away;
    table.lines[1][at] = axis == 1 ? line : far_away;
    if (table.ends != nullptr) table.ends[at] = ends;
    table.steps[at] = step;
    return axis;
  }
};

/// Fills in the table of some views, counted from the first of a range, of one sample's scan.
/// `launch` is called with each kernel.
template <class Views, class Range, class AxisView, class Launch>
void tabulate_rays(Views const& views, Range const& all, int pixels, Vec3f const& spacing,
                   RayTable<AxisView> const& table, Launch const& launch) {
  using Chunk = typename Views::Chunk;
  views.for_each_launch(all, {}, [&](Range const& range) {
    launch(TabulateRays<Chunk, AxisView>{views.chunk(range), range.views.count,
                                         range.first_view - all.first_view, pixels, spacing,
                                         table});
  });
}

}  // namespace pyronn::detail
