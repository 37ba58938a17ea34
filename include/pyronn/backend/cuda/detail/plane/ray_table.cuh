// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tables of Joseph's rays of some views of the plane, and the kernel that writes them.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <type_traits>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/plane/axis_view.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// A ray of a table.
struct PlaneRay {
  int axis;     ///< its main axis; -1: it crosses nothing
  float2 line;  ///< it crosses slice k at x + k y
  float2 ends;  ///< where it begins and ends on its main axis
  float step;   ///< its length between two slices [mm]

  /// A ray so far away does not cross the image in any slice.
  static __device__ float2 far_away() { return make_float2(-2097152.0F, 0.0F); }
  /// Its line among those of a main axis.
  [[nodiscard]] __device__ float2 line_of(int a) const { return a == axis ? line : far_away(); }
};

/// The rows of a table: a view has as many rays as its detector has pixels, and some that are far
/// away, so that windows of 16 from any pixel on may be read.
inline PYRONN_HOST_DEVICE int pitch_of_rays(int pixels) { return (pixels + 30) / 16 * 16; }

/// Cuts memory into arrays, one after another.
class MemoryCut {
 public:
  explicit MemoryCut(std::byte* memory) : next_{memory} {}

  template <class T>
  void take(T*& array, std::size_t count) {
    array = reinterpret_cast<T*>(next_);
    next_ += count * sizeof(T);
  }

 private:
  std::byte* next_;
};

/// The lines of rays, for any samples.
template <class AxisView>
struct RayTable {
  float2* lines[2];    ///< of main axis x, of main axis y
  float* steps;        ///< [mm]
  AxisView* views[2];  ///< of both main axes
  int pitch;           ///< rays of a row

  static std::size_t bytes(int pixels, int num_views) {
    std::size_t const of_view =
        static_cast<std::size_t>(pitch_of_rays(pixels)) * (2 * sizeof(float2) + sizeof(float)) +
        2 * sizeof(AxisView);
    return static_cast<std::size_t>(num_views) * of_view;
  }

  /// In so many bytes of memory, which is aligned to 16.
  RayTable(std::byte* memory, int pixels, int num_views) : pitch{pitch_of_rays(pixels)} {
    auto const views_count = static_cast<std::size_t>(num_views);
    std::size_t const count = views_count * static_cast<std::size_t>(pitch);
    MemoryCut cut{memory};
    for (float2*& of_axis : lines) cut.take(of_axis, count);
    cut.take(steps, count);
    for (AxisView*& of_axis : views) cut.take(of_axis, views_count);
  }

  __device__ void put(PlaneRay const& ray, int view, int u) const {
    int const at = view * pitch + u;
    for (int axis = 0; axis < 2; ++axis) lines[axis][at] = ray.line_of(axis);
    steps[at] = ray.step;
  }
};

/// Rays with one sample each, and where they end.
template <class AxisView, class T>
struct SampledRays {
  float2* lines[2];  ///< of main axis x, of main axis y
  float2* ends;      ///< on the main axis; null: beyond the image
  float* products;   ///< samples times steps
  AxisView* views[2];
  int pitch;
  ArrayView<T const, 4> samples;  ///< (u, 1, view, 1), from the first view on

  static std::size_t bytes(int pixels, int num_views, bool has_ends) {
    std::size_t const of_ray = (has_ends ? 3 : 2) * sizeof(float2) + sizeof(float);
    std::size_t const of_view =
        static_cast<std::size_t>(pitch_of_rays(pixels)) * of_ray + 2 * sizeof(AxisView);
    return static_cast<std::size_t>(num_views) * of_view;
  }

  /// In so many bytes of memory, which is aligned to 16.
  SampledRays(std::byte* memory, int num_views, bool has_ends, ArrayView<T const, 4> samples_)
      : ends{nullptr}, pitch{pitch_of_rays(samples_.extents[0])}, samples{samples_} {
    auto const views_count = static_cast<std::size_t>(num_views);
    std::size_t const count = views_count * static_cast<std::size_t>(pitch);
    MemoryCut cut{memory};
    for (float2*& of_axis : lines) cut.take(of_axis, count);
    if (has_ends) cut.take(ends, count);
    cut.take(products, count);
    for (AxisView*& of_axis : views) cut.take(of_axis, views_count);
  }

  __device__ void put(PlaneRay const& ray, int view, int u) const {
    int const at = view * pitch + u;
    for (int axis = 0; axis < 2; ++axis) lines[axis][at] = ray.line_of(axis);
    products[at] =
        u < samples.extents[0] ? load_float(&samples(u, 0, view, 0), 0) * ray.step : 0.0F;
    if (ends != nullptr) ends[at] = ray.ends;
  }
};

