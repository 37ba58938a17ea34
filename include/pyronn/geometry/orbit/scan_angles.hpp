// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Angles of short scans and of scans that include their end.
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>

namespace pyronn {

/// `count` angles [rad] in equal steps from `start` to `start + range`, both included; equal_angles
/// leaves out the end. Throws InvalidArgument unless the count is from 2 to 10^7 and the other
/// numbers are finite.
inline std::vector<double> equal_angles_with_end(int count, double start, double range) {
  detail::check_equal_angles("equal_angles_with_end", count, 2, start, range);
  std::vector<double> angles(static_cast<std::size_t>(count));
  for (int n = 0; n < count; ++n) {
    angles[static_cast<std::size_t>(n)] = start + n * range / (count - 1);
  }
  return angles;
}

/// Half the fan angle [rad]: the angle between the central ray and the outer edge of the column
/// that is farthest from it. Throws InvalidArgument for a distance [mm] that is not positive and
/// finite, and where Detector::validate does.
inline double half_fan_angle(double source_detector_distance, Detector const& detector) {
  detector.validate();
  detail::expects(std::isfinite(source_detector_distance) && source_detector_distance > 0,
                  "half_fan_angle: source_detector_distance ", source_detector_distance,
                  " must be positive and finite [mm]");
  double const half_width = 0.5 * detector.size[0] * detector.spacing[0];
  return std::atan((half_width + std::abs(detector.offset[0])) / source_detector_distance);
}

/// The least range of angles [rad] over which every line through the fan is measured at least once:
/// pi plus twice half_fan_angle (D. L. Parker, Med. Phys. 9, 1982). Throws InvalidArgument where
/// half_fan_angle does.
inline double short_scan_range(double source_detector_distance, Detector const& detector) {
  return pi + 2.0 * half_fan_angle(source_detector_distance, detector);
}

}  // namespace pyronn
