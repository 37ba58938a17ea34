// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Linear interpolation at equal steps, in loops that vectorise.
#include <cstring>

#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// Positions at equal steps along a line of samples, limited to [low, high].
struct UniformPositions {
  float first;
  float step;
  float low;  ///< not negative
  float high;
};

/// Adds the samples, interpolated linearly at `count` of at most `Most` positions from position
/// `begin` on, to as many sums. The samples beside them must exist.
template <int Most>
void add_uniform_lerp(float const* samples, UniformPositions const& positions, int begin, int count,
                      float* sums) {
  // Three loops, each of which compilers vectorise, with gather instructions or without.
  int index[Most];
  float fraction[Most];
  float pair[Most][2];
  auto const base = static_cast<float>(begin);
  for (int k = 0; k < count; ++k) {
    float const at = positions.first + (base + static_cast<float>(k)) * positions.step;
    float const position = min(max(positions.low, at), positions.high);
    index[k] = static_cast<int>(position);
    fraction[k] = position - static_cast<float>(index[k]);
  }
  for (int k = 0; k < count; ++k) std::memcpy(pair[k], samples + index[k], sizeof(pair[k]));
  for (int k = 0; k < count; ++k) {
    sums[k] += pair[k][0] + fraction[k] * (pair[k][1] - pair[k][0]);
  }
}

}  // namespace pyronn::detail