/// Writes the rows of some views. A block has a view.
template <class Views, class Table>
struct TabulateRays {
  struct Block : BlockShape<1024, 1, 1> {};

  Views views;
  int num_views;
  int first_view;  ///< of the table
  int pixels;
  Vec3f spacing;  ///< distance between voxels [mm]
  Table table;

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
      PlaneRay const ray = ray_of(view, u);
      if (u < table.pitch) table.put(ray, row, u);
      for (int axis = 0; axis < 2; ++axis) {
        int const lowest = warp_min(ray.axis == axis ? u : pixels);
        int const highest = warp_max(ray.axis == axis ? u : -1);
        if (u % 32 != 0) continue;
        atomicMin(first + axis, lowest);
        atomicMax(last + axis, highest);
      }
    }
    __syncthreads();
    if (item[0] < 2) {
      using AxisView = std::remove_pointer_t<std::remove_extent_t<decltype(table.views)>>;
      table.views[item[0]][row] = AxisView{view, item[0], {first[item[0]], last[item[0]]}};
    }
  }

 private:
  template <class View>
  __device__ PlaneRay ray_of(View const& view, int u) const {
    PlaneRay const nothing{-1, PlaneRay::far_away(), {0.0F, 0.0F}, 0.0F};
    if (u >= pixels) return nothing;
    JosephRay const ray{view.ray(static_cast<float>(u), 0.0F), spacing};
    // A ray with coordinates that are not finite crosses no slice.
    bool const is_finite = abs(ray.base[0] + ray.base[1] + ray.slope[0] + ray.slope[1]) < 1e30F;
    if (!is_finite || ray.axis == 2) return nothing;
    float const farthest = -PlaneRay::far_away().x;
    return {ray.axis,
            {clamp(ray.base[0], -farthest, farthest), ray.slope[0]},
            {ray.low, ray.high},
            ray.step};
  }
};

/// Views of the plane, as many as fit the argument of a launch.
template <int Capacity>
struct PlaneViews {
  LaunchTable<PlaneView, Capacity> views;

  __device__ PlaneView const& view(int n, int) const { return views[n]; }
};

inline constexpr int most_tabulated_views = 448;
inline constexpr int few_tabulated_views = 128;

/// Fills in the table of views that are projective, `Capacity` in a launch.
template <int Capacity, class Views, class Table, class Launch>
void tabulate_projective(Views const& views, LaunchRange const& all, int pixels,
                         Vec3f const& spacing, Table const& table, Launch const& launch) {
  TabulateRays<PlaneViews<Capacity>, Table> kernel{{}, 0, 0, pixels, spacing, table};
  auto const launch_some = [&] {
    launch(kernel);
    kernel.first_view += kernel.num_views;
    kernel.num_views = 0;
  };
  views.for_each_view(all, [&](IndexMapAndRays const& view) {
    if (kernel.num_views == Capacity) launch_some();
    kernel.views.views[kernel.num_views++] = PlaneView{view};
  });
  launch_some();
}

/// Fills in the table of a range of views of one sample's scan. `launch` is called with each
/// kernel.
template <class Views, class Table, class Launch>
void tabulate_rays(Views const& views, LaunchRange const& all, int pixels, Vec3f const& spacing,
                   Table const& table, Launch const& launch) {
  using Chunk = typename Views::Chunk;
  if constexpr (std::is_same_v<Chunk, ViewTable<IndexMapAndRays>>) {
    // A launch costs the longer the longer its argument is, whatever that holds.
    if (all.views.count <= few_tabulated_views) {
      tabulate_projective<few_tabulated_views>(views, all, pixels, spacing, table, launch);
    } else {
      tabulate_projective<most_tabulated_views>(views, all, pixels, spacing, table, launch);
    }
  } else {
    views.for_each_launch(all, {}, [&](LaunchRange const& range) {
      launch(TabulateRays<Chunk, Table>{views.chunk(range), range.views.count,
                                        range.first_view - all.first_view, pixels, spacing, table});
    });
  }
}

/// How many kernels that takes.
template <class Views>
int tabulating_launches(Views const& views, LaunchRange const& all) {
  if constexpr (std::is_same_v<typename Views::Chunk, ViewTable<IndexMapAndRays>>) {
    return (all.views.count - 1) / most_tabulated_views + 1;
  } else {
    int count = 0;
    views.for_each_launch(all, {}, [&](LaunchRange const&) { ++count; });
    return count;
  }
}

}  // namespace pyronn::detail
