// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace example {

/// How far a volume is from the truth.
struct ImageError {
  double relative_l2;    ///< |volume - truth| / |truth|
  double psnr_db;        ///< the truth's range over the root of the mean square error
  double mean_absolute;  ///< in the volume's unit
};

/// What an error is made of, summed up piece by piece.
class ImageErrorSums {
 public:
  void add(float const* volume, float const* truth, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      auto const right = static_cast<double>(truth[i]);
      double const difference = static_cast<double>(volume[i]) - right;
      squares_ += difference * difference;
      truth_squares_ += right * right;
      absolute_ += std::abs(difference);
      low_ = std::min(low_, right);
      high_ = std::max(high_, right);
    }
    count_ += static_cast<double>(count);
  }

  [[nodiscard]] ImageError error() const {
    double const range = high_ - low_;
    return {std::sqrt(squares_ / truth_squares_),
            20 * std::log10(range / std::sqrt(squares_ / count_)), absolute_ / count_};
  }

 private:
  double squares_ = 0;
  double truth_squares_ = 0;
  double absolute_ = 0;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
  double count_ = 0;
};

}  // namespace example
