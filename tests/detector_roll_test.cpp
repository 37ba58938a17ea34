// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The roll of a panel, of exact phantoms.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cpu.hpp>
#include <pyronn/scan/detector_roll.hpp>

#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::CircularScan;
using pyronn::CpuExecutor;
using pyronn::DetectorRoll;
using pyronn::equal_angles;
using pyronn::find_roll;
using pyronn::InvalidArgument;
using pyronn::Phantom;
using test::says;
using Lines = std::vector<float>;

namespace {

constexpr double pi = pyronn::pi;
constexpr double degree = pi / 180;
CpuExecutor const executor{2};

CircularScan parallel(pyronn::Extents<2> size, std::vector<double> angles) {
  return {size, {1, 1}, std::move(angles)};
}

CircularScan cone(pyronn::Extents<2> size, std::vector<double> angles) {
  CircularScan scan{size, {1, 1}, std::move(angles)};
  scan.source_isocenter = 300;
  scan.source_detector = 500;
  return scan;
}

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

Lines lines_of(CircularScan const& scan, Phantom const& phantom, double noise) {
  Lines lines(static_cast<std::size_t>(scan.size.count()) * scan.angles.size());
  pyronn::Extents<3> const extents{scan.size[0], scan.size[1],
                                   static_cast<int>(scan.angles.size())};
  std::visit(
      [&](auto const& beam) {
        if constexpr (!pyronn::is_plane_geometry_v<std::decay_t<decltype(beam)>>) {
          pyronn::project(executor, phantom, beam, {lines.data(), extents});
        }
      },
      scan.geometry());
  auto const values = test::random_values(7, static_cast<std::int64_t>(lines.size()));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i] += static_cast<float>(noise * 1.7) * values[i];
  }
  return lines;
}

DetectorRoll find(CircularScan const& scan, Lines const& lines) {
  return find_roll(
      executor, scan,
      {lines.data(), {scan.size[0], scan.size[1], static_cast<int>(scan.angles.size())}});
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
              << " degrees, column off by " << found.column - scan.axis_column << " +- "
              << found.column_uncertainty << ", mismatch " << found.mismatch << '\n';
    BOOST_TEST(std::abs(found.roll - scan.roll) < bound * degree);
    BOOST_TEST(std::abs(found.column - scan.axis_column) < 0.05);
    BOOST_TEST(found.uncertainty < 0.1 * degree);
    BOOST_TEST(std::abs(found.roll - scan.roll) < 5 * found.uncertainty + 0.02 * degree);
  }
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
              << found.column - scan.axis_column << " +- " << found.column_uncertainty << '\n';
    BOOST_TEST(std::abs(found.roll - scan.roll) < 0.1 * degree);
    BOOST_TEST(found.uncertainty < 0.1 * degree);
    BOOST_TEST(std::abs(found.column - scan.axis_column) < 0.25);
    BOOST_TEST(found.column_uncertainty < 0.25);
  }
}

BOOST_AUTO_TEST_CASE(of_a_cone) {
  check(cone({112, 32}, equal_angles(60)), head(), 0.02, 0.05);
  check(cone({112, 40}, equal_angles(80)), rods(), 0, 0.02);
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
  BOOST_CHECK_THROW(static_cast<void>(find_roll(executor, scan, {fewer.data(), {64, 16, 39}})),
                    InvalidArgument);
  auto lines = lines_of(scan, head(), 0);
  lines[7] = NAN;
  BOOST_CHECK_EXCEPTION(static_cast<void>(find(scan, lines)), InvalidArgument,
                        says("view 0 holds a line that is not finite"));
}

BOOST_AUTO_TEST_SUITE_END()
