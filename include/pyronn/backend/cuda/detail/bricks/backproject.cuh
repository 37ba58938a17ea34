// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of the transpose of a model that follows rays: brick by brick of the volume.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/brick_totals.cuh>
#include <pyronn/backend/cuda/detail/bricks/fixed_point.cuh>
#include <pyronn/backend/cuda/detail/bricks/joseph_ray.cuh>
#include <pyronn/backend/cuda/detail/bricks/largest_pixel.cuh>
#include <pyronn/backend/cuda/detail/bricks/marched_ray.cuh>
#include <pyronn/backend/cuda/detail/bricks/pixel_run.cuh>
#include <pyronn/backend/cuda/detail/bricks/ray_density.cuh>
#include <pyronn/backend/cuda/detail/bricks/ray_in_brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/shadow.cuh>
#include <pyronn/backend/cuda/detail/bricks/siddon_ray.cuh>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// A block has a brick of voxels in shared memory and follows the rays that may meet it. Its warps
/// take batches of rays as they come, and add to the brick in whole numbers (FixedPoint), so that
/// sums do not depend on who comes first. Views are added in groups, after each of which the sums
/// are moved to totals in floats: a group has as many views as the sums have room for. Bricks lie
/// in the grid, so that sums are the same whatever slab is computed.
///
/// What a ray adds to a voxel is rounded by at most 2^-22 of the most that any ray could add: the
/// largest pixel that the brick sees in the views of a group times the largest weight. What a run
/// of rays adds is a difference of four sums that are each rounded so. Rounding errors of n
/// additions sum up to about sqrt(n) / 3 of that, as those of a sum in floats would. So a pixel
/// that is much larger than all others costs bits where its ray passes, and in the bricks that it
/// meets. With fewer rays than a group may have rounding errors are less.
template <class Trace, class Interp, class Task>
struct TransposeBricks {
  using Rays = RaysInBrick<Trace, Interp>;
  using Shadow = BrickShadow;
  static constexpr int warps = 32;
  static constexpr int threads = warps * 32;
  struct Block : BlockShape<threads, 1, 1> {};

  Task task;
  Trace trace;
  BrickLayout layout;

  static constexpr std::size_t shared_bytes(BrickLayout const& layout) {
    return static_cast<std::size_t>(num_numbers(layout)) * sizeof(float) + sizeof(Fixed);
  }
  [[nodiscard]] std::size_t shared_bytes() const { return shared_bytes(layout); }

  [[nodiscard]] Extents<3> items() const {
    constexpr int width = BrickLayout::width;
    return {((task.size[0] - 1) / width + 1) * threads, (task.size[1] - 1) / width + 1,
            bricks_along_z() * task.num_samples};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const sample = item[2] / bricks_along_z();
    BrickMemory const brick{
        box_of({item[0] / threads, item[1], item[2] - sample * bricks_along_z() + first_brick()}),
        layout};
    BrickTotals const totals = totals_of(brick.box(), sample);
    for_each_voxel(totals.box(),
                   [&](Vec<int, 3> const& voxel) { totals.of(voxel) = task.begin(voxel, sample); });
    for (int n = thread(); n < layout.num_sums(); n += threads) brick.sum(n) = 0;
    find_shadows(brick.box(), sample);
    Group group{};
    while (next_group(group)) {
      add_group(brick, totals, group, sample);
      __syncthreads();
      move_sums(brick, totals, group);
    }
    if (!layout.has_totals) return;
    for_each_voxel(totals.box(),
                   [&](Vec<int, 3> const& voxel) { task.write(voxel, sample, totals.of(voxel)); });
  }

  [[nodiscard]] __device__ auto traced(typename Task::View const& view, int u, int v) const {
    return user::trace(trace, view.ray(static_cast<float>(u), static_cast<float>(v)), task.size,
                       task.spacing);
  }

 private:
  using View = typename Task::View;

  /// Batches that are added before sums are moved.
  struct Group {
    int first_view;
    int next_view;  ///< with which the next group begins
    int end_batch;  ///< one past the last
    float rays;     ///< at most so many touch a voxel
    float largest;  ///< pixel
  };

