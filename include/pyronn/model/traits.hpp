// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a model is: the two kernels that apply one matrix and its transpose. A model is a small
/// value, which may hold parameters. It derives from ModelDefaults and redefines what differs:
///
/// @code
///   struct MyModel : ModelDefaults {
///     template <class Interp, class Backend, class Task> auto forward(Task const& task) const;
///     template <class Interp, class Backend, class Task> auto back(Task const& task) const;
///   };
/// @endcode
///
/// `forward` makes a kernel from a ForwardTask, `back` one from a BackTask. Kernels are as in
/// exec/kernel.hpp, compute in Task::Number, which is float or, for policies of double, double, and
/// write each element of their output exactly once. For a model that follows
/// rays, model/ray_driven.hpp has both.
#include <type_traits>
#include <utility>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>
#include <pyronn/interp/sample_source.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/model/detail/views/index_view.hpp>

namespace pyronn {

/// The members that a model may leave out: those of a model that follows rays in both directions
/// and reads arrays in place. Its backprojection projects voxels, too, to find the rays near them.
struct ModelDefaults {
  /// The form of a view that the kernels need: project_view_t, ray_view_t or full_view_t. Kernels
  /// of double are given the same form in double.
  template <class View>
  using ForwardView = detail::ray_view_t<View>;
  /// The same for the kernel of the transpose.
  template <class View>
  using BackView = detail::full_view_t<View>;

  /// A special form that is faster, for views that fit it: special_ray_view_t,
  /// special_project_view_t or void. Backends have paths of their own for some of them. Only
  /// kernels of float are given it.
  template <class View, int Dimension>
  using SpecialForwardView = void;
  /// The same for the kernel of the transpose.
  template <class View, int Dimension>
  using SpecialBackView = void;
  /// Whether the kernel of `back` should be given the special form.
  template <class Interp, class Backend, int Dimension>
  static constexpr bool prefers_special_back = false;

  /// How volumes are read: InPlaceSlices, PlaneSource, in the plane also LineSource, or
  /// SliceSource.
  template <class Interp, class Backend, int Dimension>
  using VolumeSource = InPlaceSlices<Interp>;
  /// How projections are read: InPlaceSlices, SliceSource or InteriorSliceSource.
  template <class Interp, class Backend>
  using ProjectionSource = InPlaceSlices<Interp>;

