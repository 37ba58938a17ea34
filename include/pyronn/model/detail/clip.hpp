// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where a line is between two planes.
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// Narrows [low, high] to the k for which `base + k * slope` lies in [from, to]; empty where
/// low > high.
PYRONN_HOST_DEVICE inline void clip(float base, float slope, float from, float to, float& low,
                                    float& high) {
  if (abs(slope) < 1e-12F || from > to) {
    if (base >= from && base <= to) return;
    low = 1.0F;
    high = 0.0F;
    return;
  }
  float const per_unit = 1.0F / slope;
  float const a = (from - base) * per_unit;
  float const b = (to - base) * per_unit;
  low = max(low, min(a, b));
  high = min(high, max(a, b));
}

}  // namespace pyronn::detail
