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

#include <pyronn/core/array_view.hpp>
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

/// For kernels that read on planes across any axis, `samples.plane<Axis>(k, sample)`: volumes.
template <class Interp, class Executor>
struct PlaneSource : SliceSource<Interp, Executor> {};

}  // namespace pyronn
