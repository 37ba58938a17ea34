// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/interp/linear_slice.hpp>

namespace pyronn {

/// The caller's memory, read in place: a stack of slices (z slices of a volume, views of
/// projections), each a plane that is read bilinearly; planes across the stack likewise.
template <class Interp>
struct LinearSamples {
  ArrayView<float const, 3> array;

  /// The plane of slice n: axes (x, y) or (u, v).
  [[nodiscard]] PYRONN_HOST_DEVICE LinearSlice<Interp, int> slice(int n) const {
    return {array.data + n * array.slice_count(), array.extents[0], array.extents[1], 1,
            array.extents[0]};
  }

  /// The plane of index k on `Axis`: axes (y, z) for x, (x, z) for y, (x, y) for z.
  template <int Axis>
  [[nodiscard]] PYRONN_HOST_DEVICE auto plane(int k) const {
    if constexpr (Axis == 2) {
      return slice(k);
    } else {
      std::int64_t const strides[2] = {1, array.extents[0]};
      return LinearSlice<Interp, std::int64_t>{array.data + k * strides[Axis],
                                               array.extents[1 - Axis], array.extents[2],
                                               strides[1 - Axis], array.slice_count()};
    }
  }
};

}  // namespace pyronn
