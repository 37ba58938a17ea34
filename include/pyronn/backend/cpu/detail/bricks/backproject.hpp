// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The transpose of a model that follows rays on cores: brick by brick of the volume, along the
/// rays that meet it.
#include <type_traits>

#include <pyronn/backend/cpu/detail/bricks/brick_sums.hpp>
#include <pyronn/backend/cpu/detail/bricks/joseph_sums.hpp>
#include <pyronn/backend/cpu/detail/bricks/voxel_boxes.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// How rays of a trace are summed up in bricks.
template <class Trace, class Interp, class Boxes, int Dimension, class Number>
using BrickSumsOf = std::conditional_t<std::is_same_v<Trace, TraceJoseph>,
                                       JosephSums<Interp, Boxes, Dimension, Number>,
                                       BrickSums<Interp, Boxes, Dimension, Number>>;

/// One item is a brick of voxels. Each ray that may meet it adds its pixel's value to the voxels
/// near it, with the weights that these have in the forward projection.
template <class Trace, class Interp, class Task>
struct BackprojectBricks {
  using Block = BlockShape<32, 1, 1>;
  using Number = typename Task::Number;

  Task task;
  Trace trace;

  [[nodiscard]] Extents<3> items() const { return Boxes{task}.items(); }

  void operator()(Vec<int, 3> const& item) const {
    Boxes{task}.template sum_up<Sums>(
        item, [this](VoxelBox const& box, int view, int sample, Sums& sums) {
          add_view(box, view, sample, sums);
        });
  }

 private:
  using Boxes = std::conditional_t<Task::dimension == 3, VoxelBoxes<Task, 16, 16, 16>,
                                   VoxelBoxes<Task, 128, 96, 1>>;

  using Sums = BrickSumsOf<Trace, Interp, Boxes, Task::dimension, Number>;

  void add_view(VoxelBox const& brick, int n, int sample, Sums& sums) const {
    auto const& view = task.views.view(n, sample);
    auto const slice = task.slice(n, sample);
    IndexRange columns{0, task.detector[0] - 1};
    IndexRange rows{0, task.detector[1] - 1};
    constexpr auto beyond = static_cast<Number>(Trace::reach);
    Vec<Number, 3> center{};
    Vec<Number, 3> reach{};
    for (int axis = 0; axis < 3; ++axis) {
      center[axis] = Number{1} / 2 * static_cast<Number>(brick.first[axis] + brick.end[axis] - 1);
      reach[axis] =
          Number{1} / 2 * static_cast<Number>(brick.end[axis] - brick.first[axis] - 1) + beyond;
    }
    find_footprint(view, center, reach, task.detector, columns, rows);
    for (int v = rows.first; v <= rows.last; ++v) {
      for (int u = columns.first; u <= columns.last; ++u) {
        Number const value = slice.texel(u, v);
        if (value == 0) continue;
        auto const ray =
            user::trace(trace, view.ray(static_cast<Number>(u), static_cast<Number>(v)), task.size,
                        task.spacing);
        sums.add(brick, ray, value);
      }
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
