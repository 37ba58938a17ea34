// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// The kernels that filter rows on CUDA devices, on the host, against Fourier transforms in double
// precision. Without a device this is where they run.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/filter_rows_on_fibres.hpp"
#include "support/numbers.hpp"
#include "support/unlike_rows.hpp"

using namespace test::filter_rows;

BOOST_AUTO_TEST_SUITE(row_filter_on_fibres)

BOOST_AUTO_TEST_CASE(is_the_convolution_at_every_padded_length) {
  for (int const columns : columns_of_all_lengths(4096)) {
    BOOST_TEST_CONTEXT(columns << " columns") {
      Scan const scan{{columns, 3, 1}};
      BOOST_TEST_REQUIRE(scan.padded() == 2 * columns);
      Values const response = rough_response(scan);
      Values const input = test::random_values(3, scan.extents.count());
      std::vector<double> const expected = convolved(scan, NoRowWeights{}, response, input);
      BOOST_TEST(test::relative_l2(filter_short(scan, response, input), expected) < 1e-6);
      BOOST_TEST(test::relative_l2(filter_long(scan, response, input), expected) < 1e-6);
    }
  }
}

// Where a barrier is missing, who runs first shows.
BOOST_AUTO_TEST_CASE(threads_may_run_in_any_order) {
  for (int const columns : columns_of_all_lengths(2048)) {
    BOOST_TEST_CONTEXT(columns << " columns") {
      Scan const scan{{columns, 5, 1}};
      Values const response = rough_response(scan);
      Values const input = test::random_values(4, scan.extents.count());
      BOOST_TEST((filter_short(scan, response, input, FibreOrder::ascending) ==
                  filter_short(scan, response, input, FibreOrder::descending)));
    }
  }
}

// Pairs of rows of one view and of two, an odd row at the end, and rows that grow to both sides.
BOOST_AUTO_TEST_CASE(weighs_rows_that_grow) {
  for (Scan const& scan : {Scan{{37, 4, 2}}, Scan{{37, 3, 3}}, Scan{{20, 1, 5}},
                           Scan{{37, 3, 3}, 11, 60}, Scan{{50, 2, 1}, 0, 90}, Scan{{1, 1, 1}}}) {
    BOOST_TEST_CONTEXT(scan.extents[0] << " columns of " << scan.extents[1] << " rows, "
                                       << scan.extents[2] << " views") {
      Values const response = rough_response(scan);
      Values const input = test::random_values(5, scan.extents.count());
      BOOST_TEST(test::relative_l2(
                     filter_short(scan, response, input, FibreOrder::ascending, SlopingWeights{}),
                     convolved(scan, SlopingWeights{}, response, input)) < 1e-6);
    }
  }
}

// Two rows travel as one complex row; neither shows in the other.
BOOST_AUTO_TEST_CASE(rows_know_nothing_of_one_another) {
  test::UnlikeRows const rows{
      {1e-9F, 1.0F, 1e30F, 1e-30F, 0.0F, 1e30F, 1.0F, 1.0F, 1.0F, 1.0F}, 6, 9};
  Scan const scan{{test::UnlikeRows::columns, rows.count(), 1}};
  Values const response = rough_response(scan);
  Values const finite = rows.finite(6);
  rows.check(filter_short(scan, response, rows.spoilt(finite)),
             convolved(scan, NoRowWeights{}, response, finite));
}

// Whatever is filtered with it, a view has the same bits.
BOOST_AUTO_TEST_CASE(views_are_filtered_by_themselves) {
  Scan const scan{{37, 3, 4}};
  Values const response = rough_response(scan);
  Values const input = test::random_values(8, scan.extents.count());
  Values one_by_one;
  for (int view = 0; view < 4; ++view) {
    auto const first = input.begin() + std::ptrdiff_t{view} * 37 * 3;
    Values const filtered = filter_short(Scan{{37, 3, 1}}, response, {first, first + 37 * 3});
    one_by_one.insert(one_by_one.end(), filtered.begin(), filtered.end());
  }
  BOOST_TEST((filter_short(scan, response, input) == one_by_one));
}

// Samples of a batch share weights: they are as if each were alone.
BOOST_AUTO_TEST_CASE(weights_repeat_after_a_period) {
  for (Extents<3> const period : {Extents<3>{37, 3, 2}, Extents<3>{20, 1, 5}}) {
    auto const alone_of = [&](Values const& response, Values const& input) {
      return filter_short(Scan{period}, response, input, FibreOrder::ascending, SlopingWeights{});
    };
    Scan scan{{period[0], period[1], 3 * period[2]}};
    scan.periods = 3;
    Values const response = rough_response(scan);
    Values const input = test::random_values(9, scan.extents.count());
    Values one_by_one;
    for (int n = 0; n < 3; ++n) {
      auto const first = input.begin() + n * static_cast<std::ptrdiff_t>(period.count());
      Values const alone = alone_of(response, {first, first + period.count()});
      one_by_one.insert(one_by_one.end(), alone.begin(), alone.end());
    }
    BOOST_TEST((filter_short(scan, response, input, FibreOrder::ascending, SlopingWeights{}) ==
                one_by_one));
  }
}

// Blocks that find no row left, and blocks that take several.
BOOST_AUTO_TEST_CASE(any_number_of_blocks_does_all_rows) {
  Scan const scan{{30, 7, 1}};
  Values const response = rough_response(scan);
  Values const input = test::random_values(7, scan.extents.count());
  Values const expected = filter_short(scan, response, input);
  for (unsigned const blocks : {1U, 3U, 4U, 9U}) {
    BOOST_TEST((filter(scan, NoRowWeights{}, response, input, ShortRows{row_bytes(scan)}, blocks,
                       FibreOrder::ascending) == expected));
  }
}

// Of rows that are wanted, whatever others there are, the bits are those of all; no other row is
// read but the one beside, and they become 0.
BOOST_AUTO_TEST_CASE(rows_may_be_left_out) {
  constexpr int columns = 20;
  for (int const rows : {2, 7, 8}) {
    Scan scan{{columns, rows, 6}, 3, 31};
    scan.periods = 2;
    Values const response = rough_response(scan);
    Values const input = test::random_values(11, scan.extents.count());
    auto const filtered = [&](Values const& values) {
      return filter_short(scan, response, values, FibreOrder::ascending, SlopingWeights{});
    };
    Values const all = filtered(input);
    for (int first = 0; first < rows; ++first) {
      for (int count = 0; first + count <= rows; ++count) {
        scan.wanted = pyronn::DetectorRows{first, count};
        Values cut = input;
        Values expected = all;
        for (int row = 0; row < rows * 6; ++row) {
          int const pair = row % rows / 2;
          if (count > 0 && pair >= first / 2 && pair <= (first + count - 1) / 2) continue;
          std::fill_n(cut.begin() + std::ptrdiff_t{row} * columns, columns, test::nan);
          std::fill_n(expected.begin() + std::ptrdiff_t{row} * 31, 31, 0.0F);
        }
        BOOST_TEST((filtered(cut) == expected));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
