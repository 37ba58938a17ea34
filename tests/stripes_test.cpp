// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Stripes of sinograms; defect_corrections_test has what rings are left of them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/config.hpp>
#include <pyronn/recon/preprocess/stripes.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

using pyronn::InvalidArgument;
using pyronn::remove_stripes;
using pyronn::StripeFinder;
using pyronn::StripeOptions;
using Scan = pyronn::Extents<3>;
using Values = std::vector<float>;

constexpr Scan scan{150, 3, 200};

template <class Value>
Values values_of(Scan const& extents, Value const& value) {
  Values values;
  for (int view = 0; view < extents[2]; ++view) {
    for (int v = 0; v < extents[1]; ++v) {
      for (int u = 0; u < extents[0]; ++u) values.push_back(static_cast<float>(value(u, v, view)));
    }
  }
  return values;
}

/// The shadow of a disc away from the axis, which moves to and fro.
double shadow(int u, int v, int view) {
  double const at = u - 75 - (25 + v) * std::cos(0.02 * view);
  double const square = 900 - at * at;
  return square > 0 ? 0.04 * std::sqrt(square) : 0;
}

/// Gains, another one for each pixel; none adds anything at the ends of rows.
double stripe(int u, int v) {
  if (u < 10 || u >= 140) return 0;
  return (u * 37 + v * 11) % 19 == 0 ? 0.05 : (u * 13 + v * 7) % 17 == 0 ? -0.03 : 0;
}

/// The shadow of a body in a tube, both about the axis: the same in all views.
double shadow_about_axis(int u, int v) {
  auto const chord = [&](double radius) {
    double const square = radius * radius - (u - 74.6) * (u - 74.6);
    return square > 0 ? 2 * std::sqrt(square) : 0;
  };
  return 0.012 * chord(40.3 + v) + 0.05 * (chord(60) - chord(53));
}

/// Noise of line integrals, about normally distributed.
Values noise(double deviation) {
  Values sum(static_cast<std::size_t>(scan.count()));
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    auto const part = static_cast<float>(deviation * std::sqrt(0.75));
    sum = test::combine(1, sum, part, test::random_values(seed, scan.count()));
  }
  return sum;
}

Values without(Values const& lines, StripeOptions const& options = {}, Scan const& extents = scan) {
  test::Array<float, 3> array{extents, lines};
  remove_stripes(test::executor(), array.view(), options);
  return array.values();
}

