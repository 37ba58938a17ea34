// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <pyronn/interp/sample_source.hpp>
#include <pyronn/model/detail/joseph/back.hpp>
#include <pyronn/model/detail/joseph/forward.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/detail/views/index_view.hpp>

namespace pyronn {

/// The ray-driven matrix of Joseph (1982): bilinear samples where a ray crosses the slices of the
/// volume, in mm of path. What a model is, is written in model/traits.hpp.
struct Joseph {
  /// @{
  /// As model/traits.hpp asks of a model.
  template <class View>
  using ForwardView = detail::ray_view_t<View>;
  template <class View, int Dimension>
  using SpecialForwardView = detail::special_ray_view_t<View, Dimension>;
  template <class View>
  using BackView = detail::full_view_t<View>;
  template <class View, int Dimension>
  using SpecialBackView = void;
  template <class Interp, class Backend, int Dimension>
  static constexpr bool prefers_special_back = false;
  template <class Interp, class Backend, int Dimension>
  using VolumeSource =
      std::conditional_t<Dimension == 2, LineSource<Interp, Backend>, PlaneSource<Interp, Backend>>;
  template <class Interp, class Backend>
  using ProjectionSource = SliceSource<Interp, Backend>;

  template <class Interp, class Backend, class Task>
  auto forward(Task const& task) const {
    using Tiling = detail::PixelTiling<Interp, Backend, Task::dimension>;
    return detail::JosephForward<Tiling, Task>{task};
  }
  template <class Interp, class Backend, class Task>
  detail::JosephBack<Interp, Task> back(Task const& task) const {
    return {task};
  }

  template <class Geometry>
  static constexpr void check_forward() {
    check_traceable_geometry<Geometry>();
  }
  template <class Geometry>
  static constexpr void check_back() {
    check_traceable_geometry<Geometry>();
    check_projectable_geometry<Geometry>();
  }
  /// @}
};

}  // namespace pyronn