  /// What shared memory holds but for the arrays of voxels.
  struct Fixed {
    Shadow shadows[BrickLayout::most_views];
    int next_batch;
  };
  static __host__ __device__ constexpr int num_numbers(BrickLayout const& layout) {
    return layout.num_sums() + layout.num_totals();
  }
  [[nodiscard]] __device__ Fixed& fixed() const {
    return *reinterpret_cast<Fixed*>(memory_of_brick() + num_numbers(layout) / 4);
  }

  static __device__ int thread() { return static_cast<int>(threadIdx.x); }
  static __device__ int warp() { return thread() / 32; }
  static __device__ int lane() { return thread() % 32; }

  [[nodiscard]] __host__ __device__ int first_brick() const {
    return task.first_slice / layout.height;
  }
  [[nodiscard]] __host__ __device__ int bricks_along_z() const {
    return (task.end_slice() - 1) / layout.height + 1 - first_brick();
  }
  [[nodiscard]] __device__ VoxelBox box_of(Vec<int, 3> const& brick) const {
    VoxelBox box{};
    for (int axis = 0; axis < 3; ++axis) {
      int const size = BrickLayout::size(axis, layout.height);
      box.first[axis] = brick[axis] * size;
      box.end[axis] = min(box.first[axis] + size, task.size[axis]);
    }
    return box;
  }
  /// Of the voxels of a brick that are in the slab.
  [[nodiscard]] __device__ BrickTotals totals_of(VoxelBox box, int sample) const {
    constexpr int width = BrickLayout::width;
    box.first[2] = max(box.first[2], task.first_slice);
    box.end[2] = min(box.end[2], task.end_slice());
    if constexpr (std::is_same_v<typename Task::Element, float>) {
      if (!layout.has_totals) {
        std::int64_t const row = task.size[0];
        return {box, &task.at(box.first, sample), row, row * task.size[1]};
      }
    }
    auto* const numbers = reinterpret_cast<float*>(memory_of_brick());
    return {box, numbers + layout.num_sums(), width, width * width};
  }

  /// Calls `work(voxel)` for the voxels of a brick, a thread for the same ones each time.
  /// Neighbouring threads have neighbouring voxels.
  template <class Work>
  static __device__ void for_each_voxel(VoxelBox const& box, Work const& work) {
    constexpr int width = BrickLayout::width;
    int const x = box.first[0] + lane();
    if (x >= box.end[0]) return;
    for (int row = warp(); row < width * (box.end[2] - box.first[2]); row += warps) {
      int const y = box.first[1] + row % width;
      if (y < box.end[1]) work(Vec<int, 3>{x, y, box.first[2] + row / width});
    }
  }

  /// Of all views, with their largest pixels and the numbers of their batches.
  __device__ void find_shadows(VoxelBox const& box, int sample) const {
    for (int n = thread(); n < task.num_views; n += threads) {
      fixed().shadows[n] = shadow_of(task.views.view(n, sample), box);
    }
    __syncthreads();
    for (int n = warp(); n < task.num_views; n += warps) {
      find_largest_pixel(pixels_of(n, sample), task.detector[0], fixed().shadows[n]);
    }
    __syncthreads();
    if (thread() == 0) {
      int batches = 0;
      for (int n = 0; n < task.num_views; ++n) {
        batches += fixed().shadows[n].num_batches;
        fixed().shadows[n].end_batch = batches;
      }
      fixed().next_batch = 0;
    }
    __syncthreads();
  }

  /// With runs of pixels where the rays in the shadow's middle are as near as those must be.
  [[nodiscard]] __device__ Shadow shadow_of(View const& view, VoxelBox const& box) const {
    RayDensity density{};
    Shadow shadow = Shadow::of(view, box, Trace::reach, task.detector, density);
    if (shadow.size[0] == 0) return shadow;
    shadow.set_rays(Rays::has_weights_of_hats ? density.weights : density.rays, View::is_projective,
                    task.detector);
    shadow.set_runs(density, density.along, 1);
    if constexpr (Rays::has_runs) {
      for (int axis : {1 - density.along, density.along}) {
        int const run = run_along(view, box, shadow, axis);
        if (run != 1) shadow.set_runs(density, axis, run);
      }
    }
    return shadow;
  }
  [[nodiscard]] __device__ int run_along(View const& view, VoxelBox const& box,
                                         Shadow const& shadow, int axis) const {
    if (!layout.has_room_for_runs() || shadow.size[axis] < 2) return 1;
    int pixel[2] = {shadow.first[0] + shadow.size[0] / 2, shadow.first[1] + shadow.size[1] / 2};
    auto const next = traced(view, pixel[0], pixel[1]);
    --pixel[axis];
    return Rays::run_along(traced(view, pixel[0], pixel[1]), next, box);
  }

