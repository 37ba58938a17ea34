// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far an image is from what it should be.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/grid.hpp>

namespace benchmark {

using Values = std::vector<float>;

/// Otsu's threshold of values.
inline float otsu_threshold(Values const& values) {
  constexpr int bins = 256;
  auto const [low, high] = std::minmax_element(values.begin(), values.end());
  float const from = *low;
  float const width = (*high - from) / bins;
  std::vector<double> counts(bins);
  for (float const value : values)
    ++counts[static_cast<std::size_t>(std::min(bins - 1.0F, (value - from) / width))];
  auto const all = static_cast<double>(values.size());
  double sum = 0;
  for (int n = 0; n < bins; ++n) sum += n * counts[static_cast<std::size_t>(n)];
  double below = 0;
  double sum_below = 0;
  double best = -1;
  int at = 0;
  for (int n = 0; n < bins - 1; ++n) {
    below += counts[static_cast<std::size_t>(n)];
    sum_below += n * counts[static_cast<std::size_t>(n)];
    if (below == 0 || below == all) continue;
    double const difference = sum_below / below - (sum - sum_below) / (all - below);
    double const variance = below * (all - below) * difference * difference;
    if (variance > best) {
      best = variance;
      at = n;
    }
  }
  return from + width * static_cast<float>(at + 1);
}

/// Of an image, with one threshold, against a segmentation of 0 and 1.
inline double matthews_correlation(Values const& image, Values const& expected) {
  float const threshold = otsu_threshold(image);
  double counts[2][2] = {};
  for (std::size_t n = 0; n < image.size(); ++n)
    ++counts[image[n] > threshold ? 1 : 0][expected[n] > 0.5F ? 1 : 0];
  double const tp = counts[1][1], fp = counts[1][0], fn = counts[0][1], tn = counts[0][0];
  double const below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
  return below > 0 ? (tp * tn - fp * fn) / std::sqrt(below) : 0;
}

/// Within the circle in the grid.
inline double relative_error(Values const& image, Values const& expected,
                             pyronn::Grid const& grid) {
  double difference = 0;
  double all = 0;
  int const width = grid.size[0];
  double const radius = 0.48 * std::min(grid.size[0], grid.size[1]);
  for (std::size_t n = 0; n < image.size(); ++n) {
    double const x = static_cast<int>(n) % width - (width - 1) / 2.0;
    double const y = static_cast<int>(n) / width - (grid.size[1] - 1) / 2.0;
    if (std::hypot(x, y) > radius) continue;
    difference += std::pow(static_cast<double>(image[n]) - static_cast<double>(expected[n]), 2);
    all += std::pow(static_cast<double>(expected[n]), 2);
  }
  return std::sqrt(difference / all);
}

}  // namespace benchmark
