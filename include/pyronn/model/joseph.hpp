// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Joseph: a ray-driven model with bilinear samples in slices.
#include <type_traits>

#include <pyronn/interp/sample_source.hpp>
#include <pyronn/model/detail/joseph/forward.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/detail/tiling.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/traits.hpp>

namespace pyronn {

namespace detail {
/// Whether the transpose of z-aligned views has a kernel of its own on a backend.
template <class Interp, class Backend>
inline constexpr bool joseph_transposes_columns_v = false;

/// The kernel of the projection on a backend. Backends specialise this.
template <class Backend, class Interp, class Task, int Dimension = Task::dimension>
struct JosephForwardOn {
  using Type = JosephForward<PixelTiling<Interp, Backend, Dimension>, Task>;
};
}  // namespace detail

/// The ray-driven model of Joseph: a line integral is the sum of the bilinear samples where the ray
/// crosses the slices perpendicular to its main axis, times the length of ray between slices [mm].
/// Where a ray ends within a slice's depth, the slice counts by the part that the ray covers.
/// Projections are in the volume's unit times mm. Source: P. M. Joseph, "An improved algorithm for
/// reprojecting rays through pixel images", IEEE Trans. Med. Imaging 1, 1982. What a model is, is
/// written in model/traits.hpp.
struct Joseph : ModelDefaults {
  /// @{
  /// A member of a model, as described in model/traits.hpp.
  template <class View, int Dimension>
  using SpecialForwardView = detail::special_ray_view_t<View, Dimension>;
  template <class View, int Dimension>
  using SpecialBackView = detail::special_full_view_t<View, Dimension>;
  template <class Interp, class Backend, int Dimension>
  static constexpr bool prefers_special_back =
      Dimension == 3 && detail::joseph_transposes_columns_v<Interp, Backend>;
  template <class Interp, class Backend, int Dimension>
  using VolumeSource =
      std::conditional_t<Dimension == 2, LineSource<Interp, Backend>, PlaneSource<Interp, Backend>>;
  template <class Interp, class Backend>
  using ProjectionSource = SliceSource<Interp, Backend>;

  template <class Interp, class Backend, class Task>
  auto forward(Task const& task) const {
    return typename detail::JosephForwardOn<Backend, Interp, Task>::Type{task};
  }
  template <class Interp, class Backend, class Task>
  RayDrivenBackOf<Backend, detail::TraceJoseph, Interp, Task> back(Task const& task) const {
    return {task, {}};
  }
  /// @}
};

template <>
inline constexpr bool detail::is_proven_model_v<Joseph> = true;

}  // namespace pyronn
