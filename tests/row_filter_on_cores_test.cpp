// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// What only the row filter of cores promises: the same bits for a row, whatever is filtered beside
// it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/row_filter.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/recon/filter/response.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

#include "support/numbers.hpp"
#include "support/unlike_rows.hpp"

using pyronn::CpuExecutor;
using pyronn::Extents;
using test::row_of;
using Values = std::vector<float>;

namespace {

constexpr int columns = 37;

Values filter(CpuExecutor const& executor, Extents<3> extents, Values const& input) {
  pyronn::RowFilter const op{extents};
  Values const response = pyronn::filter_response(extents[0], pyronn::FilterWindow::hann);
  Values result(input.size(), test::nan);
  pyronn::Workspace<CpuExecutor> workspace{executor, op.workspace_bytes(executor)};
  op(executor, {input.data(), extents}, {response.data(), {op.response_length()}},
     {result.data(), extents}, workspace);
  return result;
}

Values filter(Values const& input) {
  auto const rows = static_cast<int>(input.size()) / columns;
  return filter(CpuExecutor{1}, {columns, rows, 1}, input);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(row_filter_on_cores)

BOOST_AUTO_TEST_CASE(bits_are_those_of_the_row_alone) {
  Values const input = test::random_values(1, std::int64_t{columns} * 60);
  Values alone;
  for (std::size_t row = 0; row < 60; ++row) {
    Values const filtered = filter(row_of(input, columns, row));
    alone.insert(alone.end(), filtered.begin(), filtered.end());
  }
  for (Extents<3> const extents : {Extents<3>{columns, 60, 1}, Extents<3>{columns, 1, 60},
                                   Extents<3>{columns, 20, 3}, Extents<3>{columns, 3, 20}}) {
    for (int const threads : {1, 3, 50}) {
      BOOST_TEST((filter(CpuExecutor{threads}, extents, input) == alone));
    }
  }
}

// A row is filtered at a scale of its own, which is a power of two.
BOOST_AUTO_TEST_CASE(bits_do_not_depend_on_the_scale) {
  Values const input = test::random_values(2, std::int64_t{columns} * 9);
  Values const filtered = filter(input);
  for (int const exponent : {-90, -7, 1, 126}) {
    Values scaled = input;
    Values expected = filtered;
    for (float& value : scaled) value = std::ldexp(value, exponent);
    for (float& value : expected) value = std::ldexp(value, exponent);
    BOOST_TEST((filter(scaled) == expected));
  }
}

// Whose sum would be infinite.
BOOST_AUTO_TEST_CASE(the_largest_rows_are_filtered) {
  Values const ones(columns, 1.0F);
  Values const large(columns, std::numeric_limits<float>::max());
  Values expected = filter(ones);
  for (float& value : expected) value *= std::numeric_limits<float>::max();
  BOOST_TEST(test::relative_l2(filter(large),
                               std::vector<double>(expected.begin(), expected.end())) < 1e-6);
}

BOOST_AUTO_TEST_CASE(subnormal_rows_are_zeros) {
  Values input(std::size_t{columns} * 2, std::numeric_limits<float>::denorm_min());
  BOOST_TEST((filter(input) == Values(input.size(), 0.0F)));
  input[columns] = std::numeric_limits<float>::min();  // a normal number, in the second row
  Values const filtered = filter(input);
  BOOST_TEST((row_of(filtered, columns, 0) == Values(columns, 0.0F)));
  BOOST_TEST(filtered[columns] > 0);
}

// Of the square root that weights take.
BOOST_AUTO_TEST_CASE(reciprocal_square_roots_are_right_within_two_ulp) {
  double worst = 0;
  for (int n = 0; n < 100000; ++n) {
    auto const x = static_cast<float>(std::exp2(-125.9 + 0.0025 * n));  // up to 2^124
    double const product =
        static_cast<double>(pyronn::reciprocal_sqrt(x)) * std::sqrt(static_cast<double>(x));
    worst = std::max(worst, std::abs(product - 1));
  }
  BOOST_TEST(worst < 2 * static_cast<double>(std::numeric_limits<float>::epsilon()));
}

BOOST_AUTO_TEST_SUITE_END()
