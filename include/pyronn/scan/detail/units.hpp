// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Units as files spell them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/scan/image_files.hpp>

namespace pyronn::detail {

struct NamedUnit {
  char const* name;
  double factor;
};

template <std::size_t N>
std::optional<double> factor_of(NamedUnit const (&units)[N], std::string const& text) {
  for (NamedUnit const& unit : units) {
    if (text == unit.name) return unit.factor;
  }
  return std::nullopt;
}

/// The millimetres of a unit of length; nothing for a text that names none.
inline std::optional<double> mm_of_unit(std::string const& text) {
  static constexpr NamedUnit units[] = {{"mm", 1},
                                        {"millimeter", 1},
                                        {"millimeters", 1},
                                        {"millimetre", 1},
                                        {"millimetres", 1},
                                        {"m", 1000},
                                        {"meter", 1000},
                                        {"meters", 1000},
                                        {"metre", 1000},
                                        {"metres", 1000},
                                        {"cm", 10},
                                        {"centimeter", 10},
                                        {"um", 1e-3},
                                        {"micron", 1e-3},
                                        {"microns", 1e-3},
                                        {"micrometer", 1e-3},
                                        {"micrometre", 1e-3},
                                        {"\xc2\xb5m", 1e-3},
                                        {"\xce\xbcm", 1e-3},
                                        {"\xb5m", 1e-3},
                                        {"nm", 1e-6},
                                        {"nanometer", 1e-6},
                                        {"inch", 25.4}};
  return factor_of(units, lower_case(text));
}

/// The radians of a unit of angles; nothing for a text that names none.
inline std::optional<double> rad_of_unit(std::string const& text) {
  static constexpr NamedUnit units[] = {
      {"deg", pi / 180}, {"degree", pi / 180}, {"degrees", pi / 180}, {"\xc2\xb0", pi / 180},
      {"rad", 1},        {"radian", 1},        {"radians", 1},        {"mrad", 1e-3}};
  return factor_of(units, lower_case(text));
}

/// Whether angles that are equally far apart, with their last one or without, make half a turn or a
/// whole one in radians, to a share `tolerance` of it.
inline bool is_turn_in_radians(double span, std::size_t count, double tolerance) {
  if (count <= 2) return false;
  double const step = span / (static_cast<double>(count) - 1);
  for (double const whole : {span, span + step}) {
    for (double const turn : {pi, 2 * pi}) {
      if (std::abs(whole - turn) < tolerance * turn) return true;
    }
  }
  return false;
}
/// So near is no scan of degrees that means them.
inline constexpr double no_chance = 5e-4;

/// The factor to radians of the angles of a field, which have a unit or count as degrees. Throws
/// FileError, by `fail`, for another unit, for angles that are not finite or of too many turns, and
/// for those that as radians would be half a turn or a whole one: nearly where they have no unit,
/// just so where they are said to be degrees.
template <class Fail>
double rad_of_angles(std::vector<double> const& angles, std::string const& unit, Fail const& fail) {
  auto const known = rad_of_unit(unit);
  if (!known && !unit.empty()) fail(": has the unit '", unit, "', which is no angle");
  double low = angles.empty() ? 0 : angles.front();
  double high = low;
  for (std::size_t i = 0; i < angles.size(); ++i) {
    if (!std::isfinite(angles[i])) fail(": is ", angles[i], " of view ", i);
    low = std::min(low, angles[i]);
    high = std::max(high, angles[i]);
  }
  double const rad = known.value_or(pi / 180);
  constexpr double most = 25 * 2 * pi;
  constexpr double farthest = 1e4 * 2 * pi;  // of a table that has turned for long
  double const outermost = std::max(std::abs(low), std::abs(high));
  if (!((high - low) * rad <= most && outermost * rad <= farthest)) {
    fail(": goes from ", low, " to ", high, " ", unit.empty() ? "degrees" : unit,
         ", more turns than any scan; ", rad == 1 ? "are they degrees?" : "is one wrong?");
  }
  if (known && rad != pi / 180) return rad;
  if (is_turn_in_radians(high - low, angles.size(), known ? no_chance : 0.01)) {
    fail(": goes from ", low, " to ", high,
         known ? " in degrees, which is half a turn or a whole one in radians; "
               : " without a unit: degrees of a small part of a turn, or radians; ",
         "write degrees, or the unit");
  }
  return rad;
}

}  // namespace pyronn::detail
