// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/simulate/detail/poisson.hpp>
#include <pyronn/simulate/random_numbers.hpp>

#include "support/backends.hpp"

namespace {

using pyronn::RandomNumbers;
using pyronn::RandomStream;
using Bits = pyronn::Vec<std::uint32_t, 4>;

/// One count of one mean for each item.
struct Counts {
  using Block = pyronn::BlockShape<128, 1, 1>;

  pyronn::ArrayView<double, 3> counts;
  double mean;
  std::uint64_t seed;

  PYRONN_HOST_DEVICE void operator()(pyronn::Vec<int, 3> item) const {
    RandomNumbers random{seed, RandomStream::photons, item[0]};
    counts(item[0], 0, 0) = pyronn::poisson(mean, random);
  }
};

std::vector<double> counts(double mean, int number, std::uint64_t seed) {
  test::Array<double, 3> result{pyronn::Extents<3>{number, 1, 1}};
  test::executor().for_each({number, 1, 1}, Counts{result.view(), mean, seed});
  return result.values();
}

/// Uniform and normal numbers of each item.
struct Draws {
  using Block = pyronn::BlockShape<128, 1, 1>;

  pyronn::ArrayView<double, 3> draws;  // (item, uniform, normal and normal)

  PYRONN_HOST_DEVICE void operator()(pyronn::Vec<int, 3> item) const {
    RandomNumbers random{7, RandomStream::readout, item[0]};
    draws(item[0], 0, 0) = random.uniform();
    pyronn::Vec2d const pair = random.normal_pair();
    draws(item[0], 1, 0) = pair[0];
    draws(item[0], 2, 0) = pair[1];
  }
};

double mean_of(std::vector<double> const& values, int power, double centre) {
  double sum = 0;
  for (double const value : values) sum += std::pow(value - centre, power);
  return sum / static_cast<double>(values.size());
}

double correlation(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t n = 0; n < a.size(); ++n) sum += a[n] * b[n];
  return sum / static_cast<double>(a.size());
}

