// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The two kernels of a model that follows rays, made from a type of rays: the forward projection
/// sums along the ray of each pixel, the backprojection is its exact transpose as a gather. Such a
/// model writes
///
/// @code
///   struct MyTrace {  // trivially copyable; may hold the model's parameters
///     // How far from a ray, along any axis, voxels may lie that have a weight [voxels].
///     static constexpr float reach = 1.0F;
///     // Is given the ray in voxel indices, the size of the volume and the voxels' spacing [mm].
///     // A template over float serves interpolation policies of double, too.
///     PYRONN_HOST_DEVICE MyRay operator()(Ray<float> const& ray, Extents<3> const& size,
///                                         Vec3f const& spacing) const;
///   };
///   struct MyRay {
///     // The weight [mm] with which the forward projection multiplies a voxel.
///     template <class Interp> PYRONN_HOST_DEVICE float weight(Vec<int, 3> const& voxel) const;
///     // The sum of weight times value over the voxels of a VolumeSlab.
///     template <class Slab> PYRONN_HOST_DEVICE float integral(Slab const& slab) const;
///     // Need not be: calls add(voxel, weight) for all voxels of a VoxelBox that have a weight,
///     and
///     // maybe for some around it. Cores then do not ask voxel by voxel for the transpose.
///     template <class Interp, int Dimension, class Add>
///     PYRONN_HOST_DEVICE void for_each_weight(VoxelBox const& box, Add const& add) const;
///   };
/// @endcode
///
/// and returns RayDrivenForward and RayDrivenBackOf of MyTrace; model/siddon.hpp is an example. A
/// model with a forward kernel of its own needs only `weight`.
#include <type_traits>
#include <utility>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/task.hpp>

namespace pyronn {

/// The z slices of one sample's volume that a launch reads: `count` of them, from slice `first` of
/// the volume on.
template <class Task>
struct VolumeSlab {
  Task const& task;  ///< what the kernel works on
  int offset;        ///< number of the sample's first slice among all slices of the launch
  int first;         ///< slice of the volume with which the slab begins
  int count;         ///< number of slices

  /// Slice n of the slab; a LinearSlice where arrays are read in place.
  [[nodiscard]] PYRONN_HOST_DEVICE auto slice(int n) const { return task.slice(offset + n); }
};

/// The voxels from `first` to before `end`.
struct VoxelBox {
  Vec<int, 3> first;  ///< of all three indices the lowest
  Vec<int, 3> end;    ///< and one past the highest
};

namespace detail {

template <class Trace, class Number>
using TracedBy = std::decay_t<decltype(std::declval<Trace const&>()(
    std::declval<Ray<Number> const&>(), std::declval<Extents<3> const&>(),
    std::declval<Vec<Number, 3> const&>()))>;

/// Fails to compile, with one sentence, unless a trace follows rays of these numbers.
template <class Trace, class Number>
constexpr bool check_trace() {
  static_assert(is_detected_v<TracedBy, Trace, Number>,
                "The trace of a model must take Ray<Number>, Extents<3> and Vec<Number, 3>, where "
                "Number is what the interpolation policy computes in: a template takes float and "
                "double (model/ray_driven.hpp).");
  return true;
}

}  // namespace detail

/// Forward projection: one item is a pixel of a view.
template <class Trace, class Task>
struct RayDrivenForward {
  /// @{
  /// A member of a kernel, as described in exec/kernel.hpp.
  using Block = BlockShape<32, 4, 1>;
  using Number = typename Task::Number;
  static_assert(detail::check_trace<Trace, Number>());

  Task task;
  Trace trace;

  [[nodiscard]] Extents<3> items() const { return task.pixels(); }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    detail::ViewOfSample const of = task.split(pixel[2]);
    auto const& view = task.views.view(of.view, of.sample);
    Extents<3> const size{task.size[0], task.size[1], task.all_slices};
    auto const ray = detail::user::trace(
        trace, view.ray(static_cast<Number>(pixel[0]), static_cast<Number>(pixel[1])), size,
        task.spacing);
    VolumeSlab<Task> const slab{task, (task.first_volume + of.sample) * task.size[2],
                                task.first_slice, task.size[2]};
    task.write(pixel, of, detail::user::integral(ray, slab));
  }
  /// @}
};

/// The transpose as a gather: one item is a voxel, which adds up the pixels in the footprint of its
/// neighbourhood, each with the weight that the voxel has in the forward projection of that pixel.
/// There are no atomics, so the result is the same on every run.
template <class Trace, class Interp, class Task>
struct RayDrivenBack {
  /// @{
  /// A member of a kernel, as described in exec/kernel.hpp.
  using Block = BlockShape<32, 4, 1>;
  using Number = typename Task::Number;
  static_assert(detail::check_trace<Trace, Number>());

  Task task;
  Trace trace;

  [[nodiscard]] Extents<3> items() const { return task.voxels(); }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> voxel) const {
    int const sample = task.split(voxel);
    Number sum = task.begin(voxel, sample);
    for (int n = 0; n < task.num_views; ++n) sum += gather(n, sample, voxel);
    task.write(voxel, sample, sum);
  }
  /// @}

 private:
  PYRONN_HOST_DEVICE Number gather(int n, int sample, Vec<int, 3> const& voxel) const {
    auto const& view = task.views.view(n, sample);
    auto const slice = task.slice(n, sample);
    detail::IndexRange columns{0, task.detector[0] - 1};
    detail::IndexRange rows{0, task.detector[1] - 1};
    constexpr auto reach = static_cast<Number>(Trace::reach);
    detail::find_footprint(view, vec_cast<Number>(voxel), {reach, reach, reach}, task.detector,
                           columns, rows);
    Number sum = 0;
    for (int v = rows.first; v <= rows.last; ++v) {
      for (int u = columns.first; u <= columns.last; ++u) {
        auto const ray =
            detail::user::trace(trace, view.ray(static_cast<Number>(u), static_cast<Number>(v)),
                                task.size, task.spacing);
        Number const weight = detail::user::weight<Interp>(ray, voxel);
        if (weight != 0) sum += weight * slice.texel(u, v);
      }
    }
    return sum;
  }
};

namespace detail {

struct AddNothing {
  template <class Number>
  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> const&, Number) const {}
};
template <class Trace, class Interp, class Task>
using WeightsInBox = decltype(std::declval<TracedBy<Trace, typename Task::Number> const&>()
                                  .template for_each_weight<Interp, Task::dimension>(
                                      std::declval<VoxelBox const&>(), AddNothing{}));
/// Whether the rays of a trace can tell their weights in a box.
template <class Trace, class Interp, class Task>
inline constexpr bool tells_weights_v = is_detected_v<WeightsInBox, Trace, Interp, Task>;

/// The kernel of the transpose on a backend. Backends specialise this.
template <class Backend, class Trace, class Interp, class Task>
struct RayDrivenBackOn {
  using Type = RayDrivenBack<Trace, Interp, Task>;
};

}  // namespace detail

/// The kernel of the transpose that suits a backend.
template <class Backend, class Trace, class Interp, class Task>
using RayDrivenBackOf = typename detail::RayDrivenBackOn<Backend, Trace, Interp, Task>::Type;

}  // namespace pyronn
