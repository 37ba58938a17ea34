// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a model is: the two kernels that apply one matrix and its transpose. A small value, which
/// may hold parameters.
///
/// @code
///   struct MyModel {
///     template <class View> using ForwardView = ...;   // what the kernel needs of a view; one of
///     template <class View> using BackView = ...;      // project_view_t, ray_view_t, full_view_t
///     // Forms that are faster where all views fit them, as special_ray_view_t and
///     // special_project_view_t, or void.
///     template <class View, int Dimension> using SpecialForwardView = ...;
///     template <class View, int Dimension> using SpecialBackView = ...;
///     template <class Interp, class Backend, int Dimension>  // whether `back` takes it
///     static constexpr bool prefers_special_back = false;
///     // How volumes are read: PlaneSource, in the plane also LineSource, or SliceSource.
///     template <class Interp, class Backend, int Dimension> using VolumeSource = ...;
///     // How projections are read: SliceSource or InteriorSliceSource.
///     template <class Interp, class Backend> using ProjectionSource = ...;
///     template <class Interp, class Backend, class Task> auto forward(Task const& task) const;
///     template <class Interp, class Backend, class Task> auto back(Task const& task) const;
///     template <class Geometry> static constexpr void check_forward();  // static_asserts
///     template <class Geometry> static constexpr void check_back();
///   };
/// @endcode
///
/// The special form of the forward views is for a specialisation of ZAlignedForward.
///
/// `forward` makes a kernel from a ForwardTask, `back` one from a BackTask. Kernels have `items()`,
/// a `Block` and `operator()(Vec<int, 3> item)`, and write each element of their output exactly
/// once.
#include <pyronn/model/detail/task.hpp>

namespace pyronn::detail {}
