// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How much each ray of a circular scan counts, so that lines seen twice count once.
///
/// Angles are those of the source, from the start of the range that the scan covers; fan angles are
/// those from the central ray (through the axis) to the ray, in the same sense. The source of the
/// opposite ray is then at angle + pi + 2 fan angle, its fan angle the negative one. Both senses of
/// rotation give the same weights. A view stands for half the way to either neighbour, at the ends
/// of a scan for as much outwards: equal steps of a range that exclude its end cover the range.
/// Parallel rays are those of a source at infinity: their fan angles are 0, and half a turn sees
/// every line.

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn {

/// Which weight a reconstruction takes.
enum class Redundancy {
  automatic,  ///< full turns: uniform, or wang of an offset detector; parker or riess for less
  uniform,    ///< 1/2 for every ray: full turns; a limited angle is taken as it is
  parker,     ///< short scans of fans, of at least pi and the angle of the fan
  riess,      ///< super-short scans of fans, of at least pi
  wang        ///< full turns with a detector that reaches far on one side of the axis only
};

/// D. L. Parker, "Optimal short scan convolution reconstruction for fan beam CT", Med. Phys. 9
/// (1982), for any `range` from pi and the fan angle to 2 pi, with the virtual half fan angle
/// (range - pi) / 2 of M. D. Silver, "A method for including redundant data in computed
/// tomography", Med. Phys. 27 (2000). Opposite rays sum to 1; where fan angles exceed the virtual
/// half, lines seen once count 1.
template <class T>
struct ParkerWeight {
  T range;  ///< [rad]

  /// What the ray at these angles [rad] counts, from 0 to 1.
  PYRONN_HOST_DEVICE T operator()(T angle, T fan_angle) const {
    T const half_fan = (range - static_cast<T>(pi)) / 2;
    T const before = half_fan - fan_angle;
    T const after = half_fan + fan_angle;
    T sine = 1;
    if (angle < 2 * before) {
      sine = sin_pi(max(angle, T{0}) / (4 * before));
    } else if (range - angle < 2 * after) {
      sine = sin_pi(max(range - angle, T{0}) / (4 * after));
    }
    return sine * sine;
  }
};

/// C. Riess et al., "TV or not TV? That is the question", Fully3D (2013): Parker's weights for any
/// `range` from pi; lines seen once near either end count up to 2 for their neighbours that are not
/// seen at all. What lies within R sin((range - pi) / 2) of the axis, R the distance of the source,
/// is seen from all sides, and exact where nothing lies outside; the rest is an approximation.
template <class T>
struct RiessWeight {
  T range;  ///< [rad]

  /// What the ray at these angles [rad] counts, from 0 to 2.
  PYRONN_HOST_DEVICE T operator()(T angle, T fan_angle) const {
    T const half_fan = (range - static_cast<T>(pi)) / 2;
    T const before = fan_angle - half_fan;
    T const after = -fan_angle - half_fan;
    T extra = 0;
    if (angle < 2 * before) {
      extra = cos_pi(max(angle, T{0}) / (4 * before));
    } else if (range - angle < 2 * after) {
      extra = cos_pi(max(range - angle, T{0}) / (4 * after));
    }
    return ParkerWeight<T>{range}(angle, fan_angle) + extra * extra;
  }
};

/// G. Wang, "X-ray micro-CT with a displaced detector array", Med. Phys. 29 (2002), for a full
/// turn: 1 on the far side, falling to 0 over what is seen on both sides of the axis. Opposite rays
/// sum to 1. Where little is seen once only, half of either ray, which has less noise, does for the
/// inner part of the overlap: `transition` is how much of it either end then takes.
template <class T>
struct WangWeight {
  T overlap;  ///< half the angle seen on both sides [rad]; negative: fan angles below 0 reach far
  T transition;  ///< [rad], positive; Wang's weight where it is the size of the overlap

  /// What the ray at this fan angle [rad] counts, from 0 to 1; the source's angle does not matter.
  PYRONN_HOST_DEVICE T operator()(T, T fan_angle) const {
    T const outward = fan_angle < 0 ? -fan_angle : fan_angle;
    T const size = overlap < 0 ? -overlap : overlap;
    T const part = clamp((outward - (size - transition)) / transition, T{0}, T{1});
    bool const is_far = (fan_angle < 0) == (overlap < 0);
    // Leaves the plateau at 1/2 without a kink, which the ramp filter would see.
    T const half_step = transition < size ? (1 - cos_pi(part)) / 4 : sin_pi(part / 2) / 2;
    return T{1} / 2 + (is_far ? half_step : -half_step);
  }
};

/// The weight of one view, whichever it is.
struct RedundancyWeight {
  Redundancy kind = Redundancy::uniform;  ///< not `automatic`
  float parameter = 0.5F;                 ///< the range or the overlap; of `uniform` the weight
  float transition = 0;                   ///< where the kind has one

  /// What the ray at these angles [rad] counts.
  PYRONN_HOST_DEVICE float operator()(float angle, float fan_angle) const {
    switch (kind) {
      case Redundancy::parker:
        return ParkerWeight<float>{parameter}(angle, fan_angle);
      case Redundancy::riess:
        return RiessWeight<float>{parameter}(angle, fan_angle);
      case Redundancy::wang:
        return WangWeight<float>{parameter, transition}(angle, fan_angle);
      default:
        return parameter;
    }
  }
};

}  // namespace pyronn
