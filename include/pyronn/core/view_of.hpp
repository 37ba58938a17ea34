// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// view_of: a vector's elements as an array.
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>

namespace pyronn {

namespace detail {

template <int Rank>
void check_count(std::size_t count, Extents<Rank> extents) {
  expects(static_cast<std::int64_t>(count) == extents.count(), "view_of: extents ", extents,
          " are ", extents.count(), " elements, but the vector has ", count);
}

}  // namespace detail

/// @{
/// The elements of a vector as an array of these extents, fastest axis first; the vector must
/// outlive it and keep its size. Throws InvalidArgument unless the vector has as many elements.
template <class T, int Rank>
ArrayView<T, Rank> view_of(std::vector<T>& values, Extents<Rank> extents) {
  detail::check_count(values.size(), extents);
  return {values.data(), extents};
}
template <class T, int Rank>
ArrayView<T const, Rank> view_of(std::vector<T> const& values, Extents<Rank> extents) {
  detail::check_count(values.size(), extents);
  return {values.data(), extents};
}
/// @}

}  // namespace pyronn
