// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a policy gets at samples on an executor. What stands here is the answer for most: in place,
/// with no memory. Arrays have the extents (x, y, z, sample) or (u, v, view, sample) and hold what
/// is_storage_v allows. A specialisation of SliceSource, InteriorSliceSource, PlaneSource or
/// LineSource has the same members:
/// @code
///   slice_bytes(executor, array)       workspace that one slice of one sample needs; 0: in place
///   max_slices(executor, array)        slices of one sample that can be read at a time; 0: none
///   max_samples(executor, array)       whole samples that can be read at a time; may be 0
///   least_slices<T>                    fewer at a time than these, and than all, do not pay
///   load_launches                      kernels that `load` queues where slice_bytes is not 0
///   load(executor, array, workspace)   makes all of `array` readable, stream-ordered; returns what
///                                      the kernel reads from, which is trivially copyable
/// @endcode
/// Where it can read no slice, for want of workspace or otherwise, the array is read in place after
/// all, with the policy's `blend`.
#include <cstddef>
#include <limits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>

namespace pyronn {

/// The slices of an array in place.
template <class Interp>
struct InPlaceSlices {
  /// @{
  /// As said above of every source.
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

/// The planes of an array in place, in slabs of fewer than 2^31 elements.
template <class Interp>
struct InPlacePlanes : InPlaceSlices<Interp> {
  /// @{
  /// As said above of every source.
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

/// For kernels that read slice by slice, `samples.slice(n)`: the views of projections.
template <class Interp, class Backend>
struct SliceSource : InPlaceSlices<Interp> {
  using InPlace = InPlaceSlices<Interp>;  ///< what stands in where this one can read no slice
};

/// The same for kernels that read most samples by `sample_inside`.
template <class Interp, class Backend>
struct InteriorSliceSource : SliceSource<Interp, Backend> {};

/// For kernels that read on planes across any axis, `samples.planes<Axis>(sample, group)`: volumes.
template <class Interp, class Backend>
struct PlaneSource : InPlacePlanes<Interp> {
  using InPlace = InPlacePlanes<Interp>;  ///< what stands in where this one can read no slice
};

/// For kernels that read images of the plane where rays cross their rows and columns, with the same
/// members `planes<Axis>(sample, group)` less `texel`.
template <class Interp, class Backend>
struct LineSource : PlaneSource<Interp, Backend> {};

}  // namespace pyronn
