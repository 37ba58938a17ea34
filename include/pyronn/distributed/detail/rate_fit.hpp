// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rates of work by the times that some blocks of it took.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include <pyronn/distributed/detail/stream_tasks.hpp>
#include <pyronn/distributed/stream_rates.hpp>

namespace pyronn::detail {

/// How long a call of the operator took.
struct WorkTime {
  BlockWork work;
  double seconds;
};

/// Fits times that are sums, none of which is less than 0, of what each part of the work takes: the
/// squares of relative errors are least.
class RateFit {
 public:
  explicit RateFit(std::vector<WorkTime> const& times) {
    for (WorkTime const& time : times) rows_.push_back(row_of(time));
    scale_columns();
  }

  /// Sets the rates of work.
  void set(StreamRates& rates) const {
    Row const seconds = least_squares();
    rates.updates = 1 / seconds[0];
    rates.input_elements = 1 / seconds[1];
    rates.output_elements = 1 / seconds[2];
    rates.call_seconds = seconds[3];
  }

 private:
  static constexpr std::size_t parts = 4;
  using Row = std::array<double, parts>;

  static Row row_of(WorkTime const& time) {
    double const shortest = 1e-9;
    double const seconds = std::max(time.seconds, shortest);
    return {time.work.updates / seconds, time.work.input_elements / seconds,
            time.work.output_elements / seconds, 1 / seconds};
  }

  void scale_columns() {
    for (std::size_t part = 0; part < parts; ++part) {
      for (Row const& row : rows_) scale_[part] = std::max(scale_[part], row[part]);
      for (Row& row : rows_) row[part] = scale_[part] > 0 ? row[part] / scale_[part] : 0;
    }
  }

  /// The best of the fits with some of the parts, whose solutions are not negative: one of them is
  /// the best of all that are not negative.
  [[nodiscard]] Row least_squares() const {
    Row best{};
    double least = std::numeric_limits<double>::infinity();
    for (unsigned some = 1; some < 1U << parts; ++some) {
      Row const found = solved(some);
      double const squares = squares_of(found);
      if (squares < least) {
        least = squares;
        best = found;
      }
    }
    for (std::size_t part = 0; part < parts; ++part) {
      if (best[part] > 0) best[part] /= scale_[part];
    }
    return best;
  }

  /// Of relative errors; infinite for what is negative or no number.
  [[nodiscard]] double squares_of(Row const& seconds) const {
    for (double const value : seconds) {
      if (!(value >= 0)) return std::numeric_limits<double>::infinity();
    }
    double sum = 0;
    for (Row const& row : rows_) {
      double error = -1;
      for (std::size_t part = 0; part < parts; ++part) error += row[part] * seconds[part];
      sum += error * error;
    }
    return sum;
  }

  /// The solution of the normal equations of some parts, the bits of `some`; not a number where
  /// they do not tell them apart.
  [[nodiscard]] Row solved(unsigned some) const {
    std::array<Row, parts> matrix{};
    Row right{};
    auto const has = [&](std::size_t part) { return (some >> part & 1U) != 0; };
    for (std::size_t i = 0; i < parts; ++i) {
      matrix[i][i] = has(i) ? 0 : 1;
      for (Row const& row : rows_) {
        if (!has(i)) continue;
        right[i] += row[i];
        for (std::size_t j = 0; j < parts; ++j) matrix[i][j] += has(j) ? row[i] * row[j] : 0;
      }
    }
    eliminate(matrix, right);
    return right;
  }

  /// Gauss and Jordan; the matrix is positive definite unless parts go together.
  static void eliminate(std::array<Row, parts>& matrix, Row& right) {
    constexpr double together = 1e-9;
    for (std::size_t i = 0; i < parts; ++i) {
      double const pivot =
          matrix[i][i] > together ? matrix[i][i] : std::numeric_limits<double>::quiet_NaN();
      for (std::size_t k = 0; k < parts; ++k) {
        if (k == i) continue;
        double const factor = matrix[k][i] / pivot;
        for (std::size_t j = 0; j < parts; ++j) matrix[k][j] -= factor * matrix[i][j];
        right[k] -= factor * right[i];
      }
    }
    for (std::size_t i = 0; i < parts; ++i) right[i] /= matrix[i][i];
  }

  std::vector<Row> rows_;
  Row scale_{};
};

}  // namespace pyronn::detail
