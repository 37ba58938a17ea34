// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of voxel-driven backprojection.
#include <cstdint>
#include <type_traits>
#include <utility>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/model/detail/voxel_driven/run.hpp>

namespace pyronn::detail {

struct TakeSample {
  PYRONN_HOST_DEVICE void operator()(int, float) const {}
};
template <class Run, class Slice>
using SampleColumn = decltype(std::declval<Slice const&>().template sample_column<2>(
    0.0F, 0.0F, std::declval<Run const&>().step(), TakeSample{}));

/// Adds the weighted sample of every voxel of a run whose samples all lie inside the detector. A
/// slice that can read a column of samples at a time does so.
template <class DepthWeight, int Count, class Run, class Slice, class Number>
PYRONN_HOST_DEVICE void add_inside(Run const& run, Slice const& slice, Number (&sums)[Count]) {
  if constexpr (is_detected_v<SampleColumn, Run, Slice>) {
    ProjectedVoxel const first = run.at(0);
    float const weight = DepthWeight{}(first.inverse_depth);
    slice.template sample_column<Count>(first.u, first.v, run.step(),
                                        [&](int k, float sample) { sums[k] += weight * sample; });
  } else {
    // Two loops, so that compilers see that sums and samples do not overlap, and vectorise.
    Number values[Count];
    for (int k = 0; k < Count; ++k) {
      BasicProjectedVoxel<Number> const projected = run.at(k);
      values[k] =
          DepthWeight{}(projected.inverse_depth) * slice.sample_inside(projected.u, projected.v);
    }
    for (int k = 0; k < Count; ++k) sums[k] += values[k];
  }
}

/// Adds the weighted sample of every voxel of a run in one view.
template <class DepthWeight, int Count, class Run, class Slice, class Number>
PYRONN_HOST_DEVICE void gather_run(Run const& run, Slice const& slice, Extents<2> detector,
                                   Number (&sums)[Count]) {
  Footprint const footprint = run.footprint(Count, detector, slice.inside());
  if (!footprint.meets) return;
  if (footprint.inside) {
    add_inside<DepthWeight>(run, slice, sums);
  } else {
    for (int k = 0; k < Count; ++k) {
      BasicProjectedVoxel<Number> const projected = run.at(k);
      Number const value =
          DepthWeight{}(projected.inverse_depth) * slice.sample(projected.u, projected.v);
      sums[k] += is_before_source(projected) ? value : Number{0};
    }
  }
}

/// Voxel-driven backprojection: for every voxel the sum over the views of the interpolated
/// projection at the point onto which the voxel projects. One item is a tile of voxels, whose sums
/// stay in registers or in the L1 cache until all views are added and are written once.
template <class DepthWeight, class Tile_, class Task>
struct VoxelDrivenBack {
  using Tile = Tile_;
  using Block = typename Tile::Block;
  using Number = typename Task::Number;

  Task task;

  [[nodiscard]] Extents<3> items() const {
    Extents<3> count{};
    for (int axis = 0; axis < 2; ++axis) {
      count[axis] = (task.volumes.extents[axis] - 1) / Tile::size(axis) + 1;
    }
    count[2] = tiles_of_sample() * task.num_samples;
    return count;
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> const& item) const {
    Sums sums;
    begin(item, sums);
    for (int part = 0; part < Block::split; ++part) add_part(item, part, sums);
    write(item, sums);
  }

  using Sums = Number[Tile::runs][Tile::run];

  /// Begins the sums with what earlier launches have written. It is read before the views, as
  /// reading it when the sums are written would make every write wait for a read.
  PYRONN_HOST_DEVICE void begin(Vec<int, 3> const& item, Sums& sums) const {
    int const sample = sample_of(item);
    Vec<int, 3> const first = first_voxel(item, sample);
    for (int r = 0; r < Tile::runs; ++r) {
      Vec<int, 3> const start = run_start(first, r);
      IndexRange const voxels = task.adds ? voxels_of_run(start) : IndexRange{0, -1};
      auto const* at = task.volumes.data + offset_of(start, sample);
      std::int64_t const step = stride();
      for (int k = 0; k < Tile::run; ++k, at += step) {
        bool const exists = k >= voxels.first && k <= voxels.last;
        sums[r][k] = exists ? widen(*at) : Number{0};
      }
    }
  }

  /// Adds the views part, part + split, part + 2 split, ...
  PYRONN_HOST_DEVICE void add_part(Vec<int, 3> const& item, int part, Sums& sums) const {
    int const sample = sample_of(item);
    Vec<int, 3> const first = first_voxel(item, sample);
    for (int n = part; n < task.num_views; n += Block::split) {
      auto const& view = task.views.view(n, sample);
      auto const slice = task.slice(n, sample);
      for (int r = 0; r < Tile::runs; ++r) {
        // The only run of a tile always has voxels in the slab; leaving out the test saves
        // registers.
        if (Tile::runs > 1 && !is_in_slab(run_start(first, r))) continue;
        VoxelRun<std::decay_t<decltype(view)>, Tile::axis, Tile::run> const run{
            view, vec_cast<Number>(run_start(first, r))};
        gather_run<DepthWeight>(run, slice, task.detector, sums[r]);
      }
    }
  }

  PYRONN_HOST_DEVICE void write(Vec<int, 3> const& item, Sums const& sums) const {
    int const sample = sample_of(item);
    Vec<int, 3> const first = first_voxel(item, sample);
    for (int r = 0; r < Tile::runs; ++r) write_run(run_start(first, r), sample, sums[r]);
  }

