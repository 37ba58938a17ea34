// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/filter/response.hpp>

using pyronn::filter_response;
using pyronn::FilterWindow;
using pyronn::InvalidArgument;

namespace {

/// The transfer function of the sampled ramp filter, written down as it is defined.
double cosine_sum(int padded, int frequency) {
  double sum = 0.25;
  for (int k = 1; k < padded / 2; k += 2) {
    double const cycles = static_cast<double>(k) * frequency / padded;
    sum -= 2 * std::cos(2 * pyronn::pi * cycles) / (pyronn::pi * pyronn::pi * k * k);
  }
  return sum;
}

/// Sample k of the filter with a response.
double sample_of(std::vector<float> const& response, int padded, int k) {
  double sample = 0;
  for (int f = 0; f < padded; ++f) {
    auto const folded = static_cast<std::size_t>(std::min(f, padded - f));
    sample += static_cast<double>(response[folded]) / padded *
              std::cos(2 * pyronn::pi * static_cast<double>(f) * k / padded);
  }
  return sample;
}

/// Of the windowed ramp times a wave, by Simpson's rule.
double integral(FilterWindow window, int k) {
  constexpr int steps = 20000;
  double sum = 0;
  for (int n = 0; n <= steps; ++n) {
    double const frequency = 0.5 * n / steps;
    double const weight = n == 0 || n == steps ? 1 : (n % 2 == 1 ? 4 : 2);
    sum += weight * frequency * pyronn::window_value(window, frequency) *
           std::cos(2 * pyronn::pi * frequency * k);
  }
  return 2 * sum * 0.5 / steps / 3;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(filter_response_)

// Every odd factor of a padded length, from its smallest length on.
BOOST_AUTO_TEST_CASE(is_the_spectrum_of_the_sampled_ramp) {
  for (int const columns : {1, 8, 9, 20, 30, 50, 100, 239, 1100}) {
    int const padded = pyronn::padded_row_length(columns);
    std::vector<float> const response = filter_response(columns, FilterWindow::ram_lak);
    BOOST_TEST_REQUIRE(static_cast<int>(response.size()) ==
                       pyronn::filter_response_length(columns));
    double worst = 0;
    for (int f = 0; f <= padded / 2; ++f) {
      double const value = static_cast<double>(response[static_cast<std::size_t>(f)]);
      worst = std::max(worst, std::abs(value - cosine_sum(padded, f)));
    }
    BOOST_TEST(worst < 4e-8);
    BOOST_TEST(response.front() > 0);
  }
}

// What a row is convolved with is the integral over frequencies, also for rows of a few columns.
BOOST_AUTO_TEST_CASE(rows_are_convolved_with_windowed_ramps) {
  for (FilterWindow const window :
       {FilterWindow::ram_lak, FilterWindow::shepp_logan, FilterWindow::cosine,
        FilterWindow::hamming, FilterWindow::hann}) {
    for (int const columns : {1, 2, 7, 16, 100}) {
      int const padded = pyronn::padded_row_length(columns);
      std::vector<float> const response = filter_response(columns, window);
      double worst = 0;
      for (int k = 0; k < columns; ++k) {
        worst = std::max(worst, std::abs(sample_of(response, padded, k) - integral(window, k)));
      }
      BOOST_TEST(worst < 3e-8);
    }
  }
}

BOOST_AUTO_TEST_CASE(windows_are_those_of_the_textbooks) {
  std::vector<float> const bare = filter_response(1000, FilterWindow::ram_lak);
  auto const check = [&](FilterWindow window, double quarter, double end) {
    std::vector<float> const response = filter_response(1000, window);
    auto const at = [&](std::size_t f) {
      return static_cast<double>(response[f]) / static_cast<double>(bare[f]);
    };
    BOOST_TEST(std::abs(at(bare.size() / 2) - quarter) < 1e-4);
    BOOST_TEST(std::abs(at(bare.size() - 1) - end) < 1e-3);
  };
  double const root = std::sqrt(0.5);
  check(FilterWindow::shepp_logan, root * 4 / pyronn::pi, 2 / pyronn::pi);
  check(FilterWindow::cosine, root, 0);
  check(FilterWindow::hamming, 0.54, 0.08);
  check(FilterWindow::hann, 0.5, 0);
}

BOOST_AUTO_TEST_CASE(ramp_is_the_frequency) {
  std::vector<float> const response = filter_response(100, FilterWindow::ramp);
  BOOST_TEST(response.front() == 0.0F);
  BOOST_TEST(response[60] == 0.25F);
  BOOST_TEST(response.back() == 0.5F);
}

// Filtering a row at pixel i with the response is the sum over pixels of the stretched samples.
BOOST_AUTO_TEST_CASE(equal_angles_stretch_the_samples) {
  int const columns = 40;
  double const step = 0.05;
  int const padded = pyronn::padded_row_length(columns);
  std::vector<float> const response = filter_response(columns, FilterWindow::ram_lak, step);
  for (int k = 0; k < columns; ++k) {
    double const sample = sample_of(response, padded, k);
    double const angle = k * step;
    double const stretch = k == 0 ? 1 : angle / std::sin(angle);
    BOOST_TEST(std::abs(sample - pyronn::ramp_sample(k) * stretch * stretch) < 1e-7);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused) {
  BOOST_TEST(pyronn::padded_row_length(15 << 26) == 15 << 27);
  for (int const columns : {(15 << 26) + 1, std::numeric_limits<int>::max(), 0, -5}) {
    BOOST_CHECK_THROW(pyronn::padded_row_length(columns), InvalidArgument);
    BOOST_CHECK_THROW(filter_response(columns, FilterWindow::hann), InvalidArgument);
  }
  double const nan = std::numeric_limits<double>::quiet_NaN();
  for (double const step : {0.0, -0.1, nan, 0.5}) {
    BOOST_CHECK_THROW(filter_response(10, FilterWindow::hann, step), InvalidArgument);
  }
  BOOST_CHECK_THROW(filter_response(10, FilterWindow::ramp, 0.01), InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
