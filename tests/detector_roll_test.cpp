// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The roll of a panel, of exact phantoms.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/scan/detector_roll.hpp>

#include "support/axis_scans.hpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::CircularScan;
using pyronn::DetectorRoll;
using pyronn::equal_angles;
using pyronn::find_roll;
using pyronn::InvalidArgument;
using pyronn::Orientation;
using pyronn::Phantom;
using test::Lines;
using test::says;

namespace {

constexpr double pi = pyronn::pi;
constexpr double degree = pi / 180;
auto const parallel = test::parallel_scan;
auto const cone = test::cone_scan;

/// A head that lies aside, with parts at many heights.
Phantom head() {
  Phantom phantom{Body::ellipsoid({4, -6, 0}, {22, 16, 40}, 0.02),
                  Body::ellipsoid({10, -3, 3}, {5, 4, 12}, 0.015),
                  Body::ellipsoid({-6, -10, -4}, {4, 3, 9}, -0.01)};
  for (int n = 0; n < 7; ++n) {
    phantom.push_back(Body::ball(
        {12.0 * std::cos(2.3 * n) + 3, 9.0 * std::sin(2.3 * n) - 5, 4.0 * (n - 3)}, 2.5, 0.03));
  }
  return phantom;
}

/// Whose slices are all the same.
Phantom rods() {
  return {Body::cylinder({4, -6, 0}, {22, 16, 400}, 0.02),
          Body::cylinder({10, -3, 0}, {5, 4, 400}, 0.015)};
}

/// That lies aside.
Phantom shepp_logan() {
  Phantom phantom = pyronn::shepp_logan_3d_high_contrast(24);
  for (Body& body : phantom) {
    for (int axis = 0; axis < 3; ++axis) body.center[axis] += pyronn::Vec3d{5, -4, 3}[axis];
  }
  return phantom;
}

/// A wide tube of a thin wall, a plate, and two balls.
Phantom walls() {
  Orientation const turned = Orientation::about_z(0.3);
  return {Body::cylinder({3, -4, 2}, {22, 18, 30}, 0.03, turned),
          Body::cylinder({3, -4, 2}, {21, 17, 29}, -0.03, turned),
          Body::box({-2, 4, 0}, {15, 0.6, 25}, 0.03, Orientation::about_z(0.5)),
          Body::ball({8, -9, 4}, 5, 0.01), Body::ball({-8, -7, -5}, 4, 0.015)};
}

Lines lines_of(CircularScan const& scan, Phantom const& phantom, double noise) {
  auto lines = test::lines_of(scan, phantom, {2, 2});
  test::add_noise(lines, noise);
  return lines;
}

DetectorRoll find(CircularScan const& scan, Lines const& lines) {
  return find_roll(test::two_threads(), scan, test::view_of(scan, lines));
}

/// The roll is what it was made, within `bound` degrees, and the axis where it was put, whatever
/// the scan's own idea of them.
void check(CircularScan scan, Phantom const& phantom, double noise, double bound) {
  double const middle = 0.5 * (scan.size[0] - 1);
  for (auto const& [roll, shift] : {std::pair{0.0, 0.5}, {0.2, 3.7}, {1.0, -2.25}}) {
    scan.roll = roll * degree;
    scan.axis_column = middle + shift;
    auto const lines = lines_of(scan, phantom, noise);
    CircularScan unknown = scan;
    unknown.roll = 0;
    unknown.axis_column = middle;
    DetectorRoll const found = find(unknown, lines);
    std::cout << (scan.is_parallel() ? "parallel" : "cone") << ", noise " << noise << ", roll "
              << roll << ": found " << found.roll / degree << " +- " << found.uncertainty / degree
              << " degrees, column off by " << found.column - scan.column_of_axis() << " +- "
              << found.column_uncertainty << ", mismatch " << found.mismatch << '\n';
    BOOST_TEST(std::abs(found.roll - scan.roll) < bound * degree);
    BOOST_TEST(std::abs(found.column - scan.column_of_axis()) < 0.05);
    BOOST_TEST(found.uncertainty < 0.1 * degree);
    BOOST_TEST(std::abs(found.roll - scan.roll) < 4 * found.uncertainty);
  }
}

/// How rolls and columns that were found, and what was said of them, differ from true ones.
struct Errors {
  double edge = 0;  ///< largest, at the ends of a row [columns]
  double column = 0;
  double squares_of_ratios = 0;  ///< of errors over standard deviations
  int beyond_three = 0;          ///< rolls whose error is more than three standard deviations
  int count = 0;

