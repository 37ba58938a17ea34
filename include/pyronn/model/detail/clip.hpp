// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where a line is between two planes.
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// Lines that rise less than this count as parallel: so little that it never shows in how far a ray
/// moves within a volume, and not so little that 1 / slope may overflow.
template <class Number>
inline constexpr auto least_slope = static_cast<Number>(1e-12F);
template <>
inline constexpr auto least_slope<double> = 1e-24;

/// Narrows [low, high] to the k for which `base + k * slope` lies in [from, to]; empty where
/// low > high.
template <class Number>
PYRONN_HOST_DEVICE inline void clip(Number base, Number slope, Number from, Number to, Number& low,
                                    Number& high) {
  if (abs(slope) < least_slope<Number> || from > to) {
    if (base >= from && base <= to) return;
    low = 1;
    high = 0;
    return;
  }
  Number const per_unit = 1 / slope;
  Number const a = (from - base) * per_unit;
  Number const b = (to - base) * per_unit;
  low = max(low, min(a, b));
  high = min(high, max(a, b));
}

}  // namespace pyronn::detail
