// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Mean fields, and line integrals with fields that drift.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/preprocess/drifting_fields.hpp>
#include <pyronn/recon/preprocess/mean_field.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

using pyronn::FieldsInTime;
using pyronn::InvalidArgument;
using Detector = pyronn::Extents<2>;
using Scan = pyronn::Extents<3>;
using Values = std::vector<float>;

/// Of five normal numbers without the extremes, from the moments of these (Godwin, Annals of
/// Mathematical Statistics 20, 1949).
constexpr double variance_of_five = 0.359396;

/// Light of 100, then 200, then 50 above a dark field of 10, and later 20.
struct Light {
  test::Array<float, 2> first{Detector{2, 1}, {110, 60}};
  test::Array<float, 2> second{Detector{2, 1}, {210, 110}};
  test::Array<float, 2> third{Detector{2, 1}, {60, 35}};
  test::Array<std::uint16_t, 2> dark{Detector{2, 1}, {10, 10}};
  test::Array<std::uint16_t, 2> later{Detector{2, 1}, {20, 20}};

  FieldsInTime<float> flats() { return {{first.view(), second.view(), third.view()}, {2, 6, 8}}; }
  FieldsInTime<std::uint16_t> darks() { return {{dark.view(), later.view()}, {0, 10}}; }
};

