// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of voxel-driven backprojection of projective views of the plane, in software.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <pyronn/backend/cuda/detail/launch/tiling.cuh>
#include <pyronn/backend/cuda/detail/plane/stored_views.cuh>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/detail/voxel_driven/back.hpp>
#include <pyronn/model/detail/voxel_driven/run.hpp>

namespace pyronn::detail {

/// A run of voxels along y in a view of the plane, with the very numbers of VoxelRun<PlaneMap>:
/// every fourth voxel is projected by itself, and those between from it.
template <int Count>
class PlaneRun {
 public:
  __device__ PlaneRun(PlaneMap const& map, float x, float y)
      : along_u_{map.u[1]}, along_w_{map.w[1]} {
#pragma unroll
    for (int n = 0; n < fourths; ++n) {
      float const at = y + static_cast<float>(4 * n);
      u_[n] = map.u[0] * x + (map.u[1] * at + map.u[2]);
      w_[n] = map.w[0] * x + (map.w[1] * at + map.w[2]);
    }
  }

  [[nodiscard]] __device__ float depth(int k) const { return of(w_, along_w_, k); }
  [[nodiscard]] __device__ ProjectedVoxel at(int k) const {
    float const inverse = reciprocal(depth(k));
    return {of(u_, along_u_, k) * inverse, 0.0F, inverse};
  }

 private:
  static_assert(Count % 4 == 0);
  static constexpr int fourths = Count / 4;

  static __device__ float of(float const (&fourth)[fourths], float step, int k) {
    return k % 4 == 0 ? fourth[k / 4] : fourth[k / 4] + static_cast<float>(k % 4) * step;
  }

  float along_u_;
  float along_w_;
  float u_[fourths];
  float w_[fourths];
};

/// Voxel-driven backprojection of projective views of the plane. Where a run projects well into the
/// detector nothing else is asked, which takes fewer instructions; elsewhere its parts are done as
/// by VoxelDrivenBack with runs of 8, whose bits sums have in any case.
template <class DepthWeight, class Tile, class Task>
struct BackprojectPlane : VoxelDrivenBack<DepthWeight, Tile, Task> {
  using Base = VoxelDrivenBack<DepthWeight, Tile, Task>;
  using Block = typename Tile::Block;
  using Sums = typename Base::Sums;
  using Base::task;

  explicit BackprojectPlane(Task const& task_) : Base{task_} {}

  /// Adds the views part, part + split, part + 2 split, ...
  __device__ void add_part(Vec<int, 3> const& item, int part, Sums& sums) const {
    int const sample = item[2];
    auto const x = static_cast<float>(item[0]);
    auto const y = static_cast<float>(item[1] * voxels);
#pragma unroll 1
    for (int n = part; n < task.num_views; n += Block::split) {
      auto const& view = task.views.view(n, sample);
      auto const slice = task.slice(n, sample);
      PlaneRun<voxels> const run{view, x, y};
      if (is_inside(run, slice.inside())) {
#pragma unroll
        for (int k = 0; k < voxels; ++k) {
          ProjectedVoxel const voxel = run.at(k);
          sums[0][k] += DepthWeight{}(voxel.inverse_depth) * slice.sample_inside(voxel.u, 0.0F);
        }
      } else {
        add_parts_of_run(view, slice, {x, y, 0.0F}, sums[0]);
      }
    }
  }

 private:
  static constexpr int voxels = Tile::run;
  static constexpr int part_of_run = 8;
  static_assert(Tile::axis == 1 && Tile::runs == 1 && Tile::size(2) == 1);

  /// Whether the ends of a run, and so all of it, lie so far inside that its parts do in
  /// gather_run, which asks for half of this margin.
  static __device__ bool is_inside(PlaneRun<voxels> const& run, SampleBounds const& exist) {
    constexpr float margin = 1.0F / 16.0F;
    float const low = exist.a_low + margin;
    float const high = exist.a_high - margin;
    auto const contains = [=](float u) { return both(u >= low, u <= high); };
    bool const is_before = min(run.depth(0), run.depth(voxels - 1)) > 2.0F * least_depth<float>;
    return both(is_before, both(contains(run.at(0).u), contains(run.at(voxels - 1).u)));
  }

  template <class Slice>
  __device__ void add_parts_of_run(PlaneMap const& map, Slice const& slice, Vec3f start,
                                   float (&sums)[voxels]) const {
#pragma unroll
    for (int first = 0; first < voxels; first += part_of_run) {
      float some[part_of_run];
#pragma unroll
      for (int k = 0; k < part_of_run; ++k) some[k] = sums[first + k];
      VoxelRun<PlaneMap, 1, part_of_run> const run{map, start};
      gather_run<DepthWeight>(run, slice, task.detector, some);
#pragma unroll
      for (int k = 0; k < part_of_run; ++k) sums[first + k] = some[k];
      start[1] += static_cast<float>(part_of_run);
    }
  }
};

/// Longer runs take fewer instructions where samples are so many that items fill a GPU anyway.
template <>
struct VoxelTiling<SoftwareInterp, CudaBackend, 2> : CudaPlaneTiling {
  struct PlaneBlock : Block {
    static constexpr int min_blocks_per_sm = 2;
  };
  template <class Task>
  static constexpr int run = has_stored_views_v<decltype(Task::views)> ? 16 : 8;
  template <class DepthWeight, class Task>
  using PlaneKernel =
      BackprojectPlane<DepthWeight, VoxelTile<1, 1, run<Task>, 1, PlaneBlock>, Task>;
};

}  // namespace pyronn::detail