/// Five standard deviations out, after Wilson and Hilferty.
double most_chi_square(int freedom) {
  double const spread = 2.0 / (9.0 * freedom);
  return freedom * std::pow(1.0 - spread + 5.0 * std::sqrt(spread), 3);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(random_numbers, *boost::unit_test::precondition(test::device_present))

// The known answers that the authors of Philox publish with their own code.
BOOST_AUTO_TEST_CASE(philox_gives_the_known_answers) {
  BOOST_TEST((pyronn::philox4x32_10({0, 0, 0, 0}, {0, 0}) ==
              Bits{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  std::uint32_t const ones = 0xffffffff;
  BOOST_TEST((pyronn::philox4x32_10({ones, ones, ones, ones}, {ones, ones}) ==
              Bits{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  BOOST_TEST((pyronn::philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                                    {0xa4093822, 0x299f31d0}) ==
              Bits{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// Item 5 x 2^32 + 3 of stream 6 (jitter), third draw: every word of counter and key has its place.
BOOST_AUTO_TEST_CASE(numbers_are_philox_of_seed_stream_item_and_draw) {
  static_assert(static_cast<std::uint32_t>(RandomStream::jitter) == 6);
  RandomNumbers random{(std::uint64_t{9} << 32) + 8, RandomStream::jitter,
                       (std::int64_t{5} << 32) + 3};
  for (std::uint32_t block = 0; block < 3; ++block) {
    Bits const bits = pyronn::philox4x32_10({3, 5, block, 6}, {8, 9});
    for (int half = 0; half < 2; ++half) {
      double const expected =
          (bits[2 * half + 1] * 0x1p20 + static_cast<double>(bits[2 * half] >> 12) + 0.5) * 0x1p-52;
      BOOST_TEST(random.uniform() == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(uniform_and_normal_numbers_have_their_moments) {
  constexpr int number = 200000;
  test::Array<double, 3> array{pyronn::Extents<3>{number, 3, 1}};
  test::executor().for_each({number, 1, 1}, Draws{array.view()});
  std::vector<double> const all = array.values();
  std::vector<double> const uniform{all.begin(), all.begin() + number};
  std::vector<double> const first{all.begin() + number, all.begin() + 2 * number};
  std::vector<double> const second{all.begin() + 2 * number, all.end()};
  double const root = std::sqrt(static_cast<double>(number));
  BOOST_TEST(*std::min_element(uniform.begin(), uniform.end()) > 0.0);
  BOOST_TEST(*std::max_element(uniform.begin(), uniform.end()) < 1.0);
  BOOST_TEST(std::abs(mean_of(uniform, 1, 0.5)) < 5 * std::sqrt(1.0 / 12) / root);
  BOOST_TEST(std::abs(mean_of(uniform, 2, 0.5) - 1.0 / 12) < 5 * std::sqrt(1.0 / 180) / root);
  for (auto const& normal : {first, second}) {
    BOOST_TEST(std::abs(mean_of(normal, 1, 0)) < 5 / root);
    BOOST_TEST(std::abs(mean_of(normal, 2, 0) - 1) < 5 * std::sqrt(2.0) / root);
    BOOST_TEST(std::abs(mean_of(normal, 3, 0)) < 5 * std::sqrt(15.0) / root);
    BOOST_TEST(std::abs(mean_of(normal, 4, 0) - 3) < 5 * std::sqrt(96.0) / root);
  }
  BOOST_TEST(std::abs(correlation(first, second)) < 5 / root);
}

BOOST_AUTO_TEST_CASE(normal_numbers_follow_the_bell) {
  constexpr int number = 100000;
  constexpr int bins = 50;
  std::vector<double> found(bins, 0.0);
  for (int item = 0; item < number; ++item) {
    double const x = RandomNumbers{3, RandomStream::readout, item}.normal();
    double const quantile = 0.5 * std::erfc(-x / std::sqrt(2.0));
    found[static_cast<std::size_t>(std::min(bins - 1, static_cast<int>(quantile * bins)))] += 1;
  }
  double chi_square = 0;
  for (double const n : found) chi_square += (n - number / bins) * (n - number / bins);
  BOOST_TEST(chi_square / (number / bins) < most_chi_square(bins - 1));
}

BOOST_AUTO_TEST_CASE(streams_and_seeds_are_independent) {
  constexpr int number = 100000;
  std::vector<double> photons;
  std::vector<double> readout;
  std::vector<double> other_seed;
  std::vector<double> neighbour;
  for (int item = 0; item < number; ++item) {
    photons.push_back(RandomNumbers{1, RandomStream::photons, item}.uniform() - 0.5);
    readout.push_back(RandomNumbers{1, RandomStream::readout, item}.uniform() - 0.5);
    other_seed.push_back(RandomNumbers{2, RandomStream::photons, item}.uniform() - 0.5);
    neighbour.push_back(RandomNumbers{1, RandomStream::photons, item + 1}.uniform() - 0.5);
  }
  double const most = 5 * (1.0 / 12) / std::sqrt(static_cast<double>(number));
  BOOST_TEST(std::abs(correlation(photons, readout)) < most);
  BOOST_TEST(std::abs(correlation(photons, other_seed)) < most);
  BOOST_TEST(std::abs(correlation(photons, neighbour)) < most);
}

// The mean's standard error is sqrt(mean / n), the variance's sqrt((mean + 2 mean^2) / n).
BOOST_AUTO_TEST_CASE(poisson_counts_have_mean_and_variance) {
  constexpr int number = 200000;
  for (double const mean : {0.0, 1e-9, 0.1, 1.0, 9.9, 10.1, 50.0, 1e3, 1e6, 1e9}) {
    BOOST_TEST_CONTEXT("mean " << mean) {
      std::vector<double> const found = counts(mean, number, 11);
      BOOST_TEST(std::all_of(found.begin(), found.end(),
                             [](double k) { return k >= 0 && k == std::floor(k); }));
      BOOST_TEST(std::abs(mean_of(found, 1, mean)) <= 5 * std::sqrt(mean / number));
      BOOST_TEST(std::abs(mean_of(found, 2, mean) - mean) <=
                 5 * std::sqrt((mean + 2 * mean * mean) / number));
    }
  }
}

// Counts against the probabilities by their recurrence p(k) = p(k - 1) mean / k, upwards from
// logarithms of the C library; bins of fewer than 20 expected counts go together.
BOOST_AUTO_TEST_CASE(poisson_counts_follow_their_probabilities) {
  constexpr int number = 400000;
  for (double const mean : {0.1, 3.0, 9.9, 10.0, 10.1, 30.0, 400.0}) {
    BOOST_TEST_CONTEXT("mean " << mean) {
      int const last = static_cast<int>(mean + 12 * std::sqrt(mean) + 12);
      std::vector<double> found(static_cast<std::size_t>(last) + 1, 0.0);
      for (double const k : counts(mean, number, 5)) {
        found.at(static_cast<std::size_t>(std::min(k, static_cast<double>(last)))) += 1;
      }
      double chi_square = 0;
      double expected = 0;
      double observed = 0;
      double left = number;
      int freedom = -1;
      for (int k = 0; k <= last; ++k) {
        expected += number * std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0));
        observed += found[static_cast<std::size_t>(k)];
        if (expected < 20 || left - expected < 20) continue;
        chi_square += (observed - expected) * (observed - expected) / expected;
        left -= expected;
        expected = observed = 0;
        ++freedom;
      }
      chi_square += (observed - left) * (observed - left) / left;
      ++freedom;
      BOOST_TEST_REQUIRE(freedom >= 1);
      BOOST_TEST(chi_square < most_chi_square(freedom));
    }
  }
}

BOOST_AUTO_TEST_CASE(probabilities_of_large_means_are_accurate) {
  // Independent numbers with 30 digits: log(mean^k exp(-mean) / k!).
  struct Known {
    double k, mean, logarithm;
  };
  Known const known[] = {{0.0, 10.0, -10.0},
                         {9.0, 12.5, -2.570269681307170653149},
                         {10.0, 10.0, -2.078561643135058455045},
                         {17.0, 30.0, -5.684717961880247501982},
                         {1000.0, 1200.0, -22.05134271207167061243},
                         {1000000.0, 1003000.0, -12.31771409704133151653},
                         {999900000.0, 1000000000.0, -16.28068812426155334152},
                         {1000000000.0, 1000000000.0, -11.28057145176121165319}};
  for (Known const& it : known) {
    BOOST_TEST(pyronn::detail::log_poisson_probability(it.k, it.mean) == it.logarithm,
               boost::test_tools::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(means_that_are_none_end_too) {
  double const infinity = std::numeric_limits<double>::infinity();
  RandomNumbers random{1, RandomStream::photons, 0};
  BOOST_TEST(std::isnan(pyronn::poisson(std::nan(""), random)));
  BOOST_TEST(std::isnan(pyronn::poisson(-1.0, random)));
  BOOST_TEST(std::isnan(pyronn::poisson(-infinity, random)));
  BOOST_TEST(pyronn::poisson(infinity, random) == infinity);
  BOOST_TEST(pyronn::poisson(1e20, random) == 1e20);
  BOOST_TEST(pyronn::poisson(-0.0, random) == 0.0);
  BOOST_TEST(pyronn::poisson(std::numeric_limits<double>::denorm_min(), random) == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()
