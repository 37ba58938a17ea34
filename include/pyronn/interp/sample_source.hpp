// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a policy gets at samples on an executor. What stands here is the answer for most: in place,
/// with no memory. Arrays have the extents (x, y, z, sample) or (u, v, view, sample). A
/// specialisation has the same members:
///   Samples                            what the kernel reads from; trivially copyable
///   slice_bytes(executor, array)       workspace that one slice of one sample needs; 0: in place
///   max_slices(executor, array)        slices of one sample that can be read at a time
///   max_samples(executor, array)       whole samples that can be read at a time; may be 0
///   load(executor, array, workspace)   makes all of `array` readable, stream-ordered
#include <cstddef>
#include <limits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/interp/linear_samples.hpp>

namespace pyronn {

/// For kernels that read slice by slice, `samples.slice(n)`: the views of projections.
template <class Interp, class Executor>
struct SliceSource {
  using Samples = LinearSamples<Interp>;

  static std::size_t slice_bytes(Executor const&, ArrayView<float const, 4>) { return 0; }
  static int max_slices(Executor const&, ArrayView<float const, 4> array) {
    return array.extents[2];
  }
  static int max_samples(Executor const&, ArrayView<float const, 4> array) {
    return array.extents[3];
  }
  template <class Workspace>
  static Samples load(Executor const&, ArrayView<float const, 4> array, Workspace&) {
    return {array};
  }
};

/// For kernels that read on planes across any axis, `samples.planes<Axis>(sample, group)`: volumes,
/// in slabs of fewer than 2^31 elements.
template <class Interp, class Executor>
struct PlaneSource : SliceSource<Interp, Executor> {
  static int max_slices(Executor const&, ArrayView<float const, 4> array) {
    constexpr int max_elements = std::numeric_limits<int>::max();
    return min(array.extents[2], max(1, max_elements / (array.extents[0] * array.extents[1])));
  }
  static int max_samples(Executor const& executor, ArrayView<float const, 4> array) {
    return max_slices(executor, array) < array.extents[2] ? 0 : array.extents[3];
  }
};

}  // namespace pyronn
