// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// VoxelDriven and DistanceWeighted: voxel-driven models.

#include <pyronn/interp/sample_source.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/detail/voxel_driven/back.hpp>
#include <pyronn/model/detail/voxel_driven/depth_weight.hpp>
#include <pyronn/model/detail/voxel_driven/forward.hpp>
#include <pyronn/model/traits.hpp>

namespace pyronn {

/// The voxel-driven model: the backprojection of a voxel is the sum over the views of the bilinear
/// sample at the point onto which the voxel's centre projects, times a weight of its depth. The
/// forward projection is the exact transpose. Source: T. M. Peters, "Algorithms for fast back- and
/// re-projection in computed tomography", IEEE Trans. Nucl. Sci. 28, 1981. What a model is, is
/// written in model/traits.hpp.
template <class DepthWeight>
struct WeightedVoxelDriven : ModelDefaults {
  /// @{
  /// A member of a model, as described in model/traits.hpp.
  template <class View>
  using ForwardView = detail::full_view_t<View>;
  template <class View>
  using BackView = detail::project_view_t<View>;
  template <class View, int Dimension>
  using SpecialForwardView = detail::special_map_view_t<View, Dimension>;
  template <class View, int Dimension>
  using SpecialBackView = detail::special_project_view_t<View, Dimension>;
  template <class Interp, class Backend, int Dimension>
  static constexpr bool prefers_special_back =
      detail::VoxelTiling<Interp, Backend, Dimension>::prefers_special_views;

  template <class Interp, class Backend, int Dimension>
  using VolumeSource = PlaneSource<Interp, Backend>;
  template <class Interp, class Backend>
  using ProjectionSource = InteriorSliceSource<Interp, Backend>;

  template <class Interp, class Backend, class Task>
  auto forward(Task const& task) const {
    return typename detail::VoxelDrivenForwardOn<Backend, Interp, DepthWeight, Task>::Type{task};
  }
  template <class Interp, class Backend, class Task>
  auto back(Task const& task) const {
    using Tiling = detail::VoxelTiling<Interp, Backend, Task::dimension>;
    return detail::VoxelDrivenBackOf<Tiling, DepthWeight, Task>{task};
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
  /// @}
};

template <class DepthWeight>
inline constexpr bool detail::is_proven_model_v<WeightedVoxelDriven<DepthWeight>> = true;

/// Voxel-driven, unweighted: the classical companion of Joseph.
using VoxelDriven = WeightedVoxelDriven<detail::NoDepthWeight>;

/// The voxel-driven model with the weight 1 / depth^2 [1/mm^2], as in the backprojection of FDK (L.
/// A. Feldkamp, L. C. Davis, J. W. Kress, "Practical cone-beam algorithm", J. Opt. Soc. Am. A 1,
/// 1984).
using DistanceWeighted = WeightedVoxelDriven<detail::InverseSquareDepth>;

}  // namespace pyronn
