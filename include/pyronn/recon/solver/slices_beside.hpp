// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a linear map offers whose images are slabs of one image that others have the rest of.
#include <utility>

#include <pyronn/core/detail/detected.hpp>

namespace pyronn {

/// How many slices of an image that others have are kept beside one's own.
struct SlicesBeside {
  int before = 0;  ///< below the first slice
  int after = 0;   ///< above the last one
};

namespace detail {

template <class Map>
using SlicesBesideOf = decltype(std::declval<Map const&>().slices_beside(1));

/// Whether a map has the members
/// @code
///   SlicesBeside slices_beside(int most) const;   // there are, of at most `most` to either side
///   template <class T>                            // fills those of an array that has them
///   void receive_slices(ArrayView<T, 3> array, SlicesBeside const& beside) const;
/// @endcode
/// so that solvers can look at neighbouring pixels. All who have a slab call them at the same time.
template <class Map>
inline constexpr bool has_slices_beside_v = is_detected_v<SlicesBesideOf, Map>;

/// Those of a map, none if its images are whole.
template <class Map>
SlicesBeside slices_beside(Map const& map, int most) {
  if constexpr (has_slices_beside_v<Map>) {
    return map.slices_beside(most);
  } else {
    static_cast<void>(map);
    static_cast<void>(most);
    return {};
  }
}

/// The extents with these slices.
template <class Extents>
Extents with_slices(Extents extents, SlicesBeside const& beside) {
  extents[Extents::rank - 1] += beside.before + beside.after;
  return extents;
}

/// An array without these slices.
template <class Array>
Array without_slices(Array const& array, SlicesBeside const& beside) {
  int const all = array.extents[decltype(array.extents)::rank - 1];
  return array.slices(beside.before, all - beside.before - beside.after);
}

}  // namespace detail
}  // namespace pyronn