 private:
  /// The first tile along z that has slices of the slab. Tiles begin at multiples of their size in
  /// the grid, whatever slab is computed, so that a voxel is in the same run, and its sum has the
  /// same bits, in every slab.
  [[nodiscard]] PYRONN_HOST_DEVICE int first_tile() const {
    return task.first_slice / Tile::size(2);
  }

  /// Number of tiles along z.
  [[nodiscard]] PYRONN_HOST_DEVICE int tiles_of_sample() const {
    return (task.end_slice() - 1) / Tile::size(2) + 1 - first_tile();
  }

  /// The sample that an item belongs to. The division would take as long as a view of the item
  /// does.
  [[nodiscard]] PYRONN_HOST_DEVICE int sample_of(Vec<int, 3> const& item) const {
    return task.num_samples == 1 ? 0 : item[2] / tiles_of_sample();
  }

  [[nodiscard]] PYRONN_HOST_DEVICE Vec<int, 3> first_voxel(Vec<int, 3> const& item,
                                                           int sample) const {
    return {item[0] * Tile::size(0), item[1] * Tile::size(1),
            (item[2] - sample * tiles_of_sample() + first_tile()) * Tile::size(2)};
  }

  static PYRONN_HOST_DEVICE Vec<int, 3> run_start(Vec<int, 3> const& first, int run) {
    constexpr int axis = Tile::axis == 0 ? 1 : 0;
    constexpr int other = Tile::axis == 2 ? 1 : 2;
    Vec<int, 3> start = first;
    start[axis] += run % Tile::size(axis);
    start[other] += run / Tile::size(axis);
    return start;
  }

  /// Whether any voxel of the run that begins at `start` is in the slab.
  PYRONN_HOST_DEVICE bool is_in_slab(Vec<int, 3> const& start) const {
    return start[0] < task.size[0] && start[1] < task.size[1] && start[2] < task.end_slice() &&
           (Tile::axis == 2 || start[2] >= task.first_slice);
  }

  [[nodiscard]] PYRONN_HOST_DEVICE IndexRange voxels_of_run(Vec<int, 3> const& start) const {
    if (!is_in_slab(start)) return {0, -1};
    if constexpr (Tile::axis == 2) {
      return {max(0, task.first_slice - start[2]), min(Tile::run, task.end_slice() - start[2]) - 1};
    } else {
      return {0, min(Tile::run, task.size[Tile::axis] - start[Tile::axis]) - 1};
    }
  }

  /// Where in memory a voxel lies, counted from the slab's first; negative before the slab.
  [[nodiscard]] PYRONN_HOST_DEVICE std::int64_t offset_of(Vec<int, 3> const& voxel,
                                                          int sample) const {
    Extents<4> const& size = task.volumes.extents;
    std::int64_t const slice =
        static_cast<std::int64_t>(sample) * size[2] + (voxel[2] - task.first_slice);
    return (slice * size[1] + voxel[1]) * size[0] + voxel[0];
  }
  /// From voxel to voxel of a run.
  [[nodiscard]] PYRONN_HOST_DEVICE std::int64_t stride() const {
    Extents<4> const& size = task.volumes.extents;
    if constexpr (Tile::axis == 0) return 1;
    if constexpr (Tile::axis == 1) return size[0];
    return static_cast<std::int64_t>(size[0]) * size[1];
  }

  PYRONN_HOST_DEVICE void write_run(Vec<int, 3> const& start, int sample,
                                    Number const (&sums)[Tile::run]) const {
    IndexRange const voxels = voxels_of_run(start);
    auto* at = task.volumes.data + offset_of(start, sample);
    std::int64_t const step = stride();
    for (int k = 0; k < Tile::run; ++k, at += step) {
      if (k >= voxels.first && k <= voxels.last) {
        *at = user::round<StorageTraits<std::decay_t<decltype(*at)>>>(sums[k]);
      }
    }
  }
};

template <class Tiling, class DepthWeight, class Task>
using ZAlignedKernel = typename Tiling::template ZAlignedKernel<DepthWeight, Task>;

template <class Tiling, class DepthWeight, class Task>
using PlaneKernel = typename Tiling::template PlaneKernel<DepthWeight, Task>;

template <class T>
struct TypeOf {
  using Type = T;
};

/// The kernel that suits a task's views: some tilings have a kernel of their own for z-aligned
/// views, or for views of the plane.
template <class Tiling, class DepthWeight, class Task>
constexpr auto voxel_driven_back() {
  using View = typename Task::View;
  if constexpr (std::is_same_v<View, ZAlignedMap> &&
                is_detected_v<ZAlignedKernel, Tiling, DepthWeight, Task>) {
    return TypeOf<ZAlignedKernel<Tiling, DepthWeight, Task>>{};
  } else if constexpr (std::is_same_v<View, PlaneMap> &&
                       is_detected_v<PlaneKernel, Tiling, DepthWeight, Task>) {
    return TypeOf<PlaneKernel<Tiling, DepthWeight, Task>>{};
  } else if constexpr (View::is_projective) {
    return TypeOf<VoxelDrivenBack<DepthWeight, typename Tiling::Tile, Task>>{};
  } else {
    return TypeOf<VoxelDrivenBack<DepthWeight, typename Tiling::GeneralTile, Task>>{};
  }
}
template <class Tiling, class DepthWeight, class Task>
using VoxelDrivenBackOf = typename decltype(voxel_driven_back<Tiling, DepthWeight, Task>())::Type;

}  // namespace pyronn::detail
