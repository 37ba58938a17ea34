// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <pyronn/backend/cpu/detail/columns/backproject.hpp>
#include <pyronn/interp/sample_source.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/detail/voxel_driven/back.hpp>
#include <pyronn/model/detail/voxel_driven/depth_weight.hpp>
#include <pyronn/model/detail/voxel_driven/forward.hpp>
#include <pyronn/model/traits.hpp>

namespace pyronn {

/// The voxel-driven matrix: a voxel takes from each view the bilinear sample at the point where it
/// lands, times a weight of its depth. What a model is, is written in model/traits.hpp.
template <class DepthWeight>
struct WeightedVoxelDriven : ModelDefaults {
  template <class View>
  using ForwardView = detail::full_view_t<View>;
  template <class View>
  using BackView = detail::project_view_t<View>;
  template <class View, int Dimension>
  using SpecialBackView = detail::special_project_view_t<View, Dimension>;
  template <class Interp, class Executor, int Dimension>
  static constexpr bool prefers_special_back =
      VoxelTiling<Interp, Executor, Dimension>::prefers_special_views ||
      (Dimension == 3 && has_column_back_v<Interp, Executor>);

  template <class Interp, class Executor, int Dimension>
  using VolumeSource = PlaneSource<Interp, Executor>;
  template <class Interp, class Executor>
  using ProjectionSource = InteriorSliceSource<Interp, Executor>;

  template <class Interp, class Executor, class Task>
  detail::VoxelDrivenForward<Interp, DepthWeight, Task> forward(Task const& task) const {
    return {task};
  }
  template <class Interp, class Executor, class Task>
  auto back(Task const& task) const {
    using Tiling = VoxelTiling<Interp, Executor, Task::dimension>;
    using Tile = std::conditional_t<Task::View::is_projective, typename Tiling::Tile,
                                    typename Tiling::GeneralTile>;
    constexpr bool is_z_aligned = std::is_same_v<typename Task::View, detail::ZAlignedMap>;
    detail::VoxelDrivenBack<DepthWeight, Tile, Task> const runs{task};
    if constexpr (is_z_aligned && has_column_back_v<Interp, Executor>) {
      return detail::BackprojectColumns<DepthWeight, Tile, Task>{runs};
    } else {
      return runs;
    }
  }

  template <class Geometry>
  static constexpr void check_forward() {
    check_traceable_geometry<Geometry>();
    check_projectable_geometry<Geometry>();
  }
  template <class Geometry>
  static constexpr void check_back() {
    check_projectable_geometry<Geometry>();
  }
};

/// Voxel-driven, unweighted: the classical companion of Joseph.
using VoxelDriven = WeightedVoxelDriven<NoDepthWeight>;

/// Voxel-driven with 1 / depth^2: the backprojection inside FDK.
using DistanceWeighted = WeightedVoxelDriven<InverseSquareDepth>;

}  // namespace pyronn
