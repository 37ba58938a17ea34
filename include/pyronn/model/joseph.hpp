// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <pyronn/interp/sample_source.hpp>
#include <pyronn/model/detail/joseph/forward.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/traits.hpp>

namespace pyronn {

/// The ray-driven matrix of Joseph (1982): bilinear samples where a ray crosses the slices of the
/// volume, in mm of path. What a model is, is written in model/traits.hpp.
struct Joseph : ModelDefaults {
  /// @{
  /// As model/traits.hpp asks of a model.
  template <class View, int Dimension>
  using SpecialForwardView = detail::special_ray_view_t<View, Dimension>;
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
  RayDrivenBack<detail::TraceJoseph, Interp, Task> back(Task const& task) const {
    return {task, {}};
  }
  /// @}
};

template <>
inline constexpr bool detail::is_proven_model_v<Joseph> = true;

}  // namespace pyronn
