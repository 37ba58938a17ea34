// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Detector and LineDetector: size, pixel spacing and offset of a detector.
#include <cmath>
#include <limits>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

namespace detail {

/// Column c lies at offset + (c - (columns - 1) / 2) * spacing along u from the central ray, which
/// in circular scans meets the axis [mm].
inline double offset_of_axis_column(char const* function, double column, int columns,
                                    double spacing) {
  expects(std::isfinite(column), function, ": axis column ", column, " must be finite");
  return (0.5 * (columns - 1.0) - column) * spacing;
}

}  // namespace detail

/// A flat panel of pixels.
struct Detector {
  Extents<2> size;     ///< pixels (u, v): columns, rows
  Vec2d spacing;       ///< distance between pixel centres along (u, v) [mm], positive
  Vec2d offset{0, 0};  ///< from the central ray to the panel's middle, along (u, v) [mm]

  /// This panel in a circular scan in which the rotation axis is seen in column `column`: with the
  /// offset along u that puts it there. Columns count from 0, have their centres at integers, and
  /// those between and beyond them count on; calibrations measure such a number. Throws
  /// InvalidArgument for a column that is not finite.
  [[nodiscard]] Detector with_axis_column(double column) const {
    Detector result = *this;
    result.offset[0] = detail::offset_of_axis_column("Detector", column, size[0], spacing[0]);
    return result;
  }

  /// Throws InvalidArgument unless sizes are at least 1, spacings positive and all numbers finite.
  void validate() const {
    validate_size(size);
    for (int axis = 0; axis < 2; ++axis) {
      detail::expects(std::isfinite(spacing[axis]) && spacing[axis] > 0, "Detector: spacing ",
                      spacing, " must be positive and finite along u and v [mm]");
      detail::expects(std::isfinite(offset[axis]), "Detector: offset ", offset,
                      " must be finite along u and v [mm]");
    }
  }

  /// Throws InvalidArgument unless sizes are at least 1 and there are fewer than 2^31 pixels.
  static void validate_size(Extents<2> size) {
    detail::expects(size[0] >= 1 && size[1] >= 1, "Detector: size ", size,
                    " must be at least 1 along u and v");
    detail::expects(size.count() <= std::numeric_limits<int>::max(), "Detector: size ", size,
                    " has more than 2^31 - 1 pixels");
  }
};

/// A line of pixels, straight or on an arc: the detector of scans of the plane.
struct LineDetector {
  int columns;      ///< number of pixels
  double spacing;   ///< distance between pixel centres [mm], positive
  double offset{};  ///< from the central ray to the line's middle, along u [mm]

  /// This line in a circular scan in which the rotation axis is seen in column `column`, as in
  /// Detector::with_axis_column. Throws InvalidArgument for a column that is not finite.
  [[nodiscard]] LineDetector with_axis_column(double column) const {
    return {columns, spacing,
            detail::offset_of_axis_column("LineDetector", column, columns, spacing)};
  }

  /// Throws InvalidArgument unless there is a pixel, the spacing is positive and all numbers are
  /// finite.
  void validate() const {
    Detector::validate_size({columns, 1});
    detail::expects(std::isfinite(spacing) && spacing > 0, "LineDetector: spacing ", spacing,
                    " must be positive and finite [mm]");
    detail::expects(std::isfinite(offset), "LineDetector: offset ", offset, " must be finite [mm]");
  }
};

/// The vector (x, y) as (x, y, 0).
inline Vec3d in_plane(Vec2d const& vec) { return {vec[0], vec[1], 0}; }

}  // namespace pyronn
