// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// row_roughness: whether numbers of a row change from column to column or slowly.
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

inline constexpr int roughness_radius = 8;

/// How much a column counts that is so far away.
PYRONN_HOST_DEVICE inline float roughness_weight(int offset) {
  float const part = static_cast<float>(offset) / static_cast<float>(roughness_radius + 1);
  return (1.0F - part * part) * (1.0F - part * part);
}

/// The mean square of the differences of neighbouring numbers around a column, over the mean square
/// of the numbers: 2 where each is drawn on its own, 2 for a single peak, 1 for a peak two columns
/// wide, near 0 where they change slowly; 0 where all are 0. Up to 8 columns to either side count,
/// with weights (1 - (distance / 9)^2)^2. `row(u)` answers for columns 0 to columns - 1. The ratio
/// is that of J. von Neumann, Ann. Math. Stat. 12 (1941).
template <class Row>
PYRONN_HOST_DEVICE float row_roughness(Row const& row, int u, int columns) {
  constexpr int radius = roughness_radius;
  int const first = pyronn::max(-radius, -u);
  int const last = pyronn::min(radius, columns - 1 - u);
  float numbers = 0;
  float squares = 0;
  float pairs = 0;
  float differences = 0;
  for (int offset = first; offset <= last; ++offset) {
    float const number = row(u + offset);
    numbers += roughness_weight(offset);
    squares += roughness_weight(offset) * number * number;
    if (offset == last) break;
    float const difference = row(u + offset + 1) - number;
    float const of_pair = 0.5F * (roughness_weight(offset) + roughness_weight(offset + 1));
    pairs += of_pair;
    differences += of_pair * difference * difference;
  }
  return squares > 0.0F ? differences / squares * (numbers / pairs) : 0.0F;
}

}  // namespace pyronn::detail
