// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/interp/linear_slice.hpp>

namespace pyronn {

/// The caller's memory, read in place: a stack of slices (z slices of volumes, views of
/// projections) for each sample of a batch, each slice a plane that is read bilinearly; planes
/// across the stack of a sample likewise.
template <class Interp>
struct LinearSamples {
  ArrayView<float const, 4> array;

  /// The plane of slice n, counted through all samples: axes (x, y) or (u, v).
  [[nodiscard]] PYRONN_HOST_DEVICE LinearSlice<Interp, int> slice(int n) const {
    std::int64_t const count = static_cast<std::int64_t>(array.extents[1]) * array.extents[0];
    return {array.data + n * count, array.extents[0], array.extents[1], 1, array.extents[0]};
  }

  /// The plane of index k on `Axis` of a sample: axes (y, z) for x, (x, z) for y, (x, y) for z.
  template <int Axis>
  [[nodiscard]] PYRONN_HOST_DEVICE auto plane(int k, int sample) const {
    if constexpr (Axis == 2) {
      return slice(sample * array.extents[2] + k);
    } else {
      std::int64_t const strides[3] = {
          1, array.extents[0], static_cast<std::int64_t>(array.extents[1]) * array.extents[0]};
      return LinearSlice<Interp, std::int64_t>{
          array.data + sample * array.slice_count() + k * strides[Axis], array.extents[1 - Axis],
          array.extents[2], strides[1 - Axis], strides[2]};
    }
  }
};

}  // namespace pyronn
