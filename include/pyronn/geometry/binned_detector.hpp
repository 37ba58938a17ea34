// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// binned_detector: the scan that a detector of larger pixels measures.
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

namespace detail {

template <class Geometry>
using FromViewsOf = decltype(Geometry::from_views(
    std::declval<std::conditional_t<dimension_v<Geometry> == 2, int, Extents<2>>>(),
    std::vector<view_t<Geometry>>{}));

}  // namespace detail

/// Whether binned_detector knows the geometry: those of the library, not users' own.
template <class Geometry>
inline constexpr bool is_binnable_v = detail::is_detected_v<detail::FromViewsOf, Geometry>;

/// The scan whose pixels are so many columns wide and so many rows high; those that are left over
/// at the end are left out. In the plane there is one row. Throws InvalidArgument for numbers below
/// 1 and above the detector's.
template <class Geometry>
[[nodiscard]] Geometry binned_detector(Geometry const& geometry, int columns, int rows) {
  Extents<2> const size = geometry.detector_size();
  detail::expects(columns >= 1 && columns <= size[0] && rows >= 1 && rows <= size[1],
                  "binned_detector: pixels of ", columns, " columns and ", rows,
                  " rows must be of at least 1 and at most ", size[0], " and ", size[1]);
  std::vector<view_t<Geometry>> views;
  views.reserve(static_cast<std::size_t>(geometry.num_views()));
  for (int n = 0; n < geometry.num_views(); ++n) {
    if constexpr (std::is_same_v<view_t<Geometry>, ArcFanView>) {
      views.push_back(geometry.view(n).binned(columns));
    } else {
      views.push_back(geometry.view(n).binned(columns, rows));
    }
  }
  if constexpr (dimension_v<Geometry> == 2) {
    return Geometry::from_views(size[0] / columns, views);
  } else {
    return Geometry::from_views({size[0] / columns, size[1] / rows}, views);
  }
}

}  // namespace pyronn
