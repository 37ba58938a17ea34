// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a linear map offers whose images are slabs of one image, and whose rows are some of the
/// views, that others have the rest of.
#include <cstdint>
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

template <class Map>
using OwnViewsOf = decltype(std::declval<Map const&>().own_views());

/// Whether each of several has some of a map's views alone, by the members
/// @code
///   auto own_views() const;               // consecutive ones of num_views(): .first and .count
///   std::int64_t most_pixels() const;     // of an image, in the one that has the most
/// @endcode
template <class Map>
inline constexpr bool has_own_views_v = is_detected_v<OwnViewsOf, Map>;

/// The number of the first view that an array of the map's range has.
template <class Map>
int first_own_view(Map const& map) {
  if constexpr (has_own_views_v<Map>) {
    return map.own_views().first;
  } else {
    static_cast<void>(map);
    return 0;
  }
}

/// How many views an array of the map's range has.
template <class Map>
int count_own_views(Map const& map) {
  if constexpr (has_own_views_v<Map>) {
    return map.own_views().count;
  } else {
    return map.num_views();
  }
}

/// The pixels of an image, or of the one of several that has the most.
template <class Map>
std::int64_t most_pixels(Map const& map) {
  if constexpr (has_own_views_v<Map>) {
    return map.most_pixels();
  } else {
    return map.domain().count();
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
