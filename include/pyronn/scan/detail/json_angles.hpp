// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The angles of a circular scan that is described in JSON.
#include <algorithm>
#include <cmath>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/geometry/orbit/scan_angles.hpp>
#include <pyronn/interop/detail/json_reader.hpp>
#include <pyronn/scan/detail/units.hpp>

namespace pyronn::detail {

/// Angles [rad] from a list in degrees, or from how many there are, a start and a range.
inline std::vector<double> json_angles(JsonReader const& field) {
  constexpr double rad_per_deg = pi / 180;
  if (field.object({}, {"count", "start_deg", "range_deg", "list_deg"}).has("list_deg")) {
    for (char const* other : {"count", "start_deg", "range_deg"}) {
      if (field.has(other)) field[other].refuse("contradicts list_deg");
    }
    std::vector<double> result;
    for (JsonReader const& angle : field["list_deg"].elements()) {
      result.push_back(angle.finite());
    }
    auto const [low, high] = std::minmax_element(result.begin(), result.end());
    if (!result.empty() && is_turn_in_radians(*high - *low, result.size(), no_chance)) {
      field["list_deg"].refuse("is half a turn or a whole one in radians; write degrees");
    }
    for (double& angle : result) angle *= rad_per_deg;
    return result;
  }
  constexpr int most_views = 1000000;
  double const start = field.has("start_deg") ? field["start_deg"].finite() : 0;
  double const range = field.has("range_deg") ? field["range_deg"].finite() : 360;
  if (range == 0 || std::abs(range) > 36000) {
    field["range_deg"].refuse("must be an arc, at most 100 turns, negative to go back");
  }
  for (double const turn : {pi, 2 * pi}) {
    if (std::abs(std::abs(range) - turn) < no_chance * turn) {
      field["range_deg"].refuse("is half a turn or a whole one in radians; write degrees");
    }
  }
  int const count = field["count"].count();
  if (count > most_views) field["count"].refuse("is more views than can be had");
  return equal_angles(count, start * rad_per_deg, range * rad_per_deg);
}

}  // namespace pyronn::detail