  [[nodiscard]] __device__ auto const* pixels_of(int n, int sample) const {
    auto const view = static_cast<std::int64_t>(task.first_view + sample * task.view_stride + n);
    return task.projections.array.data + view * (task.detector[0] * task.detector[1]);
  }

  /// Makes `group` the next one: of whole views, or of a few batches of a view of which nothing
  /// better is known. Whether there is one.
  [[nodiscard]] __device__ bool next_group(Group& group) const {
    constexpr auto most = static_cast<float>(FixedPoint::most_rays);
    constexpr auto most_converted = static_cast<float>(FixedPoint::most_converted_rays);
    float const wanted = Rays::few_weight(trace, task.spacing) > 0.0F ? most : most_converted;
    group = {group.next_view, group.next_view, group.end_batch, 0.0F, 0.0F};
    for (; group.next_view < task.num_views; ++group.next_view) {
      Shadow const& shadow = fixed().shadows[group.next_view];
      if (shadow.num_batches == 0) continue;
      if (group.rays > 0.0F && group.rays + shadow.rays > wanted) break;
      group.largest = max(group.largest, shadow.largest);
      if (shadow.rays > most && !shadow.is_bounded) {
        group.rays = most;
        int const rays = 32 * abs(static_cast<int>(shadow.run));
        group.end_batch = min(group.end_batch + FixedPoint::most_rays / rays, shadow.end_batch);
        if (group.end_batch == shadow.end_batch) ++group.next_view;
        return true;
      }
      group.rays += shadow.rays;
      group.end_batch = shadow.end_batch;
    }
    return group.rays > 0.0F;
  }

  [[nodiscard]] __device__ FixedPoint unit_of(Group const& group) const {
    return {group.rays, group.largest, Rays::most_weight(trace, task.spacing),
            Rays::few_weight(trace, task.spacing)};
  }

  __device__ void add_group(BrickMemory const& brick, BrickTotals const& totals, Group const& group,
                            int sample) const {
    FixedPoint const unit = unit_of(group);
    int n = group.first_view;
    for (int batch = take_batch(); batch < group.end_batch; batch = take_batch()) {
      while (batch >= fixed().shadows[n].end_batch) ++n;
      Shadow const& shadow = fixed().shadows[n];
      auto const* const pixels = pixels_of(n, sample);
      auto const& view = task.views.view(n, sample);
      int const of_view = batch - (shadow.end_batch - shadow.num_batches);
      Rays::add_run(brick, PixelRun<Interp, TransposeBricks, decltype(pixels)>{
                               *this, view, pixels, unit, totals, shadow.run_of(of_view, lane()),
                               abs(static_cast<int>(shadow.run))});
      __syncwarp();
    }
  }

  /// The same for all lanes of a warp.
  [[nodiscard]] __device__ int take_batch() const {
    int const batch = lane() == 0 ? atomicAdd(&fixed().next_batch, 1) : 0;
    return __shfl_sync(0xffffffffU, batch, 0);
  }

  /// Moves sums to totals, and prepares the next group.
  __device__ void move_sums(BrickMemory const& brick, BrickTotals const& totals,
                            Group const& group) const {
    FixedPoint const unit = unit_of(group);
    for_each_voxel(brick.box(), [&](Vec<int, 3> const& voxel) {
      int& sum = brick.sum(brick.offset(voxel));
      if (totals.have(voxel)) totals.of(voxel) += unit.from_units(sum);
      sum = 0;
    });
    if (thread() == 0) fixed().next_batch = group.end_batch;
    __syncthreads();
  }
};

}  // namespace pyronn::detail
