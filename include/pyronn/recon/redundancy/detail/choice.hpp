// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which redundancy weight a scan gets, from where its views stand and how far their fans reach.
#include <algorithm>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/recon/fbp/detail/angular_sampling.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>

namespace pyronn::detail {

inline constexpr double degree = pi / 180.0;

/// How far fans reach to either side of the axis [rad].
struct FanReach {
  double low = -pi;     ///< every view reaches down to here
  double high = pi;     ///< and up to here
  double widest = 0.0;  ///< no view reaches beyond this to either side
  double step = 0.0;    ///< between columns, at most

  [[nodiscard]] double overlap() const { return std::min(-low, high); }
  [[nodiscard]] double farther() const { return std::max(-low, high); }
  /// What rounding, or an axis between or on pixels, moves is no offset.
  [[nodiscard]] bool is_offset() const { return overlap() < farther() - 1.5 * step - 1e-10; }
};

template <class View>
FanReach fan_reach(std::vector<View> const& views, Extents<2> detector) {
  FanReach reach;
  for (View const& view : views) {
    double low = pi;
    double high = -pi;
    for (int const u : {0, detector[0] - 1}) {
      for (int const v : {0, detector[1] - 1}) {
        auto const fan_angle =
            static_cast<double>(view.fan_angle(static_cast<float>(u), static_cast<float>(v)));
        low = std::min(low, fan_angle);
        high = std::max(high, fan_angle);
      }
    }
    reach.low = std::max(reach.low, low);
    reach.high = std::min(reach.high, high);
    reach.widest = std::max({reach.widest, -low, high});
    reach.step = std::max(reach.step, (high - low) / std::max(1, detector[0] - 1));
  }
  return reach;
}

/// Throws InvalidArgument unless the views go all the way round and see both sides of the axis, by
/// a column at least, in which the weights can pass from 0 to 1.
inline RedundancyWeight wang_weight(char const* function, AngularSampling const& sampling,
                                    FanReach const& reach) {
  expects(sampling.is_closed, function,
          ": Redundancy::wang needs a full turn, but the views cover ", sampling.range / degree,
          " degrees");
  expects(reach.overlap() >= reach.step && reach.overlap() > 0, function,
          ": a full turn needs a detector that sees both sides of the axis; every view sees ",
          -reach.low / reach.step, " columns to one side of it and ", reach.high / reach.step,
          " to the other");
  double const sign = reach.high >= -reach.low ? 1.0 : -1.0;
  // Wide enough for the ramp filter not to see it, and no wider than what is seen once asks for.
  double const seen_once = reach.farther() - reach.overlap();
  double const transition = std::min(reach.overlap(), 4.0 * seen_once + 8.0 * reach.step);
  return {Redundancy::wang, static_cast<float>(sign * reach.overlap()),
          static_cast<float>(transition)};
}

/// Less than a full turn does not see with an offset detector what it misses on the near side.
/// Throws InvalidArgument where that is half of the far side.
inline void check_sides(char const* function, FanReach const& reach) {
  expects(!reach.is_offset() || reach.overlap() >= 0.5 * reach.farther(), function,
          ": every view sees ", -reach.low / reach.step, " columns to one side of the axis and ",
          reach.high / reach.step,
          " to the other, which takes a full turn; if the object lies "
          "within the smaller side, name the redundancy that the scan is to have");
}

/// What a fan-beam or cone-beam scan asks for, where nothing else is said. Throws InvalidArgument
/// for views too far apart and for offset detectors on less than a full turn.
inline Redundancy automatic_fan_redundancy(char const* function, AngularSampling const& sampling,
                                           FanReach const& reach) {
  if (sampling.is_closed) return reach.is_offset() ? Redundancy::wang : Redundancy::uniform;
  expects(sampling.widest_step <= 8.0 * sampling.mean_step, function, ": the views cover ",
          sampling.range / degree, " degrees, but between two neighbours there are ",
          sampling.widest_step / degree, "; Redundancy::uniform takes them as they are");
  check_sides(function, reach);
  if (sampling.range >= pi + 2.0 * reach.widest) return Redundancy::parker;
  return Redundancy::riess;
}

/// The weight that was chosen for a fan-beam or cone-beam scan. Throws InvalidArgument where the
/// scan cannot have it.
inline RedundancyWeight fan_redundancy(char const* function, Redundancy choice,
                                       AngularSampling const& sampling, FanReach const& reach) {
  if (choice == Redundancy::automatic) choice = automatic_fan_redundancy(function, sampling, reach);
  if (choice == Redundancy::wang) return wang_weight(function, sampling, reach);
  if (choice == Redundancy::uniform) return {};
  // Half a turn in equal steps must not fail by rounding.
  expects(sampling.range >= pi - 1e-6, function, ": the views cover ", sampling.range / degree,
          " degrees of the circle, but at least 180 are needed; Redundancy::uniform takes a "
          "limited angle as it is");
  return {choice, static_cast<float>(std::max(sampling.range, pi))};
}

/// The same weight for rays up to the fan angle `widest` to either side of the central one, from a
/// source at `angle`. Parker's and Riess's are 1 in the middle of a scan, whatever the fan angle,
/// which need not be known there.
inline RedundancyWeight simplified(RedundancyWeight const& weight, double angle, double widest) {
  if (weight.kind != Redundancy::parker && weight.kind != Redundancy::riess) return weight;
  auto const range = static_cast<double>(weight.parameter);
  double const from_an_end = std::min(angle, range - angle);
  if (from_an_end < range - pi + 2.0 * widest) return weight;
  return {Redundancy::uniform, 1.0F};
}

/// The weight that was chosen for parallel rays, which see every line in half a turn: `turn` has
/// the views on the circle, `half_turn` opposite ones at the same place and all angles twice.
/// Throws InvalidArgument where the scan cannot have it.
inline RedundancyWeight parallel_redundancy(char const* function, Redundancy choice,
                                            AngularSampling const& turn,
                                            AngularSampling const& half_turn,
                                            FanReach const& reach) {
  expects(choice != Redundancy::parker && choice != Redundancy::riess, function,
          ": Redundancy::parker and riess are for fans; parallel rays have no use for them");
  if (choice == Redundancy::automatic) {
    if (turn.is_closed && reach.is_offset()) return wang_weight(function, turn, reach);
    expects(half_turn.is_closed, function, ": the views cover ", half_turn.range / 2.0 / degree,
            " of the 180 degrees that parallel rays need; Redundancy::uniform takes a limited "
            "angle as it is");
    check_sides(function, reach);
  }
  if (choice == Redundancy::wang) return wang_weight(function, turn, reach);
  return {};
}

}  // namespace pyronn::detail