double largest_difference(Values const& a, Values const& b) {
  double largest = 0;
  for (std::size_t n = 0; n < a.size(); ++n) {
    largest = std::max(largest, std::abs(static_cast<double>(a[n]) - static_cast<double>(b[n])));
  }
  return largest;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stripes, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(bodies_about_the_axis_stay) {
  Values const object = values_of(
      scan, [](int u, int v, int view) { return shadow_about_axis(u, v) + shadow(u, v, view); });
  BOOST_TEST(largest_difference(without(object), object) < 2e-3);
  double const deviation = 0.01;
  Values const noisy = test::combine(1, object, 1, noise(deviation));
  // The noise of a pixel's mean over the views is what cannot be told from a stripe.
  BOOST_TEST(largest_difference(without(noisy), noisy) < 5 * deviation / std::sqrt(scan[2]));
}

BOOST_AUTO_TEST_CASE(stripes_away_from_edges_of_bodies_about_the_axis_go) {
  Values const clean = values_of(scan, [](int u, int v, int) { return shadow_about_axis(u, v); });
  auto const far_stripe = [](int u, int v) { return u >= 45 && u < 105 ? stripe(u, v) : 0; };
  Values const striped = values_of(
      scan, [&](int u, int v, int) { return shadow_about_axis(u, v) + far_stripe(u, v); });
  double const before = test::norm(test::combine(1, striped, -1, clean));
  double const after = test::norm(test::combine(1, without(striped), -1, clean));
  BOOST_TEST(after < 0.25 * before);
}

BOOST_AUTO_TEST_CASE(rounding_decides_nothing) {
  for (double const gains : {0.0, 1.0}) {
    Values const lines = values_of(scan, [&](int u, int v, int view) {
      return shadow_about_axis(u, v) + shadow(u, v, view) + gains * stripe(u, v);
    });
    Values const rounded = test::combine(1, lines, 1, noise(3e-7));
    BOOST_TEST(largest_difference(without(rounded), without(lines)) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(narrow_stripes_go_and_the_object_stays) {
  Values const clean = values_of(scan, shadow);
  Values const striped =
      values_of(scan, [](int u, int v, int view) { return shadow(u, v, view) + stripe(u, v); });
  Values const corrected = without(striped);
  double const before = test::norm(test::combine(1, striped, -1, clean));
  BOOST_TEST(test::norm(test::combine(1, corrected, -1, clean)) < 0.2 * before);
  BOOST_TEST(largest_difference(corrected, clean) < 0.02);
  BOOST_TEST(test::norm(test::combine(1, without(clean), -1, clean)) < 0.05 * before);
}

BOOST_AUTO_TEST_CASE(strength_is_the_part_taken_away) {
  Values const striped =
      values_of(scan, [](int u, int v, int view) { return shadow(u, v, view) + stripe(u, v); });
  StripeOptions options;
  options.strength = 0;
  BOOST_TEST((without(striped, options) == striped));
  options.strength = 0.5;
  Values const half = without(striped, options);
  Values const whole = without(striped);
  BOOST_TEST(largest_difference(half, test::combine(0.5F, striped, 0.5F, whole)) < 1e-6);
  BOOST_TEST(largest_difference(half, striped) > 0.01);
}

BOOST_AUTO_TEST_CASE(views_in_shares_and_rows_in_bands_give_the_same) {
  Values const striped =
      values_of(scan, [](int u, int v, int view) { return shadow(u, v, view) + stripe(u, v); });
  test::Array<float, 3> array{scan, striped};
  StripeOptions const options;
  StripeFinder<test::Executor> finder{test::executor(), {scan[0], scan[1]}, options};
  for (int round = 0; round < options.rounds; ++round) {
    for (int first = 0; first < scan[2]; first += 64) {
      finder.add(array.view().slices(first, std::min(64, scan[2] - first)));
    }
    finder.end_round();
  }
  pyronn::subtract_stripes(test::executor(), finder.stripes(), 1, array.view());
  Values const whole = without(striped);
  BOOST_TEST((array.values() == whole));

  Scan const band{scan[0], 1, scan[2]};
  Values const row = without(
      values_of(band, [](int u, int, int view) { return shadow(u, 1, view) + stripe(u, 1); }), {},
      band);
  for (int view = 0; view < scan[2]; ++view) {
    for (int u = 0; u < scan[0]; ++u) {
      auto const at = static_cast<std::size_t>((view * scan[1] + 1) * scan[0] + u);
      BOOST_REQUIRE_EQUAL(row[static_cast<std::size_t>(view * scan[0] + u)], whole[at]);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_passed_over) {
  Values const clean =
      values_of(scan, [](int u, int v, int view) { return shadow(u, v, view) + stripe(u, v); });
  Values spoilt = clean;
  spoilt[static_cast<std::size_t>(90 * scan[0] * scan[1] + 50)] = test::nan;
  spoilt[static_cast<std::size_t>(91 * scan[0] * scan[1] + 90)] =
      static_cast<float>(test::infinity);
  Values const corrected = without(spoilt);
  Values const expected = without(clean);
  int spoilt_values = 0;
  for (std::size_t n = 0; n < clean.size(); ++n) {
    if (!std::isfinite(corrected[n])) {
      ++spoilt_values;
    } else {
      BOOST_REQUIRE_SMALL(static_cast<double>(corrected[n] - expected[n]), 1e-3);
    }
  }
  BOOST_TEST(spoilt_values == 2);
}

BOOST_AUTO_TEST_CASE(small_detectors_and_constant_rows_are_fine) {
  for (Scan const extents : {Scan{3, 1, 1}, Scan{4, 2, 5}, Scan{64, 1, 2}, Scan{129, 1, 40}}) {
    Values const flat(static_cast<std::size_t>(extents.count()), 0.7F);
    BOOST_TEST(largest_difference(without(flat, {}, extents), flat) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(other_options_and_sizes_are_refused) {
  auto const refused = [](auto const& change) {
    StripeOptions options;
    change(options);
    BOOST_CHECK_THROW(without(Values(30), options, {10, 1, 3}), InvalidArgument);
  };
  refused([](StripeOptions& options) { options.strength = -0.1; });
  refused([](StripeOptions& options) { options.strength = test::not_a_number; });
  refused([](StripeOptions& options) { options.radius = 0; });
  refused([](StripeOptions& options) { options.radius = 31; });
  refused([](StripeOptions& options) { options.outlier = 0; });
  refused([](StripeOptions& options) { options.significance = -1; });
  refused([](StripeOptions& options) { options.rounds = 1; });
  BOOST_CHECK_THROW(without(Values(10), {}, {2, 1, 5}), InvalidArgument);
  StripeFinder<test::Executor> finder{test::executor(), {10, 2}};
  test::Array<float, 3> other{Scan{10, 3, 1}};
  BOOST_CHECK_THROW(finder.add(other.view()), InvalidArgument);
  BOOST_CHECK_THROW(pyronn::subtract_stripes(test::executor(), finder.stripes(), 1, other.view()),
                    InvalidArgument);
  BOOST_CHECK_NO_THROW(without(Values(30), {}, {10, 1, 3}));
}

BOOST_AUTO_TEST_SUITE_END()
