// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans of Bruker's (SkyScan's) .log files. The sample's text is laid out as the scanners write
/// it.
#include <cmath>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/skyscan.hpp>

#include "support/skyscan_scan.hpp"

using pyronn::FileError;
using pyronn::GivenOfScan;
using pyronn::Rotation;
using pyronn::Scan;
using pyronn::ScanFact;
using pyronn::Vec2d;
using pyronn::Vec3d;
using test::fact_of;
using test::says_of;
using test::seen;
using test::with_setting;
using test::skyscan::files;
using test::skyscan::in_steps;
using test::skyscan::settings;

namespace {

constexpr double rad = pyronn::pi / 180;
constexpr int rows = test::tiff::rows;

/// Where a point is seen by what TIGRE makes of a file: the source is at (R, 0, 0) turned
/// counter-clockwise about z, columns run along y turned alike and rows along z; the panel is moved
/// up by the rows from its middle to the optical axis.
Vec2d seen_by_tigre(Vec3d const& point, double angle, double line) {
  double const out = std::cos(angle) * point[0] + std::sin(angle) * point[1];
  double const along = -std::sin(angle) * point[0] + std::cos(angle) * point[1];
  double const larger = 300 / (50 - out);
  double const pixel = 0.025 * 300 / 50;
  double const moved = (line - 0.5 * rows) * pixel;
  return {18 + along * larger / pixel, 14 + (point[2] * larger - moved) / pixel};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(skyscan, test::skyscan::Folder)

BOOST_AUTO_TEST_CASE(all_that_the_file_says) {
  Scan const scan = read(settings);
  test::check_images(*scan.views, 12);
  BOOST_TEST((scan.measured == pyronn::Measured::intensities));
  BOOST_TEST(*scan.full_intensity == 65535);
  BOOST_REQUIRE(scan.circle.has_value());
  auto const& circle = *scan.circle;
  auto const near = boost::test_tools::tolerance(1e-14);
  BOOST_TEST(circle.source_isocenter == 50);
  BOOST_TEST(circle.source_detector == 300);
  BOOST_TEST(circle.pixel[0] == 0.15, near);
  BOOST_TEST(circle.pixel[1] == 0.15, near);
  BOOST_TEST(circle.column_of_axis() == 18);
  BOOST_TEST(circle.row_of_isocenter() == 29 - 0.5 - 12);
  BOOST_TEST(circle.roll == 0);
  BOOST_TEST((circle.rotation == Rotation::counter_clockwise));
  BOOST_TEST_REQUIRE(circle.angles.size() == 12);
  for (std::size_t n = 0; n < 12; ++n) {
    BOOST_TEST(circle.angles[n] == rad * 30 * static_cast<double>(n), near);
  }
  for (char const* what : {"axis column", "rotation", "central row", "full intensity"}) {
    BOOST_TEST((fact_of(scan, what).origin == ScanFact::Origin::assumed));
  }
  BOOST_TEST((fact_of(scan, "pixel [mm]").origin == ScanFact::Origin::file));
  BOOST_TEST(fact_of(scan, "camera pixel [mm]").what == "");
  BOOST_TEST(scan.files.size() == files + 1);
}

BOOST_AUTO_TEST_CASE(points_are_seen_where_tigre_sees_them) {
  Scan const scan = read(settings);
  for (int view = 0; view < 12; ++view) {
    for (Vec3d const& point : {Vec3d{0, 0, 0}, {0.7, 0, 0}, {0, 0.5, 0.3}, {-0.4, 0.6, -0.8}}) {
      Vec2d const is = seen(scan, view, point);
      Vec2d const should = seen_by_tigre(point, rad * 30 * view, 12);
      BOOST_TEST(std::abs(is[0] - should[0]) < 1e-9);
      BOOST_TEST(std::abs(is[1] - should[1]) < 1e-9);
    }
  }
}

/// Two files of scanners: NRecon wrote the angles of the cone that it took, from border to border.
BOOST_AUTO_TEST_CASE(the_cone_is_that_of_nrecon) {
  struct Log {
    std::string source, camera, pixel;
    int columns, lines;
    double across, along;  // degrees
  };
  for (Log const& log :
       {Log{"24.755", "286.0", "7.000817", 1944, 1536, 30.740322, 24.507914},
        Log{"197.738", "364.000", "26.844857", 2240, 2240, 17.291304, 17.291304},
        Log{"200.70900", "270.98833", "19.797722", 1075, 896, 6.069781, 5.060536}}) {
    std::string text = with_setting(settings, "Object to Source (mm)", log.source);
    text = with_setting(text, "Camera to Source (mm)", log.camera);
    text = with_setting(text, "Image Pixel Size (um)", log.pixel);
    auto const circle = *read(text).circle;
    auto const cone = [&](int axis, int pixels) {
      return 2 * std::atan(0.5 * pixels * circle.pixel[axis] / circle.source_detector) / rad;
    };
    BOOST_TEST(std::abs(cone(0, log.columns) - log.across) < 5e-6);
    BOOST_TEST(std::abs(cone(1, log.lines) - log.along) < 5e-6);
  }
}

BOOST_AUTO_TEST_CASE(the_last_file_goes_if_it_is_one_too_many) {
  BOOST_TEST(read(settings).num_views() == 12);
  BOOST_TEST(fact_of(read(settings), "last image").value == "left out");
  BOOST_TEST(read(in_steps("30", "")).num_views() == 12);
  // 13 files are a turn.
  BOOST_TEST(read(in_steps("27.6923", "YES")).num_views() == 13);
  BOOST_TEST(read(in_steps("27.6923", "")).num_views() == 13);
  // Steps that no turn is made of: the next view would be beyond the first, or this one is.
  BOOST_TEST(read(in_steps("29", "YES")).num_views() == 13);
  BOOST_TEST(read(in_steps("31", "YES")).num_views() == 12);
  // More than half a turn, and half of one with its end.
  BOOST_TEST(read(in_steps("20", "NO")).num_views() == 13);
  BOOST_TEST(read(in_steps("15", "NO")).num_views() == 13);
  BOOST_TEST(read(in_steps("15", "")).num_views() == 13);
  // It is gone already.
  std::filesystem::remove(folder / "tooth_~0000000012.tif");
  test::check_images(*read(settings).views, 12);
  refuses(in_steps("15", "NO"), "Number of Files: is 13, but there are 12 images");
}

/// Five files of scanners, into which NRecon wrote the range that it took.
BOOST_AUTO_TEST_CASE(the_range_is_that_of_nrecon) {
  struct Log {
    int images;
    std::string step, full;
    double range;
  };
  for (Log const& log : {Log{601, "0.600", "YES", 360.0}, Log{360, "1.000", "YES", 360.0},
                         Log{315, "0.600", "NO", 189.0}, Log{471, "0.400", "NO", 188.4},
                         Log{1200, "0.200", "NO", 240.0}}) {
    pyronn::ScanFacts facts;
    pyronn::detail::SettingsText const text{
        "a.log",
        with_setting(in_steps(log.step, log.full), "Number Of Files", std::to_string(log.images)),
        "Acquisition"};
    auto const angles = pyronn::detail::SkyscanAngles{text}.read(log.images, facts);
    BOOST_TEST(static_cast<double>(angles.size()) * std::stod(log.step) == log.range,
               boost::test_tools::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(what_is_given_counts) {
  GivenOfScan given;
  given.axis_column = 17.25;
  given.roll = 0.01;
  given.rotation = Rotation::clockwise;
  given.pixel = Vec2d{0.2, 0.25};
  given.source_isocenter = 60;
  given.source_detector = 240;
  Scan const scan = read(with_setting(settings, "Image Rotation", "1"), given);
  BOOST_TEST(scan.circle->column_of_axis() == 17.25);
  BOOST_TEST(scan.circle->roll == 0.01);
  BOOST_TEST(scan.circle->pixel[1] == 0.25);
  BOOST_TEST((scan.circle->rotation == Rotation::clockwise));
  BOOST_TEST(scan.circle->source_isocenter == 60);
  BOOST_TEST(scan.circle->source_detector == 240);
  BOOST_TEST((fact_of(scan, "roll").origin == ScanFact::Origin::given));
}

BOOST_AUTO_TEST_CASE(roll_sense_start_and_depth) {
  std::string text = with_setting(settings, "Image Rotation", "-0.3500");
  text = with_setting(text, "Rotation Direction", "CW");
  text = with_setting(text, "Scanning Start Angle", "7,5");
  text = with_setting(text, "Depth (bits)", "12");
  Scan const scan = read(text);
  BOOST_TEST(scan.circle->roll == -0.35 * rad, boost::test_tools::tolerance(1e-14));
  BOOST_TEST((scan.circle->rotation == Rotation::clockwise));
  BOOST_TEST(scan.circle->angles[2] == 67.5 * rad, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(*scan.full_intensity == 4095);
  BOOST_TEST((fact_of(scan, "roll").origin == ScanFact::Origin::assumed));
  BOOST_TEST(*read(with_setting(settings, "Depth (bits)", "")).full_intensity == 65535);
  Scan const middle = read(with_setting(settings, "Optical Axis (line)", ""));
  BOOST_TEST(middle.circle->row_of_isocenter() == 14);
}

BOOST_AUTO_TEST_CASE(rays_from_far_away_are_parallel) {
  std::string const text = with_setting(with_setting(settings, "Object to Source (mm)", "1000000"),
                                        "Camera to Source (mm)", "");
  Scan const scan = read(text);
  BOOST_TEST((std::holds_alternative<pyronn::ParallelBeam3D>(scan.geometry)));
  BOOST_TEST(scan.circle->pixel[0] == 0.025, boost::test_tools::tolerance(1e-14));
  BOOST_TEST((fact_of(scan, "rays").origin == ScanFact::Origin::assumed));
  GivenOfScan given;
  given.source_isocenter = 80;
  Scan const cone = read(text, given);
  BOOST_TEST((std::holds_alternative<pyronn::ConeBeam>(cone.geometry)));
  BOOST_TEST(cone.circle->source_detector == 160);
  BOOST_TEST(cone.circle->pixel_at_axis()[0] == 0.025, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(pixels_from_what_is_there) {
  auto const pixel = [this](std::string const& text) { return read(text).circle->pixel[0]; };
  auto const near = boost::test_tools::tolerance(1e-14);
  std::string const scaled = with_setting(settings, "Image Pixel Size (um)", "");
  BOOST_TEST(pixel(with_setting(scaled, "Scaled Image Pixel Size (um)", "30")) == 0.18, near);
  std::string const camera = with_setting(scaled, "Scaled Image Pixel Size (um)", "");
  BOOST_TEST(pixel(camera) == 0.15, near);
  BOOST_TEST(pixel(with_setting(camera, "Camera binning", "")) == 0.075, near);
  std::string odd = with_setting(settings, "Camera binning", "4x4");
  odd = with_setting(odd, "Camera X/Y Ratio", "0.9851");
  BOOST_TEST(pixel(odd) == 0.15, near);
  BOOST_TEST(fact_of(read(odd), "camera pixel [mm]").value == "0.3");
  BOOST_TEST((fact_of(read(odd), "Camera X/Y Ratio").origin == ScanFact::Origin::assumed));
}

BOOST_AUTO_TEST_CASE(other_spellings) {
  // As older scanners write it, with capitals, blanks and units elsewhere.
  std::string text = settings;
  auto const replace = [&text](std::string const& from, std::string const& to) {
    text.replace(text.find(from), from.size(), to);
  };
  replace("Number Of Files", "Number of Files");
  replace("Camera X/Y Ratio=1.0000", "CameraXYRatio=1.0740");
  replace("Object to Source (mm)=50", "Object to source=  50,000 mm ");
  replace("Image Pixel Size (um)=25", "Image Pixel Size (mm)=0,025");
  replace("Rotation Step (deg)=30.000", "ROTATION STEP (DEG)= 30,000");
  std::string crlf;
  for (char const letter : text) crlf += letter == '\n' ? "\r\n" : std::string(1, letter);
  Scan const scan = read(crlf);
  BOOST_TEST(scan.num_views() == 12);
  BOOST_TEST(scan.circle->source_isocenter == 50);
  BOOST_TEST(scan.circle->pixel[0] == 0.15, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(fact_of(scan, "CameraXYRatio").value == "1.074");
}

BOOST_AUTO_TEST_CASE(what_is_not_used_is_said) {
  std::string text = with_setting(settings, "Random Movement", "ON (30)");
  text +=
      "[Reconstruction]\nPostalignment=-1.50\n[Acquisition]\nCamera Offset=ON\n"
      "Number of connected scans=2\nNumber Of Horizontal Offset Positions=2\n"
      "Image crop origin Y=40\nReference Intensity=57000\n";
  Scan const scan = read(text);
  for (char const* what :
       {"Random Movement", "Postalignment", "Number of connected scans", "Camera Offset",
        "Number Of Horizontal Offset Positions", "Image crop origin Y", "Reference Intensity"}) {
    BOOST_TEST(fact_of(scan, what).what == what);
    BOOST_TEST((fact_of(scan, what).origin == ScanFact::Origin::assumed));
  }
  BOOST_TEST(fact_of(scan, "Random Movement").value == "ON (30)");
  BOOST_TEST(fact_of(read(settings), "Random Movement").what == "");
}

BOOST_AUTO_TEST_SUITE_END()
