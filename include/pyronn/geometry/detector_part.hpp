// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// detector_part, columns_of, rows_of: the scan that a part of a detector measures, or a detector
/// with more pixels.
#include <cstddef>
#include <type_traits>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

namespace detail {

template <class Geometry>
std::vector<view_t<Geometry>> views_counted_from(Geometry const& geometry, int column, int row) {
  std::vector<view_t<Geometry>> views;
  views.reserve(static_cast<std::size_t>(geometry.num_views()));
  for (int n = 0; n < geometry.num_views(); ++n) {
    if constexpr (std::is_same_v<view_t<Geometry>, ArcFanView>) {
      views.push_back(geometry.view(n).counted_from(column));
    } else {
      views.push_back(geometry.view(n).counted_from(column, row));
    }
  }
  return views;
}

}  // namespace detail

/// The scan of the pixels from (first_column, first_row) on: the rays of all views are those of the
/// whole, but for rounding. Pixels may lie beyond the detector, on the same plane, line or arc;
/// then the first ones may be negative. In the plane there is one row, 0. A circular scan stays
/// one, and what Fbp makes of it is what it makes of these pixels of the whole, but where redundant
/// rays are weighted by how far a detector reaches: offset ones of a full turn. Throws
/// InvalidArgument for a part without pixels, for more than 2^31 - 1, for pixels of an arc 90
/// degrees or more off its middle, and for other rows in the plane.
template <class Geometry>
[[nodiscard]] Geometry detector_part(Geometry const& geometry, int first_column, int columns,
                                     int first_row, int rows) {
  Detector::validate_size({columns, rows});
  auto const views = detail::views_counted_from(geometry, first_column, first_row);
  if constexpr (dimension_v<Geometry> == 2) {
    detail::expects(first_row == 0 && rows == 1, "detector_part: ", rows, " rows from ", first_row,
                    " on of a scan of the plane, which has row 0 only");
    return Geometry::from_views(columns, views);
  } else {
    return Geometry::from_views({columns, rows}, views);
  }
}

/// The scan of some columns of all rows. Throws where detector_part does.
template <class Geometry>
[[nodiscard]] Geometry columns_of(Geometry const& geometry, int first, int count) {
  return pyronn::detector_part(geometry, first, count, 0, geometry.detector_size()[1]);
}

/// The scan of some rows of all columns. Throws where detector_part does.
template <class Geometry>
[[nodiscard]] Geometry rows_of(Geometry const& geometry, int first, int count) {
  return pyronn::detector_part(geometry, 0, geometry.detector_size()[0], first, count);
}

}  // namespace pyronn
