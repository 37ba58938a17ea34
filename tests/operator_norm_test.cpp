// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Norms of maps from below and from above.
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/operator_norm.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>

#include "support/dense_map.hpp"
#include "support/numbers.hpp"

using Doubles = std::vector<double>;

namespace {

/// By 2^15 turns of power iteration on the host in double, as squares of squares of A'A.
double reference_norm(test::DenseMap<double> const& map) {
  auto const size = static_cast<std::size_t>(map.domain().count());
  Doubles const& entries = map.entries();
  Doubles power(size * size);
  for (std::size_t n = 0; n < entries.size(); ++n) {
    for (std::size_t j = 0; j < size; ++j) {
      power[n % size * size + j] += entries[n] * entries[n / size * size + j];
    }
  }
  for (int turn = 0; turn < 15; ++turn) {
    double const length = test::norm(power);
    for (double& value : power) value /= length;
    Doubles square(power.size());
    for (std::size_t n = 0; n < power.size(); ++n) {
      for (std::size_t j = 0; j < size; ++j) {
        square[n / size * size + j] += power[n] * power[n % size * size + j];
      }
    }
    power = square;
  }
  Doubles x(size);
  for (std::size_t n = 0; n < power.size(); ++n) {
    x[n / size] += power[n] * (1 + 0.1 * std::sin(static_cast<double>(n % size)));
  }
  double const length = test::norm(x);
  for (double& value : x) value /= length;
  return test::norm(test::product(map, x));
}

test::DenseMap<double> random_map(std::uint32_t seed, double least) {
  Doubles entries = test::random_doubles(seed, 63 * 40);
  for (double& entry : entries) entry = entry < least ? 0 : entry;
  return {{8, 5}, {7, 9}, entries};
}

void check(test::DenseMap<double> const& map) {
  double const expected = reference_norm(map);
  double const found = pyronn::operator_norm(test::executor(), map);
  BOOST_TEST(found <= expected * (1 + 1e-12));
  BOOST_TEST(found >= expected * (1 - 1e-3));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(operator_norm, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(of_strips) {
  BOOST_TEST(std::abs(pyronn::operator_norm(test::executor(), test::strips()) - 2.1827866) < 1e-6);
  double const bound = pyronn::operator_norm_bound(test::executor(), test::strips());
  BOOST_TEST(bound >= 2.1827866);
  BOOST_TEST(bound <= 1.3 * 2.1827866);
}

BOOST_AUTO_TEST_CASE(of_positive_entries) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    // From full ones to few entries.
    auto const map = random_map(seed, 0.045 * seed);
    check(map);
    BOOST_TEST(pyronn::operator_norm_bound(test::executor(), map) >=
               reference_norm(map) * (1 - 1e-12));
  }
}

BOOST_AUTO_TEST_CASE(of_entries_of_both_signs) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) check(random_map(seed, -2));
}

// One entry stands out of many that are alike.
BOOST_AUTO_TEST_CASE(of_a_diagonal) {
  for (double const largest : {1.05, 1.5, 10.0, 1e6}) {
    Doubles entries(63 * 40);
    for (std::size_t n = 0; n < 40; ++n) entries[n * 41] = 1;
    entries[17 * 41] = largest;
    check({{8, 5}, {7, 9}, entries});
  }
}

// No scale is too small or too large.
BOOST_AUTO_TEST_CASE(of_other_scales) {
  double const norm = pyronn::operator_norm(test::executor(), random_map(3, 0));
  for (double const scale : {0x1p-100, 0x1p-20, 0x1p20, 0x1p100}) {
    Doubles entries = random_map(3, 0).entries();
    for (double& entry : entries) entry *= scale;
    test::DenseMap<double> const map{{8, 5}, {7, 9}, entries};
    BOOST_TEST(pyronn::operator_norm(test::executor(), map) == norm * scale,
               boost::test_tools::tolerance(1e-14));
  }
  test::DenseMap<double> const nothing{{8, 5}, {7, 9}, Doubles(63 * 40)};
  BOOST_TEST(pyronn::operator_norm(test::executor(), nothing) == 0);
  BOOST_TEST(pyronn::operator_norm_bound(test::executor(), nothing) == 0);
}

// In float, of a projector; the bound is about 1.2 times the norm.
BOOST_AUTO_TEST_CASE(of_a_projector) {
  pyronn::SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp> const map{
      pyronn::FanBeam::circular({60, 90, pyronn::equal_angles(40, 0.1)}, {40, 1}),
      pyronn::Grid::flat({24, 24}, {1, 1})};
  double const norm = pyronn::operator_norm(test::executor(), map);
  double const bound = pyronn::operator_norm_bound(test::executor(), map);
  BOOST_TEST_MESSAGE("norm " << norm << ", bound " << bound);
  BOOST_TEST(norm < bound);
  BOOST_TEST(bound < 1.35 * norm);
}

BOOST_AUTO_TEST_SUITE_END()
