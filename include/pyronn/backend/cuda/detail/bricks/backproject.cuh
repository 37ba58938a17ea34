// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of the transpose of a model that follows rays: brick by brick of the volume.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>

#include <pyronn/backend/cuda/detail/bricks/brick.cuh>
#include <pyronn/backend/cuda/detail/bricks/fixed_point.cuh>
#include <pyronn/backend/cuda/detail/bricks/joseph_ray.cuh>
#include <pyronn/backend/cuda/detail/bricks/marched_ray.cuh>
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
/// largest pixel that the brick sees in the views of a group times the largest weight. Rounding
/// errors of n additions sum up to about sqrt(n) / 3 of that, as those of a sum in floats would. So
/// a pixel that is much larger than all others costs bits where its ray passes, and in the bricks
/// that it meets. With fewer rays than a group may have rounding errors are less.
template <class Trace, class Interp, class Task>
struct TransposeBricks {
  using Rays = RaysInBrick<Trace, Interp>;
  using Shadow = BrickShadow;
  static constexpr int warps = 32;
  static constexpr int threads = warps * 32;
  struct Block : BlockShape<threads, 1, 1> {};

  Task task;
  Trace trace;
  int height;  ///< slices of a brick

  // 8 slices fit into the 98 KiB that devices have which have not much, and 4 into 63 KiB.
  static_assert(sizeof(Shadow) <= 72);
  static std::size_t shared_bytes(int height) {
    return static_cast<std::size_t>(num_numbers(height)) * sizeof(float) + sizeof(Fixed);
  }
  [[nodiscard]] std::size_t shared_bytes() const { return shared_bytes(height); }