  /// Fails to compile, with one sentence, for a geometry that lacks what the forward kernel needs.
  template <class Geometry>
  static constexpr void check_forward() {
    check_traceable_geometry<Geometry>();
  }
  /// The same for the kernel of the transpose.
  template <class Geometry>
  static constexpr void check_back() {
    check_traceable_geometry<Geometry>();
    check_projectable_geometry<Geometry>();
  }
};

namespace detail {

/// The types with which check_model tries a model; their functions are never called.
struct ProbeInterp {
  static PYRONN_HOST_DEVICE float blend(float a, float b, float s00, float s10, float s01,
                                        float s11);
};
struct ProbeBackend {};
template <class IndexView>
struct ProbeViews {
  PYRONN_HOST_DEVICE IndexView const& view(int n, int sample) const;
};
struct ProbeView {
  PYRONN_HOST_DEVICE Ray<float> ray(float u, float v) const;
  PYRONN_HOST_DEVICE DetectorPoint<float> project(Vec3f point) const;
};
struct ProbeGeometry {
  int num_views() const;
  Extents<2> detector_size() const;
  ProbeView view(int n) const;
};

template <class M>
using ForwardViewOf = typename M::template ForwardView<ProbeView>;
template <class M>
using BackViewOf = typename M::template BackView<ProbeView>;
template <class M>
using SpecialForwardViewOf = typename M::template SpecialForwardView<ProbeView, 3>;
template <class M>
using SpecialBackViewOf = typename M::template SpecialBackView<ProbeView, 3>;
template <class M>
using PrefersSpecialBack = decltype(M::template prefers_special_back<ProbeInterp, ProbeBackend, 3>);
template <class M>
using VolumeSourceOf = typename M::template VolumeSource<ProbeInterp, ProbeBackend, 3>;
template <class M>
using ProjectionSourceOf = typename M::template ProjectionSource<ProbeInterp, ProbeBackend>;
template <class M>
using CheckForward = decltype(M::template check_forward<ProbeGeometry>());
template <class M>
using CheckBack = decltype(M::template check_back<ProbeGeometry>());

using ProbeSamples = LinearSamples<ProbeInterp, float>;
template <class M>
using ProbeForwardTask = ForwardTask<3, ProbeViews<ForwardViewOf<M>>, ProbeSamples, float>;
template <class M>
using ProbeBackTask = BackTask<3, ProbeViews<BackViewOf<M>>, ProbeSamples, float>;
template <class M>
using ForwardKernelOf =
    decltype(std::declval<M const&>().template forward<ProbeInterp, ProbeBackend>(
        std::declval<ProbeForwardTask<M> const&>()));
template <class M>
using BackKernelOf = decltype(std::declval<M const&>().template back<ProbeInterp, ProbeBackend>(
    std::declval<ProbeBackTask<M> const&>()));

template <class Kernel>
using BlockOf = typename Kernel::Block;
template <class Kernel>
using ItemsOf = decltype(std::declval<Kernel const&>().items());
template <class Kernel>
using RunOfItem = decltype(std::declval<Kernel const&>()(Vec<int, 3>{}));

/// True for a model for which `MakeKernel` names a kernel as exec/kernel.hpp describes it.
template <class Model, template <class> class MakeKernel>
constexpr bool makes_kernel() {
  if constexpr (is_detected_v<MakeKernel, Model>) {
    using Kernel = MakeKernel<Model>;
    return std::is_trivially_copyable_v<Kernel> && is_detected_v<BlockOf, Kernel> &&
           is_detected_v<RunOfItem, Kernel> && returns<Kernel, ItemsOf, Extents<3>>();
  } else {
    return false;
  }
}

template <class M>
inline constexpr bool has_views_v = is_detected_v<ForwardViewOf, M>&& is_detected_v<BackViewOf, M>;
template <class M>
inline constexpr bool has_special_views_v = is_detected_v<SpecialForwardViewOf, M>&&
    is_detected_v<SpecialBackViewOf, M>&& is_detected_v<PrefersSpecialBack, M>;
template <class M>
inline constexpr bool has_sources_v =
    is_detected_v<VolumeSourceOf, M>&& is_detected_v<ProjectionSourceOf, M>;
template <class M>
inline constexpr bool has_checks_v = is_detected_v<CheckForward, M>&& is_detected_v<CheckBack, M>;

}  // namespace detail

/// True for types that have all members of a model.
template <class Model>
inline constexpr bool is_model_v =
    detail::has_views_v<Model>&& detail::has_special_views_v<Model>&& detail::has_sources_v<Model>&&
        detail::has_checks_v<Model>&& std::is_copy_constructible_v<Model>&&
        detail::makes_kernel<Model, detail::ForwardKernelOf>() &&
    detail::makes_kernel<Model, detail::BackKernelOf>();

namespace detail {

/// For models of the library, which tests check so that not every user's compiler has to.
template <class Model>
inline constexpr bool is_proven_model_v = false;

template <class Model>
constexpr void check_members_of_model() {
  static_assert(detail::has_views_v<Model>,
                "A model must name 'ForwardView<View>' and 'BackView<View>', what its kernels need "
                "of a view; pyronn::ModelDefaults has them for models that follow rays.");
  static_assert(detail::has_special_views_v<Model>,
                "A model must have 'SpecialForwardView<View, Dimension>', 'SpecialBackView<View, "
                "Dimension>' and 'prefers_special_back<Interp, Backend, Dimension>', as "
                "pyronn::ModelDefaults has.");
  static_assert(detail::has_sources_v<Model>,
                "A model must name 'VolumeSource<Interp, Backend, Dimension>' and "
                "'ProjectionSource<Interp, Backend>', how its kernels read arrays, as "
                "pyronn::ModelDefaults does.");
  static_assert(detail::has_checks_v<Model>,
                "A model must have 'static constexpr void check_forward<Geometry>()' and "
                "'check_back<Geometry>()', as pyronn::ModelDefaults has.");
  if constexpr (detail::has_views_v<Model>) {
    static_assert(detail::is_detected_v<detail::ForwardKernelOf, Model>,
                  "A model must have 'forward<Interp, Backend>(Task const& task) const': its "
                  "kernel from volumes to projections.");
    static_assert(detail::is_detected_v<detail::BackKernelOf, Model>,
                  "A model must have 'back<Interp, Backend>(Task const& task) const': the kernel "
                  "of the transpose, from projections to volumes.");
    if constexpr (detail::is_detected_v<detail::ForwardKernelOf, Model> &&
                  detail::is_detected_v<detail::BackKernelOf, Model>) {
      static_assert(detail::makes_kernel<Model, detail::ForwardKernelOf>() &&
                        detail::makes_kernel<Model, detail::BackKernelOf>(),
                    "What a model's 'forward' and 'back' return must be kernels: trivially "
                    "copyable, with 'Block', 'Extents<3> items() const' and "
                    "'operator()(Vec<int, 3> item) const'.");
    }
  }
}

}  // namespace detail

/// Fails to compile, with one sentence for what is missing, unless Model is one.
template <class Model>
constexpr void check_model() {
  if constexpr (!detail::is_proven_model_v<Model>) detail::check_members_of_model<Model>();
}

}  // namespace pyronn
