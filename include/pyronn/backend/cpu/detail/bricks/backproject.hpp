// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The transpose of a model that follows rays on cores: brick by brick of the volume, along the
/// rays that meet it.
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// One item is a brick of voxels, whose sums stay in the cache. Each ray that may meet it adds its
/// pixel's value to the voxels near it, with the weights that these have in the forward projection.
/// A thread has all of a brick, so that the order of additions does not depend on threads. Bricks
/// begin at multiples of their size in the grid, whatever slab is computed, so that a voxel's sum
/// is the same in every slab.
template <class Trace, class Interp, class Task>
struct BackprojectBricks {
  using Block = BlockShape<32, 1, 1>;

  Task task;
  Trace trace;

  [[nodiscard]] Extents<3> items() const {
    return {(task.size[0] - 1) / size(0) + 1, (task.size[1] - 1) / size(1) + 1,
            bricks_along_z() * task.num_samples};
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const sample = item[2] / bricks_along_z();
    item[2] += first_brick() - sample * bricks_along_z();
    VoxelBox brick{};
    for (int axis = 0; axis < 3; ++axis) {
      brick.first[axis] = item[axis] * size(axis);
      brick.end[axis] = min(brick.first[axis] + size(axis), task.size[axis]);
    }
    Sums totals;
    for_each_voxel(brick, [&](Vec<int, 3> const& voxel) {
      totals.at(voxel - brick.first) = task.begin(voxel, sample);
    });
    for (int n = 0; n < task.num_views; n += views_at_a_time) {
      Sums sums{};
      int const end = min(n + views_at_a_time, task.num_views);
      for (int view = n; view < end; ++view) add_view(brick, view, sample, sums);
      for_each_voxel(brick, [&](Vec<int, 3> const& voxel) {
        totals.at(voxel - brick.first) += sums.at(voxel - brick.first);
      });
    }
    for_each_voxel(brick, [&](Vec<int, 3> const& voxel) {
      task.write(voxel, sample, totals.at(voxel - brick.first));
    });
  }

 private:
  /// A few views are summed up first, so that rounding errors do not grow with all rays.
  static constexpr int views_at_a_time = 8;

  PYRONN_HOST_DEVICE static constexpr int size(int axis) {
    if (Task::dimension == 3) return 16;
    return axis < 2 ? 96 : 1;
  }

  /// The sums of a brick and of a border of one voxel around it, to which rays may add in vain.
  struct Sums {
    static constexpr int row = size(0) + 2;
    static constexpr int slice = row * (size(1) + 2);

    float values[slice * (size(2) + 2)];

    [[nodiscard]] PYRONN_HOST_DEVICE float& at(Vec<int, 3> const& place) {
      return values[(place[2] + 1) * slice + (place[1] + 1) * row + place[0] + 1];
    }
  };

  [[nodiscard]] PYRONN_HOST_DEVICE int first_brick() const { return task.first_slice / size(2); }
  [[nodiscard]] PYRONN_HOST_DEVICE int bricks_along_z() const {
    return (task.end_slice() - 1) / size(2) + 1 - first_brick();
  }

  /// Calls `work(voxel)` for those of a brick that are in the slab.
  template <class Work>
  PYRONN_HOST_DEVICE void for_each_voxel(VoxelBox const& brick, Work const& work) const {
    int const end = min(brick.end[2], task.end_slice());
    for (int z = max(brick.first[2], task.first_slice); z < end; ++z) {
      for (int y = brick.first[1]; y < brick.end[1]; ++y) {
        for (int x = brick.first[0]; x < brick.end[0]; ++x) work(Vec<int, 3>{x, y, z});
      }
    }
  }

  PYRONN_HOST_DEVICE void add_view(VoxelBox const& brick, int n, int sample, Sums& sums) const {
    auto const& view = task.views.view(n, sample);
    auto const slice = task.slice(n, sample);
    IndexRange columns{0, task.detector[0] - 1};
    IndexRange rows{0, task.detector[1] - 1};
    Vec3f center{};
    Vec3f reach{};
    for (int axis = 0; axis < 3; ++axis) {
      center[axis] = 0.5F * static_cast<float>(brick.first[axis] + brick.end[axis] - 1);
      reach[axis] =
          0.5F * static_cast<float>(brick.end[axis] - brick.first[axis] - 1) + Trace::reach;
    }
    find_footprint(view, center, reach, task.detector, columns, rows);
    for (int v = rows.first; v <= rows.last; ++v) {
      for (int u = columns.first; u <= columns.last; ++u) {
        float const value = slice.texel(u, v);
        if (value == 0.0F) continue;
        auto const ray = user::trace(trace, view.ray(static_cast<float>(u), static_cast<float>(v)),
                                     task.size, task.spacing);
        add_ray(brick, ray, value, sums);
      }
    }
  }

  template <class Ray>
  static PYRONN_HOST_DEVICE void add_ray(VoxelBox const& brick, Ray const& ray, float value,
                                         Sums& sums) {
    if (abs(value) < anywhere) {
      ray.template for_each_weight<Interp, Task::dimension>(
          brick, [&](Vec<int, 3> const& voxel, float weight) {
            sums.at(voxel - brick.first) += weight * value;
          });
    } else {
      // Infinity times a weight of zero is not a number, and says nothing of the voxel.
      ray.template for_each_weight<Interp, Task::dimension>(
          brick, [&](Vec<int, 3> const& voxel, float weight) {
            if (weight != 0.0F) sums.at(voxel - brick.first) += weight * value;
          });
    }
  }
};

/// Rays that can tell their weights in a box are followed through bricks.
template <class Trace, class Interp, class Task>
struct RayDrivenBackOn<CpuBackend, Trace, Interp, Task> {
  using Type = std::conditional_t<tells_weights_v<Trace, Interp, Task>,
                                  BackprojectBricks<Trace, Interp, Task>,
                                  RayDrivenBack<Trace, Interp, Task>>;
};

}  // namespace pyronn::detail