  void add(CircularScan const& truth, DetectorRoll const& found) {
    double const error = found.roll - truth.roll;
    double const ratio = error / found.uncertainty;
    edge = std::max(edge, 0.5 * truth.size[0] * std::abs(error));
    column = std::max(column, std::abs(found.column - truth.column_of_axis()));
    squares_of_ratios += ratio * ratio;
    beyond_three += std::abs(ratio) > 3 ? 1 : 0;
    ++count;
    std::cout << truth.size[0] << " columns, roll " << truth.roll / degree << ": off by "
              << error / degree << " +- " << found.uncertainty / degree << ", column by "
              << found.column - truth.column_of_axis() << " +- " << found.column_uncertainty
              << '\n';
  }
};

/// Finds rolls of several bodies in a scan, without noise and with photons.
Errors errors_of(CircularScan scan, double photons) {
  Errors errors;
  double const axis = scan.column_of_axis();
  std::uint32_t seed = 0;
  for (Phantom const& phantom : {head(), shepp_logan(), walls(), rods()}) {
    for (double const roll : {1.0, 0.0, -1.6}) {
      scan.roll = roll * degree;
      scan.axis_column = axis + 0.37 * ++seed - 2;
      auto lines = lines_of(scan, phantom, 0);
      if (seed % 2 == 0) test::count_photons(lines, photons, seed);
      CircularScan unknown = scan;
      unknown.roll = 0;
      unknown.axis_column = 0.5 * (scan.size[0] - 1);
      errors.add(scan, find(unknown, lines));
    }
  }
  return errors;
}

/// Errors are as large as was said, and no smaller by much.
void check_uncertainties(Errors const& errors) {
  BOOST_TEST(20 * errors.beyond_three <= errors.count);
  double const ratio = std::sqrt(errors.squares_of_ratios / errors.count);
  BOOST_TEST(ratio > 0.25);
  BOOST_TEST(ratio < 1.3);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(detector_roll)

BOOST_AUTO_TEST_CASE(of_parallel_rays) {
  check(parallel({80, 40}, equal_angles(60, 0.1, 2 * pi)), head(), 0, 0.02);
  check(parallel({80, 40}, equal_angles(60, 0.1, 2 * pi)), head(), 0.02, 0.03);
  check(parallel({80, 40}, equal_angles(60, 0.1, 2 * pi)), rods(), 0, 0.02);
}

BOOST_AUTO_TEST_CASE(of_half_a_turn) {
  check(parallel({80, 32}, equal_angles(61, -1.5, pi)), head(), 0, 0.05);
}

/// What lies at the side moves by 50 columns from view to view, and by 17 of the rows from one side
/// of the axis to the other.
BOOST_AUTO_TEST_CASE(of_few_views_of_many_columns) {
  CircularScan scan = parallel({640, 32}, equal_angles(20, 0, pi));
  scan.pixel = {0.125, 1.25};
  for (double const roll : {1.0, -2.0}) {
    scan.roll = roll * degree;
    scan.axis_column = 332;
    auto const lines = lines_of(scan, head(), 0.02);
    CircularScan unknown = scan;
    unknown.roll = 0;
    unknown.axis_column = 319.5;
    DetectorRoll const found = find(unknown, lines);
    std::cout << "few views, roll " << roll << ": found " << found.roll / degree << " +- "
              << found.uncertainty / degree << " degrees, column off by "
              << found.column - scan.column_of_axis() << " +- " << found.column_uncertainty << '\n';
    BOOST_TEST(std::abs(found.roll - scan.roll) < 0.1 * degree);
    BOOST_TEST(found.uncertainty < 0.1 * degree);
    BOOST_TEST(std::abs(found.column - scan.column_of_axis()) < 0.25);
    BOOST_TEST(found.column_uncertainty < 0.25);
  }
}

BOOST_AUTO_TEST_CASE(of_a_cone) {
  check(cone({112, 32}, equal_angles(60)), head(), 0.02, 0.05);
  check(cone({112, 40}, equal_angles(80)), rods(), 0, 0.02);
}

BOOST_AUTO_TEST_CASE(of_many_bodies_in_parallel_rays) {
  Errors const errors = errors_of(parallel({80, 32}, equal_angles(91, 0.1, 2 * pi)), 1e5);
  BOOST_TEST(errors.edge < 0.03);
  BOOST_TEST(errors.column < 0.02);
  check_uncertainties(errors);
}

/// Of which only what lies by the axis is measured twice.
BOOST_AUTO_TEST_CASE(of_many_bodies_with_an_axis_at_the_side) {
  CircularScan scan = parallel({64, 32}, equal_angles(90, 0.1, 2 * pi));
  scan.axis_column = 17;
  Errors const errors = errors_of(scan, 1e5);
  BOOST_TEST(errors.edge < 0.05);
  BOOST_TEST(errors.column < 0.05);
  check_uncertainties(errors);
}

BOOST_AUTO_TEST_CASE(of_many_bodies_in_a_cone) {
  Errors const errors = errors_of(cone({112, 33}, equal_angles(110, 0.1)), 1e5);
  BOOST_TEST(errors.edge < 0.05);
  BOOST_TEST(errors.column < 0.05);
  check_uncertainties(errors);
}

BOOST_AUTO_TEST_CASE(candidates_lie_more_closely_about_the_roll) {
  CircularScan scan = parallel({80, 32}, equal_angles(60));
  scan.roll = 0.4 * degree;
  auto const found = find(parallel({80, 32}, scan.angles), lines_of(scan, head(), 0));
  auto const& rolls = found.candidates;
  auto const least = std::min_element(rolls.begin(), rolls.end(), [](auto const& a, auto const& b) {
    return a.mismatch < b.mismatch;
  });
  BOOST_TEST(least->roll == found.roll);
  BOOST_TEST(std::prev(least)->roll > found.roll - 0.1 * degree);
  BOOST_TEST(rolls.front().roll < -2.9 * degree);
  BOOST_TEST(rolls.back().roll > 2.9 * degree);
  BOOST_TEST(std::is_sorted(rolls.begin(), rolls.end(),
                            [](auto const& a, auto const& b) { return a.roll < b.roll; }));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_found_is_refused) {
  auto const scan = parallel({64, 16}, equal_angles(40));
  auto const noise = test::random_values(3, 64 * 16 * 40);
  BOOST_CHECK_THROW(static_cast<void>(find(scan, Lines(noise.begin(), noise.end()))),
                    InvalidArgument);
  BOOST_CHECK_EXCEPTION(
      static_cast<void>(find(parallel({64, 11}, equal_angles(40)), Lines(64 * 11 * 40))),
      InvalidArgument, says("16 columns and 12 rows are needed"));
  auto beside = cone({64, 16}, equal_angles(40));
  beside.central_row = 20;
  BOOST_CHECK_EXCEPTION(static_cast<void>(find(beside, Lines(64 * 16 * 40))), InvalidArgument,
                        says("the source's plane is seen in row 20 of 16"));
  Lines const fewer(64 * 16 * 39);
  BOOST_CHECK_THROW(
      static_cast<void>(find_roll(test::two_threads(), scan, {fewer.data(), {64, 16, 39}})),
      InvalidArgument);
  auto lines = lines_of(scan, head(), 0);
  lines[7] = NAN;
  BOOST_CHECK_EXCEPTION(static_cast<void>(find(scan, lines)), InvalidArgument,
                        says("view 0 holds a line that is not finite"));
}

BOOST_AUTO_TEST_SUITE_END()
