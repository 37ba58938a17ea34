// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>

namespace pyronn {

/// `count` angles [rad] in equal steps from `start` to `start + range`, both included; equal_angles
/// leaves out the end. Throws InvalidArgument for less than 2 angles, more than 10^7, and for
/// numbers that are not finite.
inline std::vector<double> equal_angles_with_end(int count, double start, double range) {
  detail::check_equal_angles("equal_angles_with_end", count, 2, start, range);
  std::vector<double> angles(static_cast<std::size_t>(count));
  for (int n = 0; n < count; ++n) {
    angles[static_cast<std::size_t>(n)] = start + n * range / (count - 1);
  }
  return angles;
}

/// Half the fan angle [rad]: between the central ray and the farther edge of the outermost column.
/// Throws InvalidArgument for a distance [mm] or detector that is none.
inline double half_fan_angle(double source_detector_distance, Detector const& detector) {
  detector.validate();
  detail::expects(std::isfinite(source_detector_distance) && source_detector_distance > 0,
                  "half_fan_angle: source_detector_distance ", source_detector_distance,
                  " must be positive and finite [mm]");
  double const half_width = 0.5 * detector.size[0] * detector.spacing[0];
  return std::atan((half_width + std::abs(detector.offset[0])) / source_detector_distance);
}

/// The least arc [rad] on which every line through the fan is seen at least once: pi and twice
/// half_fan_angle (D. L. Parker, Med. Phys. 9, 1982). Throws as half_fan_angle does.
inline double short_scan_range(double source_detector_distance, Detector const& detector) {
  return pi + 2.0 * half_fan_angle(source_detector_distance, detector);
}

}  // namespace pyronn