/// A field in the middle of a view.
double between(std::vector<double> const& times, std::vector<double> const& fields, int view) {
  double const time = view + 0.5;
  if (time <= times.front()) return fields.front();
  for (std::size_t n = 1; n < times.size(); ++n) {
    if (time > times[n]) continue;
    double const part = (time - times[n - 1]) / (times[n] - times[n - 1]);
    return fields[n - 1] + part * (fields[n] - fields[n - 1]);
  }
  return fields.back();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(drifting_fields, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(fields_are_those_of_the_time_of_a_view) {
  constexpr int views = 12;
  Light light;
  Values const counts(2 * views, 35);
  test::Array<float, 3> raw{Scan{2, 1, views}, counts};
  auto const in_shares = [&](int share) {
    test::Array<float, 3> lines{Scan{2, 1, views}, test::nan};
    for (int first = 0; first < views; first += share) {
      pyronn::line_integrals(test::executor(), raw.view().slices(first, share), light.darks(),
                             light.flats(), first, lines.view().slices(first, share));
    }
    return lines.values();
  };
  Values const lines = in_shares(views);
  for (int view = 0; view < views; ++view) {
    double const dark = between({0, 10}, {10, 20}, view);
    double const lights[2] = {between({2, 6, 8}, {110, 210, 60}, view),
                              between({2, 6, 8}, {60, 110, 35}, view)};
    for (int u = 0; u < 2; ++u) {
      double const expected = -std::log((35 - dark) / (lights[u] - dark));
      BOOST_TEST(static_cast<double>(lines[static_cast<std::size_t>(2 * view + u)]) == expected,
                 boost::test_tools::tolerance(1e-5));
    }
  }
  for (int const share : {1, 2, 3, 4, 6}) {
    BOOST_TEST(test::relative_l2(in_shares(share), lines) < 1e-6, "shares of " << share);
  }
}

BOOST_AUTO_TEST_CASE(fields_that_are_constant_give_what_the_plain_function_does) {
  Light light;
  Values const counts = test::random_values(7, 40);
  test::Array<float, 3> raw{Scan{2, 1, 20}, test::combine(40, counts, 0, counts)};
  test::Array<float, 3> plain{Scan{2, 1, 20}};
  test::Array<float, 3> lines{Scan{2, 1, 20}};
  pyronn::line_integrals(test::executor(), raw.view(), light.dark.view(), light.first.view(),
                         plain.view());
  pyronn::line_integrals(test::executor(), raw.view(),
                         FieldsInTime<std::uint16_t>::constant(light.dark.view()),
                         FieldsInTime<float>::constant(light.first.view()), 3, lines.view());
  BOOST_TEST((lines.values() == plain.values()));
}

BOOST_AUTO_TEST_CASE(counts_that_are_no_numbers_are_missing) {
  Light light;
  test::Array<float, 3> raw{Scan{2, 1, 2},
                            {test::nan, static_cast<float>(test::infinity), 0.0F, 60.0F}};
  pyronn::line_integrals(test::executor(), raw.view(), light.darks(), light.flats(), 0, raw.view(),
                         1e-3);
  Values const lines = raw.values();
  BOOST_TEST(std::isnan(lines[0]));
  BOOST_TEST(std::isnan(lines[1]));
  BOOST_TEST(static_cast<double>(lines[2]) == -std::log(1e-3), boost::test_tools::tolerance(1e-5));
  BOOST_TEST(std::isfinite(lines[3]));
}

BOOST_AUTO_TEST_CASE(other_sizes_and_times_are_refused) {
  Light light;
  test::Array<float, 3> raw{Scan{2, 1, 4}};
  test::Array<float, 3> shorter{Scan{2, 1, 3}};
  test::Array<float, 2> narrow{Detector{1, 1}};
  auto const call = [&](FieldsInTime<float> const& flats, int first, auto& out, double floor) {
    pyronn::line_integrals(test::executor(), raw.view(), light.darks(), flats, first, out.view(),
                           floor);
  };
  auto const with_times = [&](std::vector<double> times) {
    FieldsInTime<float> flats = light.flats();
    flats.times = std::move(times);
    return flats;
  };
  BOOST_CHECK_NO_THROW(call(light.flats(), 0, raw, 1e-6));
  BOOST_CHECK_THROW(call(light.flats(), -1, raw, 1e-6), InvalidArgument);
  BOOST_CHECK_THROW(call(light.flats(), 0, shorter, 1e-6), InvalidArgument);
  BOOST_CHECK_THROW(call(light.flats(), 0, raw, 0), InvalidArgument);
  BOOST_CHECK_THROW(call(with_times({0, 1}), 0, raw, 1e-6), InvalidArgument);
  BOOST_CHECK_THROW(call(with_times({0, 1, 1}), 0, raw, 1e-6), InvalidArgument);
  BOOST_CHECK_THROW(call(with_times({0, 1, test::infinity}), 0, raw, 1e-6), InvalidArgument);
  BOOST_CHECK_THROW(call({}, 0, raw, 1e-6), InvalidArgument);
  BOOST_CHECK_THROW(call(FieldsInTime<float>::constant(narrow.view()), 0, raw, 1e-6),
                    InvalidArgument);
}

BOOST_AUTO_TEST_CASE(the_mean_of_images_leaves_extremes_out) {
  auto const mean_of = [](std::vector<std::uint16_t> const& numbers) {
    int const images = static_cast<int>(numbers.size() / 2);
    test::Array<std::uint16_t, 3> array{Scan{2, 1, images}, numbers};
    test::Array<float, 2> mean{Detector{2, 1}};
    test::Array<float, 2> deviation{Detector{2, 1}};
    pyronn::mean_field(test::executor(), array.view(), mean.view(), deviation.view());
    Values result = mean.values();
    for (float const value : deviation.values()) result.push_back(value);
    return result;
  };
  BOOST_TEST((mean_of({7, 9}) == Values{7, 9, 0, 0}));
  BOOST_TEST((mean_of({1, 4, 3, 8}) == Values{2, 6, std::sqrt(2.0F), std::sqrt(8.0F)}));
  BOOST_TEST((mean_of({1, 0, 2, 0, 6, 3}) == Values{3, 1, std::sqrt(7.0F), std::sqrt(3.0F)}));
  // Of five, the greatest, which may be a zinger, and the smallest are left out.
  Values const five = mean_of({10, 5, 60000, 5, 12, 5, 9, 5, 11, 5});
  BOOST_TEST(five[0] == 11.0F);
  BOOST_TEST(five[1] == 5.0F);
  BOOST_TEST(1 / std::pow(static_cast<double>(five[2]), 2) == variance_of_five,
             boost::test_tools::tolerance(1e-5));
  BOOST_TEST(five[3] == 0.0F);
}

/// What is left of four numbers is half a squared difference, whose mean is known in closed form.
BOOST_AUTO_TEST_CASE(the_variance_without_extremes_is_known_of_few_images) {
  using pyronn::detail::variance_without_extremes;
  double const of_four = 1 - 3 * (std::sqrt(3.0) - 1) / pyronn::pi;
  BOOST_TEST(variance_without_extremes(4) == of_four, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(variance_without_extremes(5) == variance_of_five, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(variance_without_extremes(1000000) == 1.0, boost::test_tools::tolerance(1e-4));
}

/// Normal noise has the same variance whatever the number of images.
BOOST_AUTO_TEST_CASE(the_deviation_of_normal_noise_is_not_biased) {
  constexpr int pixels = 40000;
  std::mt19937 random{1};
  std::normal_distribution<float> noise{100, 3};
  for (int const images : {2, 3, 4, 5, 6, 10, 20}) {
    Values numbers(static_cast<std::size_t>(pixels * images));
    for (float& number : numbers) number = noise(random);
    test::Array<float, 3> array{Scan{pixels, 1, images}, numbers};
    test::Array<float, 2> mean{Detector{pixels, 1}};
    test::Array<float, 2> deviation{Detector{pixels, 1}};
    pyronn::mean_field(test::executor(), array.view(), mean.view(), deviation.view());
    double variance = 0;
    for (float const value : deviation.values()) {
      variance += std::pow(static_cast<double>(value), 2) / pixels;
    }
    BOOST_TEST(std::sqrt(variance) == 3.0, boost::test_tools::tolerance(0.02));
  }
}

BOOST_AUTO_TEST_CASE(means_of_what_is_no_number_and_of_other_sizes) {
  test::Array<float, 3> array{Scan{2, 1, 5}, {1, 1, 2, test::nan, 3, 3, 4, 4, 5, 5}};
  test::Array<float, 2> mean{Detector{2, 1}};
  pyronn::mean_field(test::executor(), array.view(), mean.view());
  BOOST_TEST(mean.values()[0] == 3.0F);
  BOOST_TEST(std::isnan(mean.values()[1]));
  test::Array<float, 2> other{Detector{1, 2}};
  BOOST_CHECK_THROW(pyronn::mean_field(test::executor(), array.view(), other.view()),
                    InvalidArgument);
  BOOST_CHECK_THROW(pyronn::mean_field(test::executor(), array.view(), mean.view(), other.view()),
                    InvalidArgument);
  BOOST_CHECK_THROW(pyronn::mean_field(test::executor(), array.view().slices(0, 0), mean.view()),
                    InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
