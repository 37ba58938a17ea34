// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The column of the rotation axis, of exact phantoms.
#include <cmath>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/scan/rotation_axis.hpp>

#include "support/axis_scans.hpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::CircularScan;
using pyronn::DetectorShape;
using pyronn::equal_angles;
using pyronn::find_rotation_axis;
using pyronn::InvalidArgument;
using pyronn::Rotation;
using pyronn::RotationAxis;
using test::Lines;
using test::says;

namespace {

constexpr double pi = pyronn::pi;

CircularScan parallel(int columns, std::vector<double> angles) {
  return test::parallel_scan({columns, 3}, std::move(angles));
}

CircularScan cone(int columns, std::vector<double> angles) {
  return test::cone_scan({columns, 1}, std::move(angles));
}

/// The same of one row in the plane.
CircularScan in_plane(CircularScan scan, DetectorShape shape) {
  scan.size[1] = 1;
  scan.central_row = 0;
  scan.shape = shape;
  return scan;
}

/// The lines of a head that lies aside, with noise of some standard deviation.
Lines lines_of(CircularScan const& scan, double noise) {
  pyronn::Phantom const phantom{pyronn::Body::ellipsoid({6, -9, 0}, {22, 15, 40}, 0.02),
                                pyronn::Body::ellipsoid({10, -6, 3}, {5, 4, 30}, 0.015),
                                pyronn::Body::ellipsoid({-6, -14, 0}, {3, 3, 30}, -0.01)};
  auto lines = test::lines_of(scan, phantom, {4, 1});
  test::add_noise(lines, noise);
  return lines;
}

RotationAxis find(CircularScan const& scan, Lines const& lines) {
  return find_rotation_axis(test::two_threads(), scan, test::view_of(scan, lines));
}

/// The axis is where it was put, whatever the scan's own idea of it.
void check(CircularScan scan, double noise) {
  double const middle = 0.5 * (scan.size[0] - 1);
  for (double const shift : {0.0, 0.25, 0.5, 3.7, -6.3}) {
    scan.axis_column = middle + shift;
    auto const lines = lines_of(scan, noise);
    CircularScan unknown = scan;
    unknown.axis_column = middle;
    RotationAxis const found = find(unknown, lines);
    BOOST_TEST(std::abs(found.column - scan.column_of_axis()) < 0.05,
               "shift " << shift << ": found " << found.column - middle);
    BOOST_TEST(found.uncertainty < 0.05);
    BOOST_TEST(found.mismatch < 0.1);
    BOOST_TEST(std::abs(found.column - scan.column_of_axis()) < 5 * found.uncertainty + 0.02);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rotation_axis)

BOOST_AUTO_TEST_CASE(of_parallel_rays) {
  check(parallel(96, equal_angles(120, 0.1, 2 * pi)), 0);
  check(parallel(96, equal_angles(120, 0.1, 2 * pi)), 0.02);
  check(parallel(96, equal_angles(91, -1.5, pi)), 0);  // there is no view at the end
  check(parallel(96, equal_angles(90, 0, -pi * 90 / 89)), 0.005);
}

/// Rays without width alias at edges, which only one pair of views of half a turn compares.
BOOST_AUTO_TEST_CASE(of_rays_without_width) {
  for (double const start : {0.0, 0.4, 0.8, 1.2}) {
    for (double const noise : {0.0, 0.002}) {
      CircularScan scan = test::parallel_scan({200, 4}, equal_angles(180, start, pi));
      scan.axis_column = 120.2;
      auto lines = test::lines_of(scan, pyronn::shepp_logan_3d(40, 0.02), {1, 1});
      test::add_noise(lines, noise);
      RotationAxis const found = find(scan, lines);
      BOOST_TEST(std::abs(found.column - 120.2) < 3 * found.uncertainty);
      BOOST_TEST(found.uncertainty < 0.07);
    }
  }
}

BOOST_AUTO_TEST_CASE(of_a_point_source) {
  check(cone(128, equal_angles(180)), 0);
  check(cone(128, equal_angles(180)), 0.02);
  check(cone(128, equal_angles(140, 0.3, 1.3 * pi)), 0);
  CircularScan clockwise = cone(128, equal_angles(180));
  clockwise.rotation = Rotation::clockwise;
  check(clockwise, 0);
}

/// The lines of one row, of every shape, a half and a full turn.
BOOST_AUTO_TEST_CASE(of_scans_of_the_plane) {
  auto const line = [](CircularScan const& scan) { return in_plane(scan, DetectorShape::line); };
  check(line(parallel(96, equal_angles(120, 0.1, 2 * pi))), 0);
  check(line(parallel(96, equal_angles(120, 0.1, 2 * pi))), 0.01);
  check(line(parallel(96, equal_angles(91, -1.5, pi))), 0);
  check(line(parallel(96, equal_angles(90, 0, -pi * 90 / 89))), 0);
  check(line(parallel(96, equal_angles(62, 0.7, pi))), 0);  // 2.4 columns a view
  check(line(parallel(96, equal_angles(50, 0, pi))), 0);
  for (auto const shape : {DetectorShape::line, DetectorShape::arc}) {
    check(in_plane(cone(128, equal_angles(180)), shape), 0);
    check(in_plane(cone(128, equal_angles(180)), shape), 0.02);
    check(in_plane(cone(128, equal_angles(140, 0.3, 1.3 * pi)), shape), 0);
    CircularScan clockwise = in_plane(cone(128, equal_angles(180)), shape);
    clockwise.rotation = Rotation::clockwise;
    check(clockwise, 0);
  }
}

/// Pixels at the side of this fan lie two degrees from those of a straight line.
BOOST_AUTO_TEST_CASE(pixels_of_an_arc_lie_at_equal_angles) {
  CircularScan scan = in_plane(cone(128, equal_angles(360)), DetectorShape::arc);
  scan.source_isocenter = 60;
  scan.source_detector = 110;
  scan.axis_column = scan.column_of_axis() + 3.7;
  auto const lines = lines_of(scan, 0);
  auto const right = find(scan, lines);
  BOOST_TEST(std::abs(right.column - scan.column_of_axis()) < 0.05);
  scan.shape = DetectorShape::line;
  BOOST_TEST(find(scan, lines).mismatch > 3 * right.mismatch);
}

BOOST_AUTO_TEST_CASE(of_an_axis_near_the_side) {
  CircularScan scan = parallel(96, equal_angles(180));
  scan.axis_column = 20;
  BOOST_TEST(std::abs(find(parallel(96, scan.angles), lines_of(scan, 0)).column - 20) < 0.05);
}

BOOST_AUTO_TEST_CASE(a_point_source_tells_the_sense_of_rotation) {
  CircularScan scan = cone(128, equal_angles(180));
  auto const lines = lines_of(scan, 0);
  auto const right = find(scan, lines);
  BOOST_TEST(*right.mismatch_of_other_rotation > 5 * right.mismatch);
  scan.rotation = Rotation::clockwise;
  auto const wrong = find(scan, lines);
  BOOST_TEST(wrong.mismatch > 5 * *wrong.mismatch_of_other_rotation);
  BOOST_TEST(!find(parallel(96, equal_angles(90, 0, pi)),
                   lines_of(parallel(96, equal_angles(90, 0, pi)), 0))
                  .mismatch_of_other_rotation);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_found_is_refused) {
  auto const quarter = parallel(96, equal_angles(60, 0, pi / 2));
  BOOST_CHECK_EXCEPTION(static_cast<void>(find(quarter, lines_of(quarter, 0))), InvalidArgument,
                        says("none of the 60 views measures lines that vary and that another one"));
  auto const scan = parallel(96, equal_angles(90));
  BOOST_CHECK_EXCEPTION(static_cast<void>(find(scan, Lines(96 * 3 * 90, 1.5F))), InvalidArgument,
                        says("find_rotation_axis: none of"));
  BOOST_CHECK_THROW(static_cast<void>(find(scan, Lines(96 * 3 * 91))), InvalidArgument);
  // Noise, an axis beyond the columns that are searched, a number that is none.
  auto const noise = test::random_values(3, 96 * 3 * 90);
  BOOST_CHECK_EXCEPTION(static_cast<void>(find(scan, Lines(noise.begin(), noise.end()))),
                        InvalidArgument, says("that is no axis; name the column"));
  CircularScan aside = scan;
  aside.axis_column = 92;
  BOOST_CHECK_THROW(static_cast<void>(find(scan, lines_of(aside, 0))), InvalidArgument);
  Lines broken = lines_of(scan, 0);
  broken[7] = NAN;
  BOOST_CHECK_EXCEPTION(static_cast<void>(find(scan, broken)), InvalidArgument,
                        says("find_rotation_axis: view 0 holds a line that is not finite"));
  auto const narrow = parallel(12, equal_angles(90));
  BOOST_CHECK_THROW(static_cast<void>(find(narrow, Lines(12 * 3 * 90))), InvalidArgument);
}

BOOST_AUTO_TEST_SUITE_END()
