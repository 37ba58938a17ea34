// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/simulate/intensities.hpp>
#include <pyronn/simulate/noise.hpp>

#include "support/backends.hpp"
#include "support/numbers.hpp"

namespace {

using Scan = pyronn::Extents<3>;
using Views = pyronn::ProjectionView<float>;

double mean_of(std::vector<float> const& values) {
  double sum = 0;
  for (float const value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

double variance_of(std::vector<float> const& values, double mean) {
  double sum = 0;
  for (float const value : values) {
    sum += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
  }
  return sum / static_cast<double>(values.size());
}

/// Means from 0 to 200 photons, on both sides of where the sampler changes its method.
std::vector<float> some_means(Scan scan) {
  std::vector<float> means = test::random_values(4, scan.count());
  for (float& mean : means) mean = 100.0F + 100.0F * mean;
  return means;
}

auto const poisson = [](auto const& executor, Views views, std::uint64_t seed, int first_view) {
  pyronn::add_poisson_noise(executor, views, seed, first_view);
};
auto const gaussian = [](auto const& executor, Views views, std::uint64_t seed, int first_view) {
  pyronn::add_gaussian_noise(executor, views, 3.0, seed, first_view);
};

template <class Noise>
std::vector<float> noisy(Noise const& noise, Scan scan, std::uint64_t seed, int first_view = 0) {
  test::Array<float, 3> views{scan, some_means(scan)};
  noise(test::executor(), views.view(), seed, first_view);
  return views.values();
}

/// The whole, and the same in pieces of 1, 4 and 2 views.
template <class Noise>
void check_pieces(Noise const& noise) {
  Scan const scan{13, 5, 7};
  test::Array<float, 3> views{scan, some_means(scan)};
  noise(test::executor(), views.view().slices(5, 2), 9, 5);
  noise(test::executor(), views.view().slices(0, 1), 9, 0);
  noise(test::executor(), views.view().slices(1, 4), 9, 1);
  std::vector<float> const whole = noisy(noise, scan, 9);
  BOOST_TEST(views.values() == whole, boost::test_tools::per_element());
  BOOST_TEST(noisy(noise, scan, 9) == whole, boost::test_tools::per_element());
  BOOST_TEST((noisy(noise, scan, 10) != whole));
  BOOST_TEST((noisy(noise, scan, 9, 1) != whole));
}

template <class Noise>
void check_threads(Noise const& noise) {
  Scan const scan{31, 9, 11};
  std::vector<std::vector<float>> results;
  for (int const threads : {1, 2, 5}) {
    std::vector<float> values = some_means(scan);
    noise(pyronn::CpuExecutor{threads}, Views{values.data(), scan}, 3, 0);
    results.push_back(values);
  }
  BOOST_TEST(results[1] == results[0], boost::test_tools::per_element());
  BOOST_TEST(results[2] == results[0], boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(noise, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(does_not_depend_on_how_the_work_is_cut) {
  check_pieces(poisson);
  check_pieces(gaussian);
  check_threads(poisson);
  check_threads(gaussian);
}

BOOST_AUTO_TEST_CASE(line_integrals_survive_the_way_to_intensities_and_back) {
  Scan const scan{16, 3, 5};
  std::vector<float> lines = test::random_values(8, scan.count());
  for (float& line : lines) line = 4 * line + 3;
  test::Array<float, 3> views{scan, lines};
  pyronn::intensities(test::executor(), views.view(), 5e4, views.view());
  std::vector<float> const found = views.values();
  pyronn::line_integrals(test::executor(), views.view(), 5e4, views.view());
  std::vector<float> const back = views.values();
  for (std::size_t n = 0; n < lines.size(); ++n) {
    double const exact = static_cast<double>(lines[n]);
    BOOST_TEST(static_cast<double>(found[n]) == 5e4 * std::exp(-exact),
               boost::test_tools::tolerance(1e-6));
    BOOST_TEST(std::abs(static_cast<double>(back[n]) - exact) < 2e-6);
  }
}

BOOST_AUTO_TEST_CASE(a_beam_may_have_a_profile) {
  test::Array<float, 3> lines{Scan{2, 2, 2}, std::vector<float>{0, 1, 2, 3, 0, -1, 0, 1}};
  test::Array<float, 2> photons{pyronn::Extents<2>{2, 2}, std::vector<float>{10, 20, 30, 40}};
  test::Array<float, 3> found{Scan{2, 2, 2}};
  pyronn::intensities(test::executor(), lines.view(), photons.view(), found.view());
  double const expected[] = {
      10, 20 * std::exp(-1), 30 * std::exp(-2), 40 * std::exp(-3), 10, 20 * std::exp(1),
      30, 40 * std::exp(-1)};
  std::vector<float> const values = found.values();
  for (std::size_t n = 0; n < values.size(); ++n) {
    BOOST_TEST(static_cast<double>(values[n]) == expected[n], boost::test_tools::tolerance(1e-6));
  }
}

BOOST_AUTO_TEST_CASE(no_photons_count_as_the_floor) {
  test::Array<float, 3> views{Scan{4, 1, 1}, std::vector<float>{0, -1, test::nan, 1e-9F}};
  pyronn::line_integrals(test::executor(), views.view(), 100.0, views.view(), 1e-4);
  for (float const value : views.values()) {
    BOOST_TEST(static_cast<double>(value) == -std::log(1e-4), boost::test_tools::tolerance(1e-6));
  }
}

// Photon noise of a line integral p has variance 1 / (I0 exp(-p)) to first order, bias half that.
BOOST_AUTO_TEST_CASE(noise_of_line_integrals_grows_with_the_object) {
  Scan const scan{200, 100, 5};
  double const number = static_cast<double>(scan.count());
  for (double const integral : {0.0, 2.0, 5.0}) {
    test::Array<float, 3> views{scan, static_cast<float>(integral)};
    pyronn::intensities(test::executor(), views.view(), 1e6, views.view());
    pyronn::add_poisson_noise(test::executor(), views.view(), 21);
    pyronn::line_integrals(test::executor(), views.view(), 1e6, views.view());
    double const variance = std::exp(integral) / 1e6;
    double const mean = mean_of(views.values());
    BOOST_TEST(std::abs(mean - integral - variance / 2) < 5 * std::sqrt(variance / number) + 1e-6);
    // Of the next order: 2 variance^2 more; the standard error is sqrt(2 / n).
    BOOST_TEST(std::abs(variance_of(views.values(), mean) / variance - 1) <
               5 * std::sqrt(2 / number) + 2 * variance);
  }
}

BOOST_AUTO_TEST_CASE(readout_noise_has_its_deviation) {
  Scan const scan{200, 100, 5};
  double const root = std::sqrt(static_cast<double>(scan.count()));
  test::Array<float, 3> views{scan, 40.0F};
  pyronn::add_gaussian_noise(test::executor(), views.view(), 3.0, 77);
  BOOST_TEST(std::abs(mean_of(views.values()) - 40) < 5 * 3 / root);
  BOOST_TEST(std::abs(variance_of(views.values(), 40) - 9) < 5 * 9 * std::sqrt(2.0) / root);
}

BOOST_AUTO_TEST_CASE(photon_and_readout_noise_of_one_seed_are_independent) {
  Scan const scan{200, 100, 5};
  test::Array<float, 3> photons{scan, 400.0F};
  test::Array<float, 3> readout{scan, 0.0F};
  pyronn::add_poisson_noise(test::executor(), photons.view(), 5);
  pyronn::add_gaussian_noise(test::executor(), readout.view(), 1.0, 5);
  double const product = test::dot(photons.values(), readout.values()) -
                         400 * mean_of(readout.values()) * static_cast<double>(scan.count());
  BOOST_TEST(std::abs(product) < 5 * 20 * std::sqrt(static_cast<double>(scan.count())));
}

BOOST_AUTO_TEST_CASE(no_noise_changes_no_bit) {
  std::vector<float> const values{-0.0F, 1.5F, -3e38F, 1e-45F};
  test::Array<float, 3> views{Scan{4, 1, 1}, values};
  pyronn::add_gaussian_noise(test::executor(), views.view(), 0.0, 1);
  std::vector<float> const found = views.values();
  BOOST_TEST(found == values, boost::test_tools::per_element());
  BOOST_TEST(std::signbit(found[0]));
}

BOOST_AUTO_TEST_CASE(rubbish_neither_hangs_nor_spreads) {
  float const infinity = std::numeric_limits<float>::infinity();
  test::Array<float, 3> views{
      Scan{7, 1, 1}, std::vector<float>{test::nan, -5, infinity, -infinity, 3e38F, 0, 100}};
  pyronn::add_poisson_noise(test::executor(), views.view(), 1);
  std::vector<float> const found = views.values();
  BOOST_TEST(std::isnan(found[0]));
  BOOST_TEST(std::isnan(found[1]));
  BOOST_TEST(found[2] == infinity);
  BOOST_TEST(std::isnan(found[3]));
  BOOST_TEST(found[4] == 3e38F);
  BOOST_TEST(found[5] == 0.0F);
  BOOST_TEST(std::abs(found[6] - 100) < 100.0F);
}

BOOST_AUTO_TEST_CASE(the_last_views_there_can_be_are_counted_right) {
  int const last = std::numeric_limits<int>::max();
  test::Array<float, 3> end{Scan{64, 1, 1}, 100.0F};
  test::Array<float, 3> begin{Scan{64, 1, 1}, 100.0F};
  pyronn::add_poisson_noise(test::executor(), end.view(), 1, last - 1);
  pyronn::add_poisson_noise(test::executor(), begin.view(), 1, 0);
  BOOST_TEST((end.values() != begin.values()));
  BOOST_CHECK_THROW(pyronn::add_poisson_noise(test::executor(), end.view(), 1, last),
                    pyronn::InvalidArgument);
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_refused_and_nothing_is_written) {
  using pyronn::InvalidArgument;
  auto const& executor = test::executor();
  double const infinity = std::numeric_limits<double>::infinity();
  test::Array<float, 3> views{Scan{3, 2, 4}, 7.0F};
  test::Array<float, 3> shorter{Scan{3, 2, 3}, 7.0F};
  test::Array<float, 2> narrow{pyronn::Extents<2>{2, 2}, 7.0F};
  Views const empty{views.view().data, Scan{3, 0, 4}};
  Views const nowhere{nullptr, Scan{3, 2, 4}};
  for (double const photons : {0.0, -1.0, std::nan(""), infinity}) {
    BOOST_CHECK_THROW(pyronn::intensities(executor, views.view(), photons, views.view()),
                      InvalidArgument);
    BOOST_CHECK_THROW(pyronn::line_integrals(executor, views.view(), photons, views.view()),
                      InvalidArgument);
  }
  BOOST_CHECK_THROW(pyronn::intensities(executor, views.view(), 1.0, shorter.view()),
                    InvalidArgument);
  BOOST_CHECK_THROW(pyronn::intensities(executor, views.view(), narrow.view(), views.view()),
                    InvalidArgument);
  BOOST_CHECK_THROW(pyronn::line_integrals(executor, views.view(), 1.0, shorter.view()),
                    InvalidArgument);
  BOOST_CHECK_THROW(pyronn::line_integrals(executor, views.view(), 1.0, views.view(), 1.0),
                    InvalidArgument);
  BOOST_CHECK_THROW(pyronn::add_poisson_noise(executor, views.view(), 1, -1), InvalidArgument);
  BOOST_CHECK_THROW(pyronn::add_poisson_noise(executor, empty, 1), InvalidArgument);
  BOOST_CHECK_THROW(pyronn::add_poisson_noise(executor, nowhere, 1), InvalidArgument);
  for (double const deviation : {-1.0, std::nan(""), infinity}) {
    BOOST_CHECK_THROW(pyronn::add_gaussian_noise(executor, views.view(), deviation, 1),
                      InvalidArgument);
  }
  BOOST_TEST(views.values() == std::vector<float>(24, 7.0F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
