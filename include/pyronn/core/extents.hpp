// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Extents: the sizes of an array.
#include <cstdint>

#include <pyronn/core/config.hpp>

namespace pyronn {

/// The sizes of an array, fastest axis first: (x, y, z) of a volume, (u, v) of a detector,
/// (u, v, view) of projections.
template <int Rank>
struct Extents {
  int size[Rank];  ///< elements along each axis

  static constexpr int rank = Rank;  ///< the number of axes

  /// @{
  /// The size along an axis, which is not checked.
  PYRONN_HOST_DEVICE constexpr int& operator[](int axis) { return size[axis]; }
  PYRONN_HOST_DEVICE constexpr int operator[](int axis) const { return size[axis]; }
  /// @}

  /// Number of elements; correct above 2^31.
  PYRONN_HOST_DEVICE constexpr std::int64_t count() const {
    std::int64_t product = 1;
    for (int axis = 0; axis < Rank; ++axis) product *= size[axis];
    return product;
  }

  /// @{
  /// Extents are equal where they are equal along every axis.
  friend PYRONN_HOST_DEVICE constexpr bool operator==(Extents const& a, Extents const& b) {
    for (int axis = 0; axis < Rank; ++axis) {
      if (a[axis] != b[axis]) return false;
    }
    return true;
  }
  friend PYRONN_HOST_DEVICE constexpr bool operator!=(Extents const& a, Extents const& b) {
    return !(a == b);
  }
  /// @}
};

}  // namespace pyronn
