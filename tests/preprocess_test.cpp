// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// What is done to rows before filtering and to voxels after: values, one by one.
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/postprocess/hounsfield.hpp>
#include <pyronn/recon/preprocess/extend_rows.hpp>
#include <pyronn/recon/preprocess/hardening_polynomial.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

using pyronn::InvalidArgument;
using pyronn::RowExtension;
using Scan = pyronn::Extents<3>;
using Values = std::vector<float>;

Values extended(Values const& lines, Scan scan, RowExtension const& extension) {
  test::Array<float, 3> input{scan, lines};
  Scan wider = scan;
  wider.size[0] += extension.before + extension.after;
  test::Array<float, 3> output{wider, 7.0F};
  pyronn::extend_rows(test::executor(), input.view(), output.view(), extension);
  return output.values();
}

/// The line at column u through an ellipse that `center` and `half` say, of `height` at its middle.
float ellipse(double u, double center, double half, double height) {
  double const part = (u - center) / half;
  return static_cast<float>(height * std::sqrt(std::max(0.0, 1 - part * part)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(preprocess, *boost::unit_test::precondition(test::device_present))

/// Rows of ellipses, the middle of which lies elsewhere in each, are continued by the rest of them.
BOOST_AUTO_TEST_CASE(ellipses_are_continued_as_they_are) {
  Scan const scan{60, 2, 3};
  double const centers[] = {29.5, 20, 41, 33, 12, 29};
  double const halves[] = {45, 40, 40, 44, 60, 30};  // the last one ends on the detector
  RowExtension const extension{70, 80};
  Values lines;
  for (int row = 0; row < 6; ++row) {
    for (int u = 0; u < 60; ++u) lines.push_back(ellipse(u, centers[row], halves[row], 1 + row));
  }
  Values const found = extended(lines, scan, extension);
  BOOST_TEST_REQUIRE(found.size() == 6 * 210U);
  for (int row = 0; row < 6; ++row) {
    for (int u = 0; u < 210; ++u) {
      double const value = static_cast<double>(found[static_cast<std::size_t>(row * 210 + u)]);
      if (u >= 70 && u < 130) {
        BOOST_TEST(value == static_cast<double>(lines[static_cast<std::size_t>(row * 60 + u - 70)]),
                   boost::test_tools::tolerance(0.0));
        continue;
      }
      // The square of a row is what is continued: of that, 1 % of its highest.
      double const expected =
          static_cast<double>(ellipse(u - 70, centers[row], halves[row], 1 + row));
      int const beyond = u < 70 ? 70 - u : u - 129;
      if (beyond > 35) {
        BOOST_TEST(value <= expected + 0.1 * (1 + row));
      } else {
        BOOST_TEST(std::abs(value * value - expected * expected) < 0.01 * (1 + row) * (1 + row),
                   "row " << row << ", column " << u - 70 << ": " << value << ", not " << expected);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(rows_that_end_in_nothing_are_continued_by_nothing) {
  Values lines;
  for (int u = 0; u < 100; ++u) lines.push_back(ellipse(u, 47, 30, 3));
  Values const found = extended(lines, {100, 1, 1}, {50, 50});
  for (std::size_t u = 0; u < 50; ++u) BOOST_TEST(found[u] == 0.0F);
  for (std::size_t u = 150; u < 200; ++u) BOOST_TEST(found[u] == 0.0F);
}

/// Rows of a constant, that rise outwards, of one column, of what is not a number: they end in 0,
/// smoothly, without more than the edge had.
BOOST_AUTO_TEST_CASE(any_row_falls_off) {
  Scan const scan{8, 1, 5};
  Values lines(8, 2.0F);
  for (int u = 0; u < 8; ++u) lines.push_back(static_cast<float>(u));
  for (int u = 0; u < 8; ++u) lines.push_back(-1.0F);
  for (int u = 0; u < 8; ++u) lines.push_back(test::nan);
  lines.resize(40, std::numeric_limits<float>::infinity());
  Values const found = extended(lines, scan, {0, 60});
  for (std::size_t row = 0; row < 3; ++row) {
    BOOST_TEST(found[68 * row + 67] < 0.25F);
    for (std::size_t u = 40; u < 68; ++u) {
      BOOST_TEST(found[68 * row + u] <= found[68 * row + u - 1]);
      BOOST_TEST(found[68 * row + u] >= 0.0F);
    }
  }
  BOOST_TEST(found[8] == 2.0F, boost::test_tools::tolerance(1e-5F));
  BOOST_TEST(found[2 * 68 + 8] == 0.0F);
  for (std::size_t row = 3; row < 5; ++row) BOOST_TEST(found[68 * row + 67] == 0.0F);
  Values const single = extended({3.0F}, {1, 1, 1}, {2, 40});
  BOOST_TEST(single[2] == 3.0F);
  BOOST_TEST(single[1] == 3.0F, boost::test_tools::tolerance(1e-5F));
  BOOST_TEST(single[42] < 0.02F);
}

BOOST_AUTO_TEST_CASE(extensions_that_do_not_fit_are_refused) {
  test::Array<float, 3> lines{Scan{8, 2, 3}, 1.0F};
  test::Array<float, 3> wider{Scan{12, 2, 3}, 7.0F};
  auto const& executor = test::executor();
  BOOST_CHECK_THROW(pyronn::extend_rows(executor, lines.view(), wider.view(), {1, 4}),
                    InvalidArgument);
  BOOST_CHECK_THROW(pyronn::extend_rows(executor, lines.view(), wider.view(), {-1, 5}),
                    InvalidArgument);
  test::Array<float, 3> lower{Scan{12, 1, 3}, 7.0F};
  BOOST_CHECK_THROW(pyronn::extend_rows(executor, lines.view(), lower.view(), {2, 2}),
                    InvalidArgument);
  BOOST_TEST(wider.values() == Values(72, 7.0F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(polynomials_are_those_of_lines) {
  Scan const scan{5, 1, 1};
  Values const lines{0, 0.5F, 1, 2.5F, -0.25F};
  test::Array<float, 3> views{scan, lines};
  pyronn::HardeningPolynomial const polynomial{{0.01, 0.9, 0.05, 0.02, -0.003}};
  pyronn::apply_polynomial(test::executor(), views.view(), polynomial);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    double const p = static_cast<double>(lines[i]);
    double const expected =
        0.01 + 0.9 * p + 0.05 * p * p + 0.02 * std::pow(p, 3) - 0.003 * std::pow(p, 4);
    BOOST_TEST(std::abs(static_cast<double>(views.values()[i]) - expected) < 1e-6);
    BOOST_TEST(std::abs(polynomial(p) - expected) < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(the_identity_changes_no_bit) {
  Values const lines = test::random_values(11, 1000);
  test::Array<float, 3> views{Scan{10, 10, 10}, lines};
  pyronn::apply_polynomial(test::executor(), views.view(), {});
  BOOST_TEST(views.values() == lines, boost::test_tools::per_element());
  for (double const bad : {std::nan(""), 1e300}) {
    BOOST_CHECK_THROW(pyronn::apply_polynomial(test::executor(), views.view(), {{0, 1, bad, 0, 0}}),
                      InvalidArgument);
  }
  BOOST_TEST(views.values() == lines, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(water_is_zero_and_nothing_is_minus_a_thousand) {
  test::Array<float, 3> volume{Scan{2, 2, 1}, {0.02F, 0, 0.04F, 0.021F}};
  pyronn::to_hounsfield(test::executor(), volume.view(), 0.02);
  Values const expected{0, -1000, 1000, 50};
  for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(std::abs(volume.values()[i] - expected[i]) < 0.01);
  for (double const bad : {0.0, -0.02, std::nan(""), 1e300}) {
    BOOST_CHECK_THROW(pyronn::to_hounsfield(test::executor(), volume.view(), bad), InvalidArgument);
  }
}

BOOST_AUTO_TEST_SUITE_END()
