// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows to filter that show in their neighbours' results if anything does.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "numbers.hpp"

namespace test {

template <class Number>
std::vector<Number> row_of(std::vector<Number> const& rows, int columns, std::size_t number) {
  auto const first = rows.begin() + static_cast<std::ptrdiff_t>(number) * columns;
  return {first, first + columns};
}

/// Random rows of given sizes, far larger or smaller than one another or nothing but zeros, of
/// which two hold a number that is not finite.
class UnlikeRows {
 public:
  static constexpr int columns = 37;

  UnlikeRows(std::vector<float> scales, std::size_t with_nan, std::size_t with_infinity)
      : scales_{std::move(scales)}, with_nan_{with_nan}, with_infinity_{with_infinity} {}

  [[nodiscard]] int count() const { return static_cast<int>(scales_.size()); }

  /// The rows before two of them are spoilt.
  [[nodiscard]] std::vector<float> finite(std::uint32_t seed) const {
    std::vector<float> rows = random_values(seed, std::int64_t{columns} * count());
    for (std::size_t n = 0; n < rows.size(); ++n) rows[n] *= scales_[n / columns];
    return rows;
  }
  [[nodiscard]] std::vector<float> spoilt(std::vector<float> rows) const {
    rows[with_nan_ * columns + 7] = nan;
    rows[with_infinity_ * columns + 20] = -std::numeric_limits<float>::infinity();
    return rows;
  }

  /// Compares the filtered rows with what becomes of the finite ones.
  void check(std::vector<float> const& filtered, std::vector<double> const& expected) const {
    for (std::size_t row = 0; row < scales_.size(); ++row) {
      std::vector<float> const found = row_of(filtered, columns, row);
      BOOST_TEST_CONTEXT("row " << row) {
        if (row == with_nan_ || row == with_infinity_) {
          BOOST_TEST(std::none_of(found.begin(), found.end(),
                                  [](float value) { return std::isfinite(value); }));
        } else if (scales_[row] == 0) {
          BOOST_TEST(found == std::vector<float>(columns, 0.0F), boost::test_tools::per_element());
        } else {
          BOOST_TEST(relative_l2(found, row_of(expected, columns, row)) < 1e-6);
        }
      }
    }
  }

 private:
  std::vector<float> scales_;
  std::size_t with_nan_;
  std::size_t with_infinity_;
};

}  // namespace test
