// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The choice of the redundancy weight of a scan, from the angles of its views and the extent of
/// their fans.
#include <algorithm>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/recon/fbp/detail/angular_sampling.hpp>
#include <pyronn/recon/redundancy/redundancy.hpp>

namespace pyronn::detail {

inline constexpr double degree = pi / 180.0;

/// How far the fans of a scan extend to either side of the axis [rad].
struct FanExtent {
  double low = -pi;     ///< the fan of every view extends down to this angle
  double high = pi;     ///< the fan of every view extends up to this angle
  double widest = 0.0;  ///< no fan extends beyond this angle to either side
  double step = 0.0;    ///< the largest angle between neighbouring columns

  [[nodiscard]] double overlap() const { return std::min(-low, high); }
  [[nodiscard]] double farther() const { return std::max(-low, high); }
  /// Whether the detector is offset, by more than rounding and more than a pixel: the axis may
  /// project onto a pixel or between two.
  [[nodiscard]] bool is_offset() const { return overlap() < farther() - 1.5 * step - 1e-10; }
};

template <class View>
FanExtent fan_extent(std::vector<View> const& views, Extents<2> detector) {
  FanExtent extent;
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
    extent.low = std::max(extent.low, low);
    extent.high = std::min(extent.high, high);
    extent.widest = std::max({extent.widest, -low, high});
    extent.step = std::max(extent.step, (high - low) / std::max(1, detector[0] - 1));
  }
  return extent;
}

/// Throws InvalidArgument unless the views go all the way round and see both sides of the axis, by
/// a column at least, in which the weights can pass from 0 to 1.
inline RedundancyWeight wang_weight(char const* function, AngularSampling const& sampling,
                                    FanExtent const& extent) {
  expects(sampling.is_closed, function,
          ": Redundancy::wang needs a full turn, but the views cover ", sampling.range / degree,
          " degrees");
  expects(extent.overlap() >= extent.step && extent.overlap() > 0, function,
          ": a full turn needs a detector that sees both sides of the axis; every view sees ",
          -extent.low / extent.step, " columns to one side of it and ", extent.high / extent.step,
          " to the other");
  double const sign = extent.high >= -extent.low ? 1.0 : -1.0;
  // Wide enough for the ramp filter not to see it, and no wider than what is seen once asks for.
  double const seen_once = extent.farther() - extent.overlap();
  double const transition = std::min(extent.overlap(), 4.0 * seen_once + 8.0 * extent.step);
  return {Redundancy::wang, static_cast<float>(sign * extent.overlap()),
          static_cast<float>(transition)};
}

/// Less than a full turn does not see with an offset detector what it misses on the near side.
/// Throws InvalidArgument where that is half of the far side.
inline void check_sides(char const* function, FanExtent const& extent) {
  expects(!extent.is_offset() || extent.overlap() >= 0.5 * extent.farther(), function,
          ": every view sees ", -extent.low / extent.step, " columns to one side of the axis and ",
          extent.high / extent.step,
          " to the other, which takes a full turn; if the object lies "
          "within the smaller side, name the redundancy that the scan is to have");
}

/// What a fan-beam or cone-beam scan asks for, where nothing else is said. Throws InvalidArgument
/// for views too far apart and for offset detectors on less than a full turn.
inline Redundancy automatic_fan_redundancy(char const* function, AngularSampling const& sampling,
                                           FanExtent const& extent) {
  if (sampling.is_closed) return extent.is_offset() ? Redundancy::wang : Redundancy::uniform;
  expects(sampling.widest_step <= 8.0 * sampling.mean_step, function, ": the views cover ",
          sampling.range / degree, " degrees, but between two neighbours there are ",
          sampling.widest_step / degree, "; Redundancy::uniform takes them as they are");
  check_sides(function, extent);
  if (sampling.range >= pi + 2.0 * extent.widest) return Redundancy::parker;
  return Redundancy::riess;
}

/// The weight that was chosen for a fan-beam or cone-beam scan. Throws InvalidArgument where the
/// scan cannot have it.
inline RedundancyWeight fan_redundancy(char const* function, Redundancy choice,
                                       AngularSampling const& sampling, FanExtent const& extent) {
  if (choice == Redundancy::automatic)
    choice = automatic_fan_redundancy(function, sampling, extent);
  if (choice == Redundancy::wang) return wang_weight(function, sampling, extent);
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
                                            FanExtent const& extent) {
  expects(choice != Redundancy::parker && choice != Redundancy::riess, function,
          ": Redundancy::parker and riess are for fans; parallel rays have no use for them");
  if (choice == Redundancy::automatic) {
    if (turn.is_closed && extent.is_offset()) return wang_weight(function, turn, extent);
    expects(half_turn.is_closed, function, ": the views cover ", half_turn.range / 2.0 / degree,
            " of the 180 degrees that parallel rays need; Redundancy::uniform takes a limited "
            "angle as it is");
    check_sides(function, extent);
  }
  if (choice == Redundancy::wang) return wang_weight(function, turn, extent);
  return {};
}

}  // namespace pyronn::detail
