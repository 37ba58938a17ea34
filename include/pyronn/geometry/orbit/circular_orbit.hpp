// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ParallelOrbit and CircularOrbit: views at angles about the z axis.
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/detector.hpp>

namespace pyronn {

/// The sense in which the source turns as angles grow, seen from +z.
enum class Rotation { counter_clockwise, clockwise };

namespace detail {

/// Throws InvalidArgument for counts that are too large to be meant, before memory is taken for
/// them, and for angles that are not finite.
inline void check_equal_angles(char const* function, int count, int least, double start,
                               double range) {
  constexpr int most_angles = 10000000;
  expects(count >= least && count <= most_angles, function, ": count ", count, " must be from ",
          least, " to ", most_angles);
  expects(std::isfinite(start + count * range), function, ": start ", start, " and range ", range,
          " must be finite [rad]");
}

}  // namespace detail

/// `count` angles [rad] in equal steps from `start`, the end `start + range` excluded. Throws
/// InvalidArgument unless the count is from 1 to 10^7 and the other numbers are finite.
inline std::vector<double> equal_angles(int count, double start = 0.0, double range = 2.0 * pi) {
  detail::check_equal_angles("equal_angles", count, 1, start, range);
  std::vector<double> angles(static_cast<std::size_t>(count));
  for (int n = 0; n < count; ++n) angles[static_cast<std::size_t>(n)] = start + n * range / count;
  return angles;
}

/// The directions of one view of an orbit about the z axis, of unit length.
struct OrbitFrame {
  Vec3d outward;  ///< from the isocentre to the source
  Vec3d u;        ///< along the detector's rows
  Vec3d v;        ///< +z
};

/// The frame at angle b [rad]. Counter-clockwise, outward is (cos b, sin b, 0) and u is
/// (-sin b, cos b, 0), so that u x v points at the source; clockwise, -b takes the place of b.
inline OrbitFrame orbit_frame(double angle, Rotation rotation) {
  double const turned = rotation == Rotation::counter_clockwise ? angle : -angle;
  Vec3d const outward{std::cos(turned), std::sin(turned), 0};
  return {outward, {-outward[1], outward[0], 0}, {0, 0, 1}};
}

namespace detail {

/// Throws InvalidArgument unless there is an angle and all angles are finite.
inline void check_angles(char const* function, std::vector<double> const& angles) {
  expects(!angles.empty(), function, ": angles must hold at least one angle [rad]");
  for (double const angle : angles) {
    expects(std::isfinite(angle), function, ": angle ", angle, " must be finite [rad]");
  }
}

/// Throws InvalidArgument for angles about one circle that spread over more turns than any scan
/// has.
inline void check_turns(char const* function, std::vector<double> const& angles) {
  constexpr double most_turns = 25;
  double low = angles.front();
  double high = low;
  for (double const angle : angles) {
    low = min(low, angle);
    high = max(high, angle);
  }
  expects(high - low <= most_turns * 2 * pi, function, ": angles from ", low, " to ", high, " are ",
          rounded((high - low) / (2 * pi)), " turns; are they degrees? Angles are in rad");
}

}  // namespace detail

/// The orbit of parallel rays that turn about the z axis.
struct ParallelOrbit {
  std::vector<double> angles;  ///< one for each view [rad], in any order and with any steps
  Rotation rotation = Rotation::counter_clockwise;  ///< the sense in which angles grow

  /// Throws InvalidArgument unless there is an angle, all angles are finite and they spread over no
  /// more than 25 turns.
  void validate() const {
    detail::check_angles("ParallelOrbit", angles);
    detail::check_turns("ParallelOrbit", angles);
  }
};

/// The orbit of a source on a circle about the z axis, with the detector opposite to it;
/// orbit_frame has the directions of each view.
struct CircularOrbit {
  double source_isocenter_distance;  ///< radius of the circle [mm]
  double source_detector_distance;   ///< along the central ray [mm]
  std::vector<double> angles;        ///< one for each view [rad], in any order and with any steps
  Rotation rotation = Rotation::counter_clockwise;  ///< the sense in which angles grow

  /// Throws InvalidArgument unless both distances are positive and finite, with the detector beyond
  /// the isocentre, as rays end at it, there is an angle and all angles are finite.
  void validate() const {
    detail::expects(std::isfinite(source_isocenter_distance) && source_isocenter_distance > 0,
                    "CircularOrbit: source_isocenter_distance ", source_isocenter_distance,
                    " must be positive and finite [mm]");
    detail::expects(std::isfinite(source_detector_distance) && source_detector_distance > 0,
                    "CircularOrbit: source_detector_distance ", source_detector_distance,
                    " must be positive and finite [mm]");
    detail::expects(source_detector_distance > source_isocenter_distance,
                    "CircularOrbit: source_detector_distance ", source_detector_distance,
                    " must be greater than source_isocenter_distance ", source_isocenter_distance,
                    " mm, as rays end at the detector; are the two swapped?");
    detail::check_angles("CircularOrbit", angles);
  }

  /// The positions of source and detector in the view at `angle` [rad].
  [[nodiscard]] ConeVectors vectors(double angle, Detector const& detector) const {
    OrbitFrame const frame = orbit_frame(angle, rotation);
    double const behind = source_detector_distance - source_isocenter_distance;
    return {source_isocenter_distance * frame.outward,
            -behind * frame.outward + detector.offset[0] * frame.u + detector.offset[1] * frame.v,
            detector.spacing[0] * frame.u, detector.spacing[1] * frame.v};
  }
};

}  // namespace pyronn
