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

BOOST_AUTO_TEST_CASE(windows_end_where_the_textbooks_say) {
  std::vector<float> const bare = filter_response(100, FilterWindow::ram_lak);
  auto const at_end = [&](FilterWindow window) {
    std::vector<float> const response = filter_response(100, window);
    BOOST_TEST(response.front() == bare.front());
    return static_cast<double>(response.back()) / static_cast<double>(bare.back());
  };
  BOOST_TEST(std::abs(at_end(FilterWindow::shepp_logan) - 2 / pyronn::pi) < 1e-6);
  BOOST_TEST(std::abs(at_end(FilterWindow::cosine)) < 1e-6);
  BOOST_TEST(std::abs(at_end(FilterWindow::hamming) - 0.08) < 1e-6);
  BOOST_TEST(std::abs(at_end(FilterWindow::hann)) < 1e-6);
  BOOST_TEST(std::abs(static_cast<double>(bare.back()) - 0.5) < 1e-2);
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
    double sample = 0;
    for (int f = 0; f < padded; ++f) {
      auto const folded = static_cast<std::size_t>(std::min(f, padded - f));
      sample += static_cast<double>(response[folded]) / padded *
                std::cos(2 * pyronn::pi * static_cast<double>(f) * k / padded);
    }
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
