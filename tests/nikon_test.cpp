// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Scans of Nikon's .xtekct files.
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/scan/nikon.hpp>

#include "support/nikon_scan.hpp"

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
using test::nikon::settings;
using test::nikon::views;

namespace {

constexpr double rad = pyronn::pi / 180;
constexpr int columns = test::tiff::columns;
constexpr int rows = test::tiff::rows;
constexpr double source_object = 50;
constexpr double source_detector = 300;
constexpr double magnification = source_detector / source_object;

/// Where a point of the object is seen in a view: by the picture that CIL's documentation gives of
/// a scan. x is to the right as seen from the source, y away from it and z up; the object turns
/// counter-clockwise seen from above, by 180 degrees - InitialAngle - view * AngularStep; the first
/// pixel of an image is at the top and, seen from the source, at the right.
Vec2d seen_by_cil(Vec3d const& point, int view, double offset) {
  double const angle = rad * (180 - 40.5 - 30 * view);
  double const x = std::cos(angle) * point[0] - std::sin(angle) * point[1] - offset;
  double const y = std::sin(angle) * point[0] + std::cos(angle) * point[1] + source_object;
  double const right = x * source_detector / y;
  double const up = point[2] * source_detector / y;
  return {0.5 * (columns - 1) - right / 0.4, 0.5 * (rows - 1) - up / 0.5};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(nikon, test::nikon::Folder)

BOOST_AUTO_TEST_CASE(all_that_the_file_says) {
  Scan const scan = read(settings);
  test::check_images(*scan.views, views);
  BOOST_TEST((scan.measured == pyronn::Measured::intensities));
  BOOST_TEST(*scan.full_intensity == 58500);
  BOOST_TEST((scan.hardening == std::vector<double>{0.125, 0.75, 0.25, 0, 0}));
  BOOST_TEST((fact_of(scan, "hardening polynomial").origin == ScanFact::Origin::file));
  BOOST_TEST(fact_of(scan, "hardening polynomial").value == "0.125 0.75 0.25 0 0");
  BOOST_REQUIRE(scan.circle.has_value());
  auto const& circle = *scan.circle;
  BOOST_TEST(circle.pixel[0] == 0.4);
  BOOST_TEST(circle.pixel[1] == 0.5);
  // The axis is beside the line from the source to the panel's middle.
  double const distance = std::hypot(source_object, 0.03);
  auto const near = boost::test_tools::tolerance(1e-14);
  BOOST_TEST(circle.source_isocenter == distance, near);
  BOOST_TEST(circle.source_detector == distance * magnification, near);
  BOOST_TEST(circle.column_of_axis() == 18 - 0.03 * magnification / 0.4, near);
  BOOST_TEST(circle.row_of_isocenter() == 14);
  BOOST_TEST(circle.roll == 0);
  BOOST_TEST((circle.rotation == Rotation::clockwise));
  BOOST_TEST_REQUIRE(circle.angles.size() == views);
  for (int n = 0; n < views; ++n) {
    BOOST_TEST(circle.angles[static_cast<std::size_t>(n)] == rad * (40.5 + 30 * n), near);
  }
  BOOST_TEST((fact_of(scan, "axis column").origin == ScanFact::Origin::file));
  BOOST_TEST((fact_of(scan, "rotation").origin == ScanFact::Origin::assumed));
  BOOST_TEST((fact_of(scan, "side of the axis").origin == ScanFact::Origin::assumed));
  BOOST_TEST((fact_of(scan, "angles").origin == ScanFact::Origin::file));
  BOOST_TEST(scan.files.size() == views + 1);
}

BOOST_AUTO_TEST_CASE(points_are_seen_where_cil_sees_them) {
  for (double const offset : {0.0, -0.03, 1.5}) {
    Scan const scan =
        read(with_setting(with_setting(settings, "ObjectOffsetX", std::to_string(offset)),
                          "AutomaticCentreOfRotation", "0"));
    // The source of the first view is on the circle's radius, which the offset turns.
    double const turned = std::atan2(offset, source_object);
    for (int view = 0; view < views; ++view) {
      for (Vec3d const& point : {Vec3d{0, 0, 0}, {0.7, 0, 0}, {0, 0.5, 0.3}, {-0.4, 0.6, -0.8}}) {
        double const x = std::cos(turned) * point[0] + std::sin(turned) * point[1];
        double const y = -std::sin(turned) * point[0] + std::cos(turned) * point[1];
        Vec2d const is = seen(scan, view, {y, x, -point[2]});
        Vec2d const should = seen_by_cil(point, view, offset);
        BOOST_TEST(std::abs(is[0] - should[0]) < 1e-9);
        BOOST_TEST(std::abs(is[1] - should[1]) < 1e-9);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_rolled_axis_is_seen_as_a_line) {
  std::string const rolled = with_setting(settings, "ObjectRoll", "1.5");
  std::string const older = with_setting(
      with_setting(with_setting(with_setting(settings, "ObjectOffsetX", ""), "ObjectRoll", ""),
                   "CentreOfRotationTop", "-0.4"),
      "CentreOfRotationBottom", "0.04");
  struct Case {
    std::string text;
    double middle, slope;  // on the panel [mm], columns' over rows' distance
  };
  for (Case const& known : {Case{rolled, -0.03 * magnification, std::tan(1.5 * rad)},
                            Case{older, 0.5 * (-0.4 + 0.04), (0.04 - -0.4) / (rows * 0.5)}}) {
    Scan const scan = read(known.text);
    BOOST_TEST(scan.circle->roll == std::atan(known.slope), boost::test_tools::tolerance(1e-14));
    for (double const z : {-0.8, 0.0, 0.9}) {
      Vec2d const is = seen(scan, 3, {0, 0, z});
      double const down = (is[1] - 14) * 0.5;
      BOOST_TEST(std::abs((is[0] - 18) * 0.4 - (known.middle + known.slope * down)) < 1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_tilted_axis_is_no_circle_but_is_seen_right) {
  Scan const scan = read(with_setting(settings, "ObjectTilt", "2"));
  BOOST_TEST(!scan.circle.has_value());
  BOOST_TEST(scan.grid.has_value());
  BOOST_TEST((fact_of(scan, "tilt of the axis [degrees]").value == "2"));
  Vec2d const foot = seen(scan, 0, {0, 0, 0});
  // The point of the axis nearest to the source, and another: later rows are nearer to the source.
  double const c = std::cos(2 * rad);
  double const s = std::sin(2 * rad);
  for (double const z : {0.0, 0.9}) {
    double const along = source_object * s + z;  // from where the axis meets the middle plane
    double const depth = source_object - along * s;
    Vec2d const is = seen(scan, 5, {0, 0, z});
    BOOST_TEST(std::abs(is[0] - (18 - 0.03 * source_detector / depth / 0.4)) < 1e-9);
    BOOST_TEST(std::abs(is[1] - (14 + along * c * source_detector / depth / 0.5)) < 1e-9);
  }
  BOOST_TEST(foot[1] > 14);
  refuses("ObjectTilt", "30", "is 30 degrees: laminography is not read");
}

BOOST_AUTO_TEST_CASE(the_centre_of_rotation_counts_where_the_offset_is_0) {
  auto const with_ends = [](std::string const& offset, std::string const& end) {
    return with_setting(
        with_setting(with_setting(settings, "ObjectOffsetX", offset), "CentreOfRotationTop", end),
        "CentreOfRotationBottom", end);
  };
  for (std::string const offset : {"0", "0.0", ""}) {
    Scan const scan = read(with_ends(offset, "0.6"));
    BOOST_TEST(scan.circle->column_of_axis() == 18 + 0.6 / 0.4,
               boost::test_tools::tolerance(1e-14));
    BOOST_TEST(fact_of(scan, "axis column").basis ==
               "CentreOfRotationTop and CentreOfRotationBottom");
    BOOST_TEST((fact_of(scan, "axis column").origin == ScanFact::Origin::file));
    for (auto const& fact : scan.facts) {
      BOOST_TEST(fact.basis != "not used beside ObjectOffsetX");
    }
  }
  BOOST_TEST(fact_of(read(with_ends("-0.03", "0.6")), "axis column").basis == "ObjectOffsetX");
  BOOST_TEST(
      (fact_of(read(with_ends("0", "0")), "axis column").origin == ScanFact::Origin::assumed));
}

BOOST_AUTO_TEST_CASE(an_offset_of_0_is_unknown) {
  std::string const zero = with_setting(settings, "ObjectOffsetX", "0.0");
  auto const origin = [this](std::string const& text) {
    Scan const scan = read(text);
    BOOST_TEST(scan.circle->column_of_axis() == 18);
    return fact_of(scan, "axis column").origin;
  };
  BOOST_TEST(
      (origin(with_setting(zero, "AutomaticCentreOfRotation", "1")) == ScanFact::Origin::assumed));
  BOOST_TEST(
      (origin(with_setting(zero, "AutomaticCentreOfRotation", "")) == ScanFact::Origin::assumed));
  BOOST_TEST((origin(with_setting(settings, "ObjectOffsetX", "")) == ScanFact::Origin::assumed));
  BOOST_TEST((origin(zero) == ScanFact::Origin::assumed));
  // Nobody agrees about a panel that is not in the middle.
  BOOST_TEST((origin(with_setting(settings, "DetectorOffsetX", "3")) == ScanFact::Origin::assumed));
}

BOOST_AUTO_TEST_CASE(what_is_given_counts) {
  GivenOfScan given;
  given.axis_column = 17.25;
  given.roll = 0.01;
  given.rotation = Rotation::counter_clockwise;
  given.pixel = Vec2d{0.2, 0.25};
  given.source_isocenter = 60;
  given.source_detector = 240;
  Scan const scan = read(settings, given);
  BOOST_TEST(scan.circle->column_of_axis() == 17.25);
  BOOST_TEST(scan.circle->roll == 0.01, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(scan.circle->pixel[1] == 0.25);
  BOOST_TEST((scan.circle->rotation == Rotation::counter_clockwise));
  BOOST_TEST(scan.circle->source_isocenter == 60, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(scan.circle->source_detector / scan.circle->source_isocenter == 4,
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST((fact_of(scan, "axis column").origin == ScanFact::Origin::given));
}

BOOST_AUTO_TEST_CASE(images_are_found_where_they_are) {
  std::filesystem::create_directory(folder / "images");
  for (int n = 1; n <= views; ++n) {
    char name[16];
    std::snprintf(name, sizeof name, "brick_%04d.tif", n);
    std::filesystem::rename(folder / name, folder / ("images/" + std::string{name}));
  }
  for (std::string const& named : std::vector<std::string>{
           "images", "images\\", "D:\\scans\\brick\\images", (folder / "images").string()}) {
    test::check_images(*read(with_setting(settings, "InputFolderName", named)).views, views);
  }
  // Beside other images, which are named otherwise.
  write_images("images/white_", 1);
  BOOST_TEST(read(with_setting(settings, "InputFolderName", "images")).num_views() == views);
  auto const path = write("brick.xtekct", with_setting(with_setting(settings, "Name", "stone"),
                                                       "InputFolderName", "images"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(pyronn::read_nikon(path)), FileError,
                        says_of(folder / "images", "holds images of two series"));
}

BOOST_AUTO_TEST_CASE(what_is_not_used_is_said) {
  std::string text = with_setting(settings, "Shuttling", "True");
  text = with_setting(text, "DetectorOffsetY", "2.5");
  text = "[XTekCT]\nScattering=7\nCentreOfRotationTop=0.2\nBeamHardeningLUTFile=a.lut" +
         text.substr(8);
  Scan const scan = read(text);
  for (char const* what : {"Shuttling", "DetectorOffsetY", "Scattering", "BeamHardeningLUTFile",
                           "CentreOfRotationTop and CentreOfRotationBottom"}) {
    BOOST_TEST(fact_of(scan, what).what == what);
    BOOST_TEST((fact_of(scan, what).origin == ScanFact::Origin::assumed));
  }
  Scan const plain = read(with_setting(with_setting(settings, "CoefX2", ""), "CoefX1", "1"));
  BOOST_TEST((plain.hardening == std::vector<double>{0.125, 1, 0, 0, 0}));
}

BOOST_AUTO_TEST_SUITE_END()
