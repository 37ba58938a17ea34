// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the kernels of a policy read arrays on a backend. The primary templates read the caller's
/// memory in place and need no workspace; a policy that reads otherwise on some backend, for
/// example through textures on a copy, specialises them. Arrays have the extents (x, y, z, sample)
/// or (u, v, view, sample) and the element types that is_storage_v allows. A specialisation of
/// SliceSource, InteriorSliceSource, PlaneSource or LineSource has these members:
/// @code
///   slice_bytes(executor, array)       bytes of workspace for one slice of one sample; 0: in place
///   max_slices(executor, array)        slices of one sample that can be loaded at a time; 0: none
///   max_samples(executor, array)       whole samples that can be loaded at a time; may be 0
///   least_slices<T>                    loading fewer slices than this at a time, and fewer than
///                                      there are, takes longer than reading in place
///   load_launches                      kernels that `load` queues where slice_bytes is not 0
///   load(executor, array, workspace)   makes all of `array` readable, stream-ordered; returns what
///                                      the kernel reads from, which is trivially copyable
///   InPlace                            the source that reads in place with the policy's `blend`
/// @endcode
/// CopySource has the usual values of some. An operator uses `InPlace` where max_slices is 0 and
/// where the workspace holds fewer slices than least_slices.
#include <cstddef>
#include <limits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>

namespace pyronn {

/// What most sources that copy into the workspace have in common: they derive from this, and hide
/// what differs. `InPlaceSource` reads in place with the same `blend`.
template <class InPlaceSource>
struct CopySource {
  using InPlace = InPlaceSource;  ///< used where the source can load no slice

  /// @{
  /// A member of every source, as said at the beginning of this file.
  template <class T>
  static constexpr int least_slices = 1;
  static constexpr int load_launches = 1;

  template <class Executor, class T>
  static int max_slices(Executor const&, ArrayView<T const, 4> array) {
    return array.extents[2];
  }
  /// @}
};

/// Reads the slices of an array in place.
template <class Interp>
struct InPlaceSlices {
  /// @{
  /// A member of every source, as said at the beginning of this file.
  template <class T>
  static constexpr int least_slices = 1;
  static constexpr int load_launches = 0;

  template <class Executor, class T>
  static std::size_t slice_bytes(Executor const&, ArrayView<T const, 4>) {
    return 0;
  }
  template <class Executor, class T>
  static int max_slices(Executor const&, ArrayView<T const, 4> array) {
    return array.extents[2];
  }
  template <class Executor, class T>
  static int max_samples(Executor const&, ArrayView<T const, 4> array) {
    return array.extents[3];
  }
  template <class Executor, class T, class Workspace>
  static detail::LinearSamples<Interp, T> load(Executor const&, ArrayView<T const, 4> array,
                                               Workspace&) {
    return {array};
  }
  /// @}
};

/// Reads the planes of an array in place, in slabs of fewer than 2^31 elements.
template <class Interp>
struct InPlacePlanes : InPlaceSlices<Interp> {
  /// @{
  /// A member of every source, as said at the beginning of this file.
  template <class Executor, class T>
  static int max_slices(Executor const&, ArrayView<T const, 4> array) {
    constexpr int max_elements = std::numeric_limits<int>::max();
    return min(array.extents[2], max(1, max_elements / (array.extents[0] * array.extents[1])));
  }
  template <class Executor, class T>
  static int max_samples(Executor const& executor, ArrayView<T const, 4> array) {
    return max_slices(executor, array) < array.extents[2] ? 0 : array.extents[3];
  }
  /// @}
};

/// The source of kernels that read slice by slice, `samples.slice(n)`: the views of projections.
template <class Interp, class Backend>
struct SliceSource : InPlaceSlices<Interp> {
  using InPlace = InPlaceSlices<Interp>;  ///< used where this source can load no slice
};

/// The source of kernels that read slice by slice and most samples by `sample_inside`.
template <class Interp, class Backend>
struct InteriorSliceSource : SliceSource<Interp, Backend> {};

/// The source of kernels that read planes perpendicular to any axis of a volume,
/// `samples.planes<Axis>(sample, group)`.
template <class Interp, class Backend>
struct PlaneSource : InPlacePlanes<Interp> {
  using InPlace = InPlacePlanes<Interp>;  ///< used where this source can load no slice
};

/// The source of kernels that read images where rays cross their rows and columns. What it loads
/// has `planes<Axis>(sample, group)` as that of PlaneSource, without `texel`.
template <class Interp, class Backend>
struct LineSource : PlaneSource<Interp, Backend> {};

}  // namespace pyronn
