// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Voxel-driven forward projection on cores: tile by tile of the detector, from the voxels that
/// project into it.
#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/model/detail/voxel_driven/forward.hpp>
#include <pyronn/model/detail/voxel_driven/ray_bundle.hpp>

namespace pyronn::detail {

/// One item is a tile of a view, whose sums stay in the cache. Slice by slice the voxels between
/// the rays of its corners are projected, and each adds to the four pixels around it the weights
/// that these have in its backprojection. A thread has all of a tile, so that the order of
/// additions does not depend on threads.
template <class Interp, class DepthWeight, class Task>
struct ProjectVoxels {
  using Block = BlockShape<32, 1, 1>;
  using Number = typename Task::Number;

  Task task;

  [[nodiscard]] Extents<3> items() const {
    return {(task.projections.extents[0] - 1) / size(0) + 1,
            (task.projections.extents[1] - 1) / size(1) + 1, task.num_views * task.num_samples};
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    ViewOfSample const of = task.split(item[2]);
    auto const& view = task.views.view(of.view, of.sample);
    Tile tile{};
    for (int axis = 0; axis < 2; ++axis) {
      tile.first[axis] = item[axis] * size(axis);
      tile.end[axis] = min(tile.first[axis] + size(axis), task.projections.extents[axis]);
    }
    Vec<Number, 3> const direction =
        view.ray(Number{1} / 2 * static_cast<Number>(tile.first[0] + tile.end[0] - 1),
                 Number{1} / 2 * static_cast<Number>(tile.first[1] + tile.end[1] - 1))
            .direction;
    Vec<Number, 3> const extent{abs(direction[0]), abs(direction[1]), abs(direction[2])};
    int const volume = task.first_volume + of.sample;
    if (extent[0] >= max(extent[1], extent[2])) {
      walk<0>(view, volume, tile);
    } else if (extent[1] >= extent[2]) {
      walk<1>(view, volume, tile);
    } else {
      walk<2>(view, volume, tile);
    }
    for (int v = tile.first[1]; v < tile.end[1]; ++v) {
      for (int u = tile.first[0]; u < tile.end[0]; ++u) {
        task.write({u, v, item[2]}, of, tile.at(u, v));
      }
    }
  }

 private:
  PYRONN_HOST_DEVICE static constexpr int size(int axis) {
    if (Task::dimension == 3) return 32;
    return axis == 0 ? 128 : 1;
  }

  /// The sums of some pixels, and of a border of one pixel around them, to which voxels may add in
  /// vain.
  struct Tile {
    static constexpr int row = size(0) + 2;

    int first[2];
    int end[2];
    Number sums[row * (size(1) + 2)];

    [[nodiscard]] PYRONN_HOST_DEVICE Number& at(int u, int v) {
      return sums[(v - first[1] + 1) * row + u - first[0] + 1];
    }
    /// Whether a position lies between pixels of the tile and its border.
    [[nodiscard]] PYRONN_HOST_DEVICE bool contains(DetectorPoint<Number> const& point) const {
      return both(
          is_between(point.u, static_cast<Number>(first[0] - 1), static_cast<Number>(end[0])),
          is_between(point.v, static_cast<Number>(first[1] - 1), static_cast<Number>(end[1])));
    }
  };

  template <int Axis, class View>
  PYRONN_HOST_DEVICE void walk(View const& view, int volume, Tile& tile) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    RayBundle<View> const rays{
        view,
        {static_cast<Number>(tile.first[0] - 1), static_cast<Number>(tile.first[1] - 1)},
        {static_cast<Number>(tile.end[0]), static_cast<Number>(tile.end[1])},
        task.first_slice};
    int const groups = task.volumes.template plane_groups<Axis>(volume);
    for (int g = 0; g < groups; ++g) {
      auto const planes = task.template planes<Axis>(volume, g);
      for (int k = planes.first; k < planes.end; ++k) {
        IndexRange range_a{0, task.size[a] - 1};
        IndexRange range_b{0, task.size[b] - 1};
        rays.template find_footprint<Axis>(k, task.size, range_a, range_b);
        for (int j = range_b.first; j <= range_b.last; ++j) {
          for (int i = range_a.first; i <= range_a.last; ++i) {
            Number const value = planes.texel(i, j, k);
            if (value == 0) continue;
            Vec<int, 3> voxel{};
            voxel[Axis] = k;
            voxel[a] = i;
            voxel[b] = j;
            voxel[2] += task.first_slice;
            add(view.project(vec_cast<Number>(voxel)), value, tile);
          }
        }
      }
    }
  }

  static PYRONN_HOST_DEVICE void add(DetectorPoint<Number> const& point, Number value, Tile& tile) {
    if (!(point.depth > 0) || !tile.contains(point)) return;
    int const u = floor_to_int(point.u);
    int const v = floor_to_int(point.v);
    Number const part_u = point.u - static_cast<Number>(u);
    Number const part_v = point.v - static_cast<Number>(v);
    Number const scale = DepthWeight{}(reciprocal(point.depth));
    bool const is_finite = abs(value) < anywhere_of<Number>;
    for (int corner = 0; corner < 4; ++corner) {
      auto const is = [corner](int n) { return corner == n ? Number{1} : Number{0}; };
      Number const weight = scale * user::blend<Interp>(part_u, part_v, is(0), is(1), is(2), is(3));
      // Infinity times a weight of zero is not a number, and says nothing of the pixel.
      if (is_finite || weight != 0) tile.at(u + (corner & 1), v + (corner >> 1)) += weight * value;
    }
  }
};

template <class Interp, class DepthWeight, class Task>
struct VoxelDrivenForwardOn<CpuBackend, Interp, DepthWeight, Task> {
  using Type = ProjectVoxels<Interp, DepthWeight, Task>;
};

}  // namespace pyronn::detail
