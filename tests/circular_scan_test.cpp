// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans on a circle as scanners' files describe them, and what is known of them.
#include <cmath>
#include <sstream>
#include <string>
#include <variant>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/scan.hpp>
#include <pyronn/scan/volume_of_scan.hpp>

#include "support/temporary_folder.hpp"

using pyronn::CircularScan;
using pyronn::ConeBeam;
using pyronn::DetectorShape;
using pyronn::equal_angles;
using pyronn::GivenOfScan;
using pyronn::InvalidArgument;
using pyronn::ParallelBeam3D;
using pyronn::Rotation;
using pyronn::ScanFacts;
using pyronn::Vec3d;
using test::says;

namespace {

CircularScan cone_scan() {
  CircularScan scan{{64, 48}, {0.5, 0.4}, equal_angles(7)};
  scan.source_isocenter = 300;
  scan.source_detector = 500;
  scan.axis_column = 30.25;
  scan.central_row = 20.5;
  return scan;
}

/// Where a point is seen in all views of a scan.
template <class Geometry, class See>
void in_all_views(CircularScan const& scan, Vec3d const& point, See const& see) {
  auto const geometry = std::get<Geometry>(scan.geometry());
  BOOST_TEST_REQUIRE(geometry.num_views() == static_cast<int>(scan.angles.size()));
  for (int n = 0; n < geometry.num_views(); ++n) {
    see(geometry.view(n).project(point), scan.angles[static_cast<std::size_t>(n)]);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(circular_scan)

/// In space and without a roll these are the circles that geometries make.
BOOST_AUTO_TEST_CASE(the_axis_is_seen_in_its_column) {
  auto const check = [](auto const& pixel, double) {
    BOOST_TEST(pixel.u == 30.25, boost::test_tools::tolerance(1e-10));
    BOOST_TEST(pixel.v == 20.5, boost::test_tools::tolerance(1e-10));
  };
  in_all_views<ConeBeam>(cone_scan(), {0, 0, 0}, check);
  CircularScan parallel = cone_scan();
  parallel.source_isocenter = parallel.source_detector = CircularScan::at_infinity;
  in_all_views<ParallelBeam3D>(parallel, {0, 0, 0}, check);
  CircularScan const middle{{64, 48}, {0.5, 0.4}, equal_angles(7)};
  in_all_views<ParallelBeam3D>(middle, {0, 0, 0}, [](auto const& pixel, double) {
    BOOST_TEST(pixel.u == 31.5, boost::test_tools::tolerance(1e-10));
    BOOST_TEST(pixel.v == 23.5, boost::test_tools::tolerance(1e-10));
  });
}

/// What is not given follows the size, whenever that is assigned, and a part of it does not move.
BOOST_AUTO_TEST_CASE(members_may_be_assigned_one_by_one) {
  CircularScan scan;
  BOOST_CHECK_THROW(static_cast<void>(scan.geometry()), InvalidArgument);
  scan.size = {64, 48};
  scan.pixel = {0.5, 0.4};
  scan.angles = equal_angles(7);
  BOOST_TEST(scan.column_of_axis() == 31.5);
  BOOST_TEST(scan.row_of_isocenter() == 23.5);
  in_all_views<ParallelBeam3D>(scan, {0, 0, 0}, [](auto const& pixel, double) {
    BOOST_TEST(pixel.u == 31.5, boost::test_tools::tolerance(1e-10));
    BOOST_TEST(pixel.v == 23.5, boost::test_tools::tolerance(1e-10));
  });
  CircularScan const part = scan.part(10, 20, 5, 6);
  BOOST_TEST(part.column_of_axis() == 21.5);
  BOOST_TEST(part.row_of_isocenter() == 18.5);
  scan.size = {32, 1};
  scan.shape = DetectorShape::line;
  BOOST_TEST(scan.column_of_axis() == 15.5);
  scan.axis_column = 3;
  BOOST_TEST(scan.column_of_axis() == 3);
}

/// A point of the axis, 10 mm above the middle, is seen along the turned v axis: at -sin(roll)
/// along the panel's own u and cos(roll) along its v.
BOOST_AUTO_TEST_CASE(a_roll_turns_the_panel_round_the_axis) {
  for (double const roll : {0.02, -0.1}) {
    for (bool const is_parallel : {false, true}) {
      CircularScan scan = cone_scan();
      scan.roll = roll;
      double const magnification = is_parallel ? 1.0 : 500.0 / 300.0;
      auto const check = [&](auto const& pixel, double) {
        BOOST_TEST(pixel.u == 30.25 + magnification * 10 * std::sin(roll) / 0.5,
                   boost::test_tools::tolerance(1e-9));
        BOOST_TEST(pixel.v == 20.5 + magnification * 10 * std::cos(roll) / 0.4,
                   boost::test_tools::tolerance(1e-9));
      };
      if (is_parallel) {
        scan.source_isocenter = scan.source_detector = CircularScan::at_infinity;
        in_all_views<ParallelBeam3D>(scan, {0, 0, 10}, check);
      } else {
        in_all_views<ConeBeam>(scan, {0, 0, 10}, check);
      }
    }
  }
}

/// The roll of 0 takes another way than a small one.
BOOST_AUTO_TEST_CASE(a_small_roll_changes_little) {
  for (Rotation const rotation : {Rotation::counter_clockwise, Rotation::clockwise}) {
    CircularScan straight = cone_scan();
    straight.rotation = rotation;
    CircularScan rolled = straight;
    rolled.roll = 1e-9;
    auto const a = std::get<ConeBeam>(straight.geometry());
    auto const b = std::get<ConeBeam>(rolled.geometry());
    for (int n = 0; n < a.num_views(); ++n) {
      auto const in_a = a.view(n).project(Vec3d{20, -10, 5});
      auto const in_b = b.view(n).project(Vec3d{20, -10, 5});
      BOOST_TEST(std::abs(in_a.u - in_b.u) < 1e-6);
      BOOST_TEST(std::abs(in_a.v - in_b.v) < 1e-6);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused) {
  CircularScan scan = cone_scan();
  scan.roll = std::nan("");
  BOOST_CHECK_EXCEPTION(static_cast<void>(scan.geometry()), InvalidArgument,
                        says("CircularScan: roll nan"));
  scan = cone_scan();
  scan.axis_column = CircularScan::at_infinity;
  BOOST_CHECK_EXCEPTION(static_cast<void>(scan.geometry()), InvalidArgument,
                        says("CircularScan: axis column inf"));
  scan = cone_scan();
  scan.source_detector = 200;
  BOOST_CHECK_EXCEPTION(static_cast<void>(scan.geometry()), InvalidArgument,
                        says("are the two swapped?"));
  scan = cone_scan();
  scan.angles = {};
  BOOST_CHECK_THROW(static_cast<void>(scan.geometry()), InvalidArgument);
  scan = cone_scan();
  scan.pixel[0] = 0;
  BOOST_CHECK_THROW(static_cast<void>(scan.geometry()), InvalidArgument);
}

CircularScan scan_of_plane(DetectorShape shape) {
  CircularScan scan{{64, 1}, {0.5, 0.5}, equal_angles(7)};
  scan.source_isocenter = 300;
  scan.source_detector = 500;
  scan.axis_column = 30.25;
  scan.shape = shape;
  return scan;
}

BOOST_AUTO_TEST_CASE(the_axis_is_seen_in_its_column_in_the_plane) {
  auto const check = [](auto const& pixel, double) {
    BOOST_TEST(pixel.u == 30.25, boost::test_tools::tolerance(1e-10));
  };
  in_all_views<pyronn::FanBeam>(scan_of_plane(DetectorShape::line), {0, 0, 0}, check);
  in_all_views<pyronn::ArcFanBeam>(scan_of_plane(DetectorShape::arc), {0, 0, 0}, check);
  CircularScan parallel = scan_of_plane(DetectorShape::line);
  parallel.source_isocenter = parallel.source_detector = CircularScan::at_infinity;
  in_all_views<pyronn::ParallelBeam2D>(parallel, {0, 0, 0}, check);
}

/// In the plane there is nothing to either side of the row.
BOOST_AUTO_TEST_CASE(what_cannot_be_in_the_plane_is_refused) {
  auto const refuses = [](CircularScan const& scan, char const* cause) {
    BOOST_CHECK_EXCEPTION(static_cast<void>(scan.geometry()), InvalidArgument, says(cause));
  };
  auto scan = scan_of_plane(DetectorShape::line);
  scan.size[1] = 2;
  refuses(scan, "a scan of the plane has one row, no roll and no shifts, not 2 rows");
  scan = scan_of_plane(DetectorShape::line);
  scan.roll = 0.125;
  refuses(scan, "a roll of 0.125");
  scan = scan_of_plane(DetectorShape::line);
  scan.shifts.resize(7);
  refuses(scan, "7 shifts");
  scan = scan_of_plane(DetectorShape::arc);
  scan.source_isocenter = scan.source_detector = CircularScan::at_infinity;
  refuses(scan, "an arc lies about a source");
}

/// Of an arc the outermost rays pass at the sine of their angle.
BOOST_AUTO_TEST_CASE(the_volume_of_a_scan_of_the_plane_is_what_is_seen) {
  auto scan = scan_of_plane(DetectorShape::line);
  scan.angles = equal_angles(7, 0, pyronn::pi);  // 30.75 columns before the axis, 33.25 behind
  auto const line = pyronn::volume_of_scan(scan);
  BOOST_TEST((line.size == pyronn::Extents<3>{61, 61, 1}));
  BOOST_TEST(length(line.spacing - Vec3d{0.3, 0.3, 1}) < 1e-12);
  BOOST_TEST(length(line.center()) < 1e-12);
  scan.angles = equal_angles(90);
  BOOST_TEST((pyronn::volume_of_scan(scan).size == pyronn::Extents<3>{66, 66, 1}));
  scan.shape = DetectorShape::arc;
  scan.pixel = {8, 8};  // 33.25 columns are 0.532 rad: 300 mm * sin(0.532) are 31.70 of 4.8 mm
  auto const arc = pyronn::volume_of_scan(scan);
  BOOST_TEST((arc.size == pyronn::Extents<3>{63, 63, 1}));
  BOOST_TEST(length(arc.spacing - Vec3d{4.8, 4.8, 1}) < 1e-12);
}

BOOST_AUTO_TEST_CASE(the_volume_is_what_is_seen) {
  using pyronn::volume_of_scan;
  CircularScan scan{{64, 48}, {0.5, 0.4}, equal_angles(7, 0, pyronn::pi)};
  auto const plain = volume_of_scan(scan);
  BOOST_TEST((plain.size == pyronn::Extents<3>{64, 64, 48}));
  BOOST_TEST(length(plain.spacing - Vec3d{0.5, 0.5, 0.4}) < 1e-12);
  BOOST_TEST(length(plain.center()) < 1e-12);
  scan.axis_column = 20;  // 20.5 columns before it, 43.5 behind
  BOOST_TEST((volume_of_scan(scan).size == pyronn::Extents<3>{41, 41, 48}));
  scan.angles = equal_angles(90);
  BOOST_TEST((volume_of_scan(scan).size == pyronn::Extents<3>{87, 87, 48}));
  scan.central_row = 20;
  scan.source_isocenter = 100;
  scan.source_detector = 400;
  auto const magnified = volume_of_scan(scan);
  BOOST_TEST(length(magnified.spacing - Vec3d{0.125, 0.125, 0.1}) < 1e-12);
  BOOST_TEST(length(magnified.center() - Vec3d{0, 0, 0.35}) < 1e-12);
  scan.axis_column = -1;
  BOOST_CHECK_EXCEPTION(static_cast<void>(volume_of_scan(scan)), InvalidArgument,
                        says("outside of 64 columns"));
}

BOOST_AUTO_TEST_CASE(panels_that_are_too_wide_to_be_in_mm) {
  using pyronn::detail::fault_of_panel;
  pyronn::CircularScan scan{{64, 8}, {1500, 1500}, {0, 1, 2}};
  BOOST_TEST(fault_of_panel(scan) ==
             "a panel of 96000 mm, 64 pixels of 1500 mm, is too wide for any beam; are they in "
             "another unit?");
  scan.pixel = {1.5, 1.5};
  BOOST_TEST(fault_of_panel(scan).empty());
  scan.source_isocenter = 300;
  scan.source_detector = 450;
  BOOST_TEST(fault_of_panel(scan).empty());
  scan.pixel = {1500, 1500};
  BOOST_TEST(fault_of_panel(scan) ==
             "a panel of 96000 mm, 64 pixels of 1500 mm, is too wide for a source 450 mm away; is "
             "one of them in another unit?");
}

BOOST_AUTO_TEST_CASE(what_is_given_counts_before_the_file_and_that_before_an_assumption) {
  using Value = pyronn::FileValue<double>;
  ScanFacts facts;
  BOOST_TEST(facts.choose<double>("axis column", 3.5, Value{4.0, "axis"}, 5.0, "the middle") ==
             3.5);
  BOOST_TEST(facts.choose<double>("axis column", {}, Value{4.0, "axis"}, 5.0, "the middle") == 4.0);
  BOOST_TEST(facts.choose<double>("axis column", {}, Value{{}, "axis"}, 5.0, "the middle") == 5.0);
  BOOST_TEST(facts.require<double>("pixel", {}, Value{0.1, "pixel_mm"}) == 0.1);
  BOOST_CHECK_EXCEPTION(facts.require<double>("pixel", {}, Value{{}, "pixel_mm"}), InvalidArgument,
                        says("pixel: is missing (pixel_mm), and was not given either"));
  static_cast<void>(facts.choose<Rotation>("rotation", {}, {{}, ""}, Rotation::clockwise,
                                           "no file of this kind says it"));
  std::ostringstream text;
  for (auto const& fact : facts.list()) text << fact << '\n';
  BOOST_TEST(text.str() ==
             "axis column 3.5: given\n"
             "axis column 4: from the file, axis\n"
             "axis column 5: assumed, the middle\n"
             "pixel 0.1: from the file, pixel_mm\n"
             "rotation clockwise: assumed, no file of this kind says it\n");
}

BOOST_AUTO_TEST_SUITE_END()
