// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Zingers: made, found and replaced; defect_corrections_test has what they leave in
// reconstructions.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/preprocess/zingers.hpp>
#include <pyronn/simulate/zingers.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

using pyronn::InvalidArgument;
using pyronn::ZingerOptions;
using Scan = pyronn::Extents<3>;
using Values = std::vector<float>;

std::size_t at(Scan scan, int u, int v, int view) {
  return static_cast<std::size_t>((std::int64_t{view} * scan[1] + v) * scan[0] + u);
}

Values cleaned(Scan scan, Values const& lines, ZingerOptions const& options = {}) {
  test::Array<float, 3> input{scan, lines};
  test::Array<float, 3> output{scan, test::nan};
  pyronn::remove_zingers(test::executor(), input.view(), output.view(), options);
  return output.values();
}

/// A plane with a step in each view, which moves by a column a view, and noise.
Values stepped(Scan scan) {
  Values values = test::random_values(3, scan.count());
  for (int view = 0; view < scan[2]; ++view) {
    for (int v = 0; v < scan[1]; ++v) {
      for (int u = 0; u < scan[0]; ++u) {
        float& value = values[at(scan, u, v, view)];
        value = 1.0F + 0.01F * value + (u > 8 + view ? 2.0F : 0.0F);
      }
    }
  }
  return values;
}

Values hit(Values values, pyronn::Zingers const& zingers, Scan scan, int first_view = 0) {
  test::Array<float, 3> array{scan, std::move(values)};
  pyronn::add_zingers(test::executor(), zingers, array.view(), 5, first_view);
  return array.values();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(zingers, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(hits_are_replaced_and_all_else_stays) {
  for (Scan const scan : {Scan{30, 5, 9}, Scan{30, 1, 9}, Scan{30, 5, 1}, Scan{1, 1, 9}}) {
    Values const clean = stepped(scan);
    BOOST_TEST_CONTEXT(scan) {
      BOOST_TEST((cleaned(scan, clean) == clean));
      for (int view = 0; view < scan[2]; ++view) {
        std::size_t const pixel = at(scan, scan[0] / 10, scan[1] / 2, view);
        Values spoilt = clean;
        spoilt[pixel] -= 0.5F;
        Values const mended = cleaned(scan, spoilt);
        BOOST_TEST(std::abs(mended[pixel] - clean[pixel]) < 0.03F, "view " << view);
        spoilt[pixel] = mended[pixel];
        BOOST_TEST((mended == spoilt));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(two_neighbours_that_are_hit_together_are_replaced) {
  Scan const scan{30, 5, 9};
  Values const clean = stepped(scan);
  Values spoilt = clean;
  for (int const u : {3, 4}) spoilt[at(scan, u, 2, 4)] -= 0.7F;
  Values const mended = cleaned(scan, spoilt);
  for (std::size_t n = 0; n < clean.size(); ++n) {
    BOOST_REQUIRE_SMALL(static_cast<double>(mended[n] - clean[n]), 0.03);
  }
}

BOOST_AUTO_TEST_CASE(pixels_that_are_bright_in_all_views_and_bright_views_are_none) {
  Scan const scan{30, 5, 9};
  Values lines(static_cast<std::size_t>(scan.count()), 1.0F);
  for (int view = 0; view < scan[2]; ++view) lines[at(scan, 7, 2, view)] = 0.2F;
  for (int v = 0; v < scan[1]; ++v) {
    for (int u = 0; u < scan[0]; ++u) lines[at(scan, u, v, 5)] = 0.3F;  // a view of more light
  }
  BOOST_TEST((cleaned(scan, lines) == lines));
}

BOOST_AUTO_TEST_CASE(options_say_how_far_below_a_zinger_is) {
  Scan const scan{30, 5, 9};
  Values lines(static_cast<std::size_t>(scan.count()), 1.0F);
  lines[at(scan, 7, 2, 4)] = 0.95F;
  BOOST_TEST((cleaned(scan, lines) == lines));
  BOOST_TEST(cleaned(scan, lines, {0.04, 5})[at(scan, 7, 2, 4)] == 1.0F);
  lines[at(scan, 7, 2, 4)] = 0.5F;
  Values const noise = test::random_values(9, scan.count());
  Values const noisy = test::combine(1, lines, 0.1F, noise);
  BOOST_TEST(std::abs(cleaned(scan, noisy, {0.1, 2})[at(scan, 7, 2, 4)] - 1.0F) < 0.1F);
  BOOST_TEST((cleaned(scan, noisy, {0.1, 1000}) == noisy));
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_not_asked) {
  Scan const scan{30, 3, 5};
  Values lines(static_cast<std::size_t>(scan.count()), 1.0F);
  lines[at(scan, 7, 1, 2)] = 0.5F;
  lines[at(scan, 8, 1, 2)] = test::nan;
  lines[at(scan, 7, 1, 1)] = test::nan;
  Values const mended = cleaned(scan, lines);
  BOOST_TEST(mended[at(scan, 7, 1, 2)] == 1.0F);
  BOOST_TEST(std::isnan(mended[at(scan, 8, 1, 2)]));
  BOOST_TEST(std::isnan(mended[at(scan, 7, 1, 1)]));
  Values const none(lines.size(), test::nan);
  for (float const value : cleaned(scan, none)) BOOST_TEST(std::isnan(value));
}

BOOST_AUTO_TEST_CASE(other_arrays_and_options_are_refused) {
  test::Array<float, 3> lines{Scan{5, 4, 6}};
  test::Array<float, 3> same{Scan{5, 4, 6}};
  test::Array<float, 3> shorter{Scan{5, 4, 5}};
  auto const call = [&](auto& output, ZingerOptions const& options) {
    pyronn::remove_zingers(test::executor(), lines.view(), output.view(), options);
  };
  BOOST_CHECK_THROW(call(shorter, {}), InvalidArgument);
  BOOST_CHECK_THROW(call(lines, {}), InvalidArgument);
  for (double const wrong : {0.0, -1.0, test::infinity, test::not_a_number}) {
    BOOST_CHECK_THROW(call(same, {wrong, 5}), InvalidArgument);
    BOOST_CHECK_THROW(call(same, {0.1, wrong}), InvalidArgument);
  }
  BOOST_CHECK_NO_THROW(call(same, {}));
}

BOOST_AUTO_TEST_CASE(simulated_hits_have_their_number_and_mean) {
  Scan const scan{200, 50, 10};
  Values const dark(static_cast<std::size_t>(scan.count()), 0.0F);
  Values const hits = hit(dark, {0.02, 300}, scan);
  double sum = 0;
  int count = 0;
  for (float const value : hits) {
    sum += static_cast<double>(value);
    count += value > 0 ? 1 : 0;
  }
  BOOST_TEST(std::abs(count - 2000) < 200);
  BOOST_TEST(sum / count == 300.0, boost::test_tools::tolerance(0.1));
  Values const last(hits.begin() + 6 * 200 * 50, hits.end());
  BOOST_TEST((hit(Values(last.size(), 0.0F), {0.02, 300}, {200, 50, 4}, 6) == last));
  BOOST_TEST((hit(dark, {}, scan) == dark));
  BOOST_CHECK_THROW(hit(dark, {1.5, 1}, scan), InvalidArgument);
  BOOST_CHECK_THROW(hit(dark, {0.1, -1}, scan), InvalidArgument);
  BOOST_CHECK_THROW(hit(dark, {0.1, 1}, scan, -1), InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
