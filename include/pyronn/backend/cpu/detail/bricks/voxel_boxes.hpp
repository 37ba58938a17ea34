// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// VoxelBoxes: how transposes on cores cut volumes.
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// Boxes of X x Y x Z voxels, whose sums stay in the cache. A thread has all of a box, so that the
/// order of additions does not depend on threads. Boxes begin at multiples of their size in the
/// grid, whatever slab is computed, so that a voxel's sum is the same in every slab.
template <class Task, int X, int Y, int Z>
struct VoxelBoxes {
  Task const& task;

  static constexpr int size(int axis) { return axis == 0 ? X : (axis == 1 ? Y : Z); }

  /// A box each, sample after sample along the third axis.
  [[nodiscard]] Extents<3> items() const {
    return {(task.size[0] - 1) / X + 1, (task.size[1] - 1) / Y + 1, along_z() * task.num_samples};
  }

  [[nodiscard]] int sample(Vec<int, 3> const& item) const { return item[2] / along_z(); }
  [[nodiscard]] VoxelBox box(Vec<int, 3> item) const {
    item[2] += first_along_z() - sample(item) * along_z();
    VoxelBox box{};
    for (int axis = 0; axis < 3; ++axis) {
      box.first[axis] = item[axis] * size(axis);
      box.end[axis] = min(box.first[axis] + size(axis), task.size[axis]);
    }
    return box;
  }

  /// The slices of a box that are in the slab.
  [[nodiscard]] VoxelBox in_slab(VoxelBox box) const {
    box.first[2] = max(box.first[2], task.first_slice);
    box.end[2] = min(box.end[2], task.end_slice());
    return box;
  }

  /// Sums up the box of an item and writes it. `add_view(box, view, sample, sums)` adds a view to
  /// `Sums`, which are zero at first. They name the type of their `Totals`, which have `at(place in
  /// the box)`, and have `move_to(box, totals)`, which leaves them zero.
  template <class Sums, class AddView>
  void sum_up(Vec<int, 3> const& item, AddView const& add_view) const {
    int const sample = this->sample(item);
    VoxelBox const box = this->box(item);
    typename Sums::Totals totals{};
    for_each_voxel(box, [&](Vec<int, 3> const& voxel) {
      totals.at(voxel - box.first) = task.begin(voxel, sample);
    });
    Sums sums{};
    for (int n = 0; n < task.num_views; n += views_at_a_time) {
      int const end = min(n + views_at_a_time, task.num_views);
      for (int view = n; view < end; ++view) add_view(box, view, sample, sums);
      sums.move_to(box, totals);
    }
    for_each_voxel(box, [&](Vec<int, 3> const& voxel) {
      task.write(voxel, sample, totals.at(voxel - box.first));
    });
  }

  /// Calls `work(voxel)` for those of a box that are in the slab.
  template <class Work>
  void for_each_voxel(VoxelBox const& box, Work const& work) const {
    VoxelBox const part = in_slab(box);
    for (int z = part.first[2]; z < part.end[2]; ++z) {
      for (int y = box.first[1]; y < box.end[1]; ++y) {
        for (int x = box.first[0]; x < box.end[0]; ++x) work(Vec<int, 3>{x, y, z});
      }
    }
  }

 private:
  /// A few views are summed up first, so that rounding errors do not grow with all rays.
  static constexpr int views_at_a_time = 8;

  [[nodiscard]] int first_along_z() const { return task.first_slice / Z; }
  [[nodiscard]] int along_z() const { return (task.end_slice() - 1) / Z + 1 - first_along_z(); }
};

}  // namespace pyronn::detail