  [[nodiscard]] Extents<3> items() const {
    constexpr int width = BrickLayout::width;
    return {((task.size[0] - 1) / width + 1) * threads, (task.size[1] - 1) / width + 1,
            bricks_along_z() * task.num_samples};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const sample = item[2] / bricks_along_z();
    BrickMemory const brick{
        box_of({item[0] / threads, item[1], item[2] - sample * bricks_along_z() + first_brick()}),
        height};
    for_each_voxel(brick.box(), [&](Vec<int, 3> const& voxel) {
      brick.total(voxel) = is_written(voxel) ? task.begin(voxel, sample) : 0.0F;
    });
    for (int n = thread(); n < BrickLayout::num_sums(height); n += threads) brick.sum(n) = 0;
    find_shadows(brick.box(), sample);
    Group group{};
    while (next_group(group)) {
      add_group(brick, group, sample);
      __syncthreads();
      move_sums(brick, group);
    }
    for_each_voxel(brick.box(), [&](Vec<int, 3> const& voxel) {
      if (is_written(voxel)) task.write(voxel, sample, brick.total(voxel));
    });
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
  static __host__ __device__ int num_numbers(int height) {
    return BrickLayout::num_sums(height) + BrickLayout::num_totals(height);
  }
  [[nodiscard]] __device__ Fixed& fixed() const {
    return *reinterpret_cast<Fixed*>(memory_of_brick() + num_numbers(height) / 4);
  }

  static __device__ int thread() { return static_cast<int>(threadIdx.x); }
  static __device__ int warp() { return thread() / 32; }
  static __device__ int lane() { return thread() % 32; }

  [[nodiscard]] __host__ __device__ int first_brick() const { return task.first_slice / height; }
  [[nodiscard]] __host__ __device__ int bricks_along_z() const {
    return (task.end_slice() - 1) / height + 1 - first_brick();
  }
  [[nodiscard]] __device__ VoxelBox box_of(Vec<int, 3> const& brick) const {
    VoxelBox box{};
    for (int axis = 0; axis < 3; ++axis) {
      int const size = BrickLayout::size(axis, height);
      box.first[axis] = brick[axis] * size;
      box.end[axis] = min(box.first[axis] + size, task.size[axis]);
    }
    return box;
  }
  [[nodiscard]] __device__ bool is_written(Vec<int, 3> const& voxel) const {
    return voxel[2] >= task.first_slice && voxel[2] < task.end_slice();
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
      fixed().shadows[n] = Shadow::of(task.views.view(n, sample), box, Trace::reach, task.detector);
    }
    __syncthreads();
    for (int n = warp(); n < task.num_views; n += warps) find_largest(n, sample);
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

  /// All lanes of a warp call this.
  __device__ void find_largest(int n, int sample) const {
    Shadow& shadow = fixed().shadows[n];
    auto const* const pixels = pixels_of(n, sample);
    // A few rows at a time, whose loads are queued before one is waited for.
    constexpr int rows = 4;
    unsigned largest = 0;
    unsigned any = 0;
    for (int first = 0; first < shadow.size[1]; first += rows) {
      for (int column = lane(); column < shadow.size[0]; column += 32) {
        unsigned bits[rows];
#pragma unroll
        for (int row = 0; row < rows; ++row) {
          int const v = shadow.first[1] + min(first + row, shadow.size[1] - 1);
          float const pixel = load_float(pixels, v * task.detector[0] + shadow.first[0] + column);
          bits[row] = bits_of_float(pixel) & 0x7fffffffU;
        }
#pragma unroll
        for (int row = 0; row < rows; ++row) {
          any |= bits[row];
          if (bits[row] < infinity_bits) largest = max(largest, bits[row]);
        }
      }
    }
    for (int distance = 16; distance > 0; distance /= 2) {
      largest = max(largest, __shfl_xor_sync(0xffffffffU, largest, distance));
      any |= __shfl_xor_sync(0xffffffffU, any, distance);
    }
    if (lane() == 0) {
      shadow.largest = float_of_bits(largest);
      shadow.count_batches(any != 0);
    }
  }
  static constexpr unsigned infinity_bits = 0x7f800000U;

  [[nodiscard]] __device__ auto const* pixels_of(int n, int sample) const {
    auto const view = static_cast<std::int64_t>(task.first_view + sample * task.view_stride + n);
    return task.projections.array.data + view * (task.detector[0] * task.detector[1]);
  }

  /// Makes `group` the next one: of whole views, or of a few batches of a view of which nothing
  /// better is known. Whether there is one.
  [[nodiscard]] __device__ bool next_group(Group& group) const {
    constexpr int most_batches = FixedPoint::most_rays / 32;
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
        group.end_batch = min(group.end_batch + most_batches, shadow.end_batch);
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

  __device__ void add_group(BrickMemory const& brick, Group const& group, int sample) const {
    FixedPoint const unit = unit_of(group);
    int n = group.first_view;
    for (int batch = take_batch(); batch < group.end_batch; batch = take_batch()) {
      while (batch >= fixed().shadows[n].end_batch) ++n;
      Shadow const& shadow = fixed().shadows[n];
      auto const* const pixels = pixels_of(n, sample);
      auto const& view = task.views.view(n, sample);
      int const of_view = batch - (shadow.end_batch - shadow.num_batches);
      Rays::add(brick,
                [&] { return ray_of(brick, view, pixels, shadow.pixel(of_view, lane()), unit); });
      __syncwarp();
    }
  }

  /// The same for all lanes of a warp.
  [[nodiscard]] __device__ int take_batch() const {
    int const batch = lane() == 0 ? atomicAdd(&fixed().next_batch, 1) : 0;
    return __shfl_sync(0xffffffffU, batch, 0);
  }

  template <class T>
  __device__ auto ray_of(BrickMemory const& brick, View const& view, T const* pixels,
                         typename Shadow::Pixel const& pixel, FixedPoint const& unit) const {
    float value = 0.0F;
    if (pixel.exists) value = load_float(pixels, pixel.v * task.detector[0] + pixel.u);
    auto const ray =
        user::trace(trace, view.ray(static_cast<float>(pixel.u), static_cast<float>(pixel.v)),
                    task.size, task.spacing);
    if (!(abs(value) < anywhere)) {
      spoil(brick.box(), height, ray, value);
      value = 0.0F;
    }
    return RayOfPixel<decltype(ray)>{ray, unit.in_units(value)};
  }

  /// Adds a pixel that is not finite to the voxels that its ray touches.
  template <class Ray>
  static __device__ __noinline__ void spoil(VoxelBox box, int height, Ray ray, float value) {
    BrickMemory const brick{box, height};
    ray.template for_each_weight<Interp, 3>(box, [&](Vec<int, 3> const& voxel, float weight) {
      // Infinity times a weight of zero is not a number, and says nothing of the voxel.
      if (weight != 0.0F) brick.spoil(voxel, weight * value);
    });
  }

  /// Moves sums to totals, and prepares the next group.
  __device__ void move_sums(BrickMemory const& brick, Group const& group) const {
    FixedPoint const unit = unit_of(group);
    for_each_voxel(brick.box(), [&](Vec<int, 3> const& voxel) {
      int& sum = brick.sum(brick.offset(voxel));
      brick.total(voxel) += unit.from_units(sum);
      sum = 0;
    });
    if (thread() == 0) fixed().next_batch = group.end_batch;
    __syncthreads();
  }
};

}  // namespace pyronn::detail
