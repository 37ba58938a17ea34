// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Units as files spell them.
#include <optional>
#include <string>

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

}  // namespace pyronn::detail
