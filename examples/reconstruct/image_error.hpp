// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace example {

/// How far a volume is from the truth.
struct ImageError {
  double relative_l2;    ///< |volume - truth| / |truth|
  double psnr_db;        ///< the truth's range over the root of the mean square error
  double mean_absolute;  ///< [1/mm]
};

inline ImageError image_error(float const* volume, float const* truth, std::int64_t count) {
  double squares = 0;
  double truth_squares = 0;
  double absolute = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    double const difference = static_cast<double>(volume[i]) - static_cast<double>(truth[i]);
    squares += difference * difference;
    truth_squares += static_cast<double>(truth[i]) * static_cast<double>(truth[i]);
    absolute += std::abs(difference);
  }
  auto const [low, high] = std::minmax_element(truth, truth + count);
  double const range = static_cast<double>(*high) - static_cast<double>(*low);
  auto const n = static_cast<double>(count);
  return {std::sqrt(squares / truth_squares), 20 * std::log10(range / std::sqrt(squares / n)),
          absolute / n};
}

}  // namespace example
