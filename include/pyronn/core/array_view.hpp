// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ArrayView: how callers hand arrays to operators.
#include <cstdint>
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>

namespace pyronn {

/// A view of a contiguous array: a pointer and the sizes, fastest axis first. A volume `[z][y][x]`
/// has extents (x, y, z); projections `[view][v][u]` have extents (u, v, view). The view owns
/// nothing: the memory belongs to the caller, lies where the executor that reads it works, and must
/// live until the work that was queued on it is done.
template <class T, int Rank>
struct ArrayView {
  T* data = nullptr;        ///< the first element; null: no array
  Extents<Rank> extents{};  ///< sizes, fastest axis first

  constexpr ArrayView() = default;
  /// The constructor checks nothing: operators check the arrays that they are given.
  PYRONN_HOST_DEVICE constexpr ArrayView(T* data_, Extents<Rank> extents_)
      : data{data_}, extents{extents_} {}

  /// A view of T converts to a view of T const.
  template <class U, class = std::enable_if_t<std::is_same_v<U const, T>>>
  PYRONN_HOST_DEVICE constexpr ArrayView(ArrayView<U, Rank> other)
      : data{other.data}, extents{other.extents} {}

  /// Number of elements; correct above 2^31.
  PYRONN_HOST_DEVICE constexpr std::int64_t count() const { return extents.count(); }

  /// Number of elements in one step of the slowest axis: in a slice of a volume, a view of
  /// projections, a sample of a batch.
  PYRONN_HOST_DEVICE constexpr std::int64_t slice_count() const {
    std::int64_t product = 1;
    for (int axis = 0; axis + 1 < Rank; ++axis) product *= extents[axis];
    return product;
  }

  /// The array of the steps [first, first + count) of the slowest axis, which are not checked.
  PYRONN_HOST_DEVICE constexpr ArrayView slices(int first, int count) const {
    ArrayView range{data + first * slice_count(), extents};
    range.extents[Rank - 1] = count;
    return range;
  }

  /// @{
  /// The element at these indices, fastest axis first, which are not checked; as many as the rank.
  PYRONN_HOST_DEVICE constexpr T& operator()(int x, int y) const {
    static_assert(Rank == 2, "two indices address an array of rank 2");
    return data[static_cast<std::int64_t>(y) * extents[0] + x];
  }

  PYRONN_HOST_DEVICE constexpr T& operator()(int x, int y, int z) const {
    static_assert(Rank == 3, "three indices address an array of rank 3");
    return data[(static_cast<std::int64_t>(z) * extents[1] + y) * extents[0] + x];
  }

  PYRONN_HOST_DEVICE constexpr T& operator()(int x, int y, int z, int sample) const {
    static_assert(Rank == 4, "four indices address an array of rank 4");
    std::int64_t const slice = static_cast<std::int64_t>(sample) * extents[2] + z;
    return data[(slice * extents[1] + y) * extents[0] + x];
  }
  /// @}
};

namespace detail {

/// The same array as a view that only reads.
template <class T, int Rank>
ArrayView<std::remove_const_t<T> const, Rank> read_only(ArrayView<T, Rank> view) {
  return {view.data, view.extents};
}

}  // namespace detail

/// A volume with extents (x, y, z).
template <class T>
using VolumeView = ArrayView<T, 3>;

/// Projections with extents (u, v, view).
template <class T>
using ProjectionView = ArrayView<T, 3>;

/// An image with extents (x, y).
template <class T>
using ImageView = ArrayView<T, 2>;

}  // namespace pyronn
