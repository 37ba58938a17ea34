// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The column of the rotation axis, of exact phantoms and of measured scans.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>
#include <pyronn/scan/npy_images.hpp>
#include <pyronn/scan/rotation_axis.hpp>

#include "support/data.hpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::CircularScan;
using pyronn::CpuExecutor;
using pyronn::DetectorShape;
using pyronn::equal_angles;
using pyronn::find_rotation_axis;
using pyronn::InvalidArgument;
using pyronn::Rotation;
using pyronn::RotationAxis;
using test::says;
using Lines = std::vector<float>;

namespace {

constexpr double pi = pyronn::pi;
CpuExecutor const executor{2};

CircularScan parallel(int columns, std::vector<double> angles) {
  return {{columns, 3}, {1, 1}, std::move(angles)};
}

CircularScan cone(int columns, std::vector<double> angles) {
  CircularScan scan{{columns, 1}, {1, 1}, std::move(angles)};
  scan.source_isocenter = 300;
  scan.source_detector = 500;
  return scan;
}

/// The same of one row in the plane.
CircularScan in_plane(CircularScan scan, DetectorShape shape) {
  scan.size[1] = 1;
  scan.central_row = 0;
  scan.shape = shape;
  return scan;
}

/// The lines of a head that lies aside, exact but for the width of pixels, of which each is the
/// mean of four parts, with noise of some standard deviation.
Lines lines_of(CircularScan const& scan, double noise) {
  pyronn::Phantom const phantom{pyronn::Body::ellipsoid({6, -9, 0}, {22, 15, 40}, 0.02),
                                pyronn::Body::ellipsoid({10, -6, 3}, {5, 4, 30}, 0.015),
                                pyronn::Body::ellipsoid({-6, -14, 0}, {3, 3, 30}, -0.01)};
  constexpr int parts = 4;
  CircularScan fine = scan;
  fine.size[0] *= parts;
  fine.pixel[0] /= parts;
  fine.axis_column = parts * (scan.axis_column + 0.5) - 0.5;
  pyronn::Extents<3> const extents{fine.size[0], fine.size[1],
                                   static_cast<int>(fine.angles.size())};
  Lines fine_lines(static_cast<std::size_t>(extents.count()));
  std::visit(
      [&](auto const& beam) {
        if constexpr (pyronn::is_plane_geometry_v<std::decay_t<decltype(beam)>>) {
          pyronn::project(executor, phantom, beam, {fine_lines.data(), {extents[0], extents[2]}});
        } else {
          pyronn::project(executor, phantom, beam, {fine_lines.data(), extents});
        }
      },
      fine.geometry());
  Lines lines(fine_lines.size() / parts);
  for (std::size_t i = 0; i < fine_lines.size(); ++i) lines[i / parts] += fine_lines[i] / parts;
  auto const values = test::random_values(7, static_cast<std::int64_t>(lines.size()));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i] += static_cast<float>(noise * 1.7) * values[i];
  }
  return lines;
}

RotationAxis find(CircularScan const& scan, Lines const& lines) {
  return find_rotation_axis(
      executor, scan,
      {lines.data(),
       {scan.size[0], static_cast<int>(lines.size() / scan.angles.size()) / scan.size[0],
        static_cast<int>(scan.angles.size())}});
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
    BOOST_TEST(std::abs(found.column - scan.axis_column) < 0.05,
               "shift " << shift << ": found " << found.column - middle);
    BOOST_TEST(found.uncertainty < 0.05);
    BOOST_TEST(found.mismatch < 0.1);
    BOOST_TEST(std::abs(found.column - scan.axis_column) < 5 * found.uncertainty + 0.02);
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
  scan.axis_column += 3.7;
  auto const lines = lines_of(scan, 0);
  auto const right = find(scan, lines);
  BOOST_TEST(std::abs(right.column - scan.axis_column) < 0.05);
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

/// Scans of real objects: the folder's README has the axis of each to half a column. Even and odd
/// views agree to a tenth.
struct MeasuredScan {
  std::string folder;
  CircularScan scan;
  int first_row;
  int rows;
  double low, high;
};

Lines measured_lines(MeasuredScan const& measured, std::string const& projections) {
  auto const open = [&](std::string const& name) {
    return pyronn::npy_images(test::data_path("scans/" + measured.folder + "/" + name));
  };
  auto const views = open(projections);
  auto const row_values = [&](pyronn::ImageStack const& stack, int image) {
    Lines values(static_cast<std::size_t>(measured.rows * measured.scan.size[0]));
    stack.read({image, 1, measured.first_row, measured.rows}, values.data());
    return values;
  };
  std::string const type =
      projections.find("u16") != std::string::npos && measured.folder == "cone_cwi_pepper" ? "u16"
                                                                                           : "f32";
  Lines const dark = row_values(*open("dark_" + type + ".npy"), 0);
  Lines const flat = row_values(*open("flat_" + type + ".npy"), 0);
  Lines lines;
  for (int view = 0; view < views->extents()[2]; ++view) {
    Lines const counts = row_values(*views, view);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      float const light = (counts[i] - dark[i]) / (flat[i] - dark[i]);
      lines.push_back(-std::log(std::max(light, 1e-4F)));
    }
  }
  return lines;
}

void check(MeasuredScan const& measured, Lines const& lines) {
  auto const every_second = [&](int first) {
    CircularScan half = measured.scan;
    half.angles.clear();
    Lines of_half;
    std::size_t const size = lines.size() / measured.scan.angles.size();
    for (std::size_t view = static_cast<std::size_t>(first); view < measured.scan.angles.size();
         view += 2) {
      half.angles.push_back(measured.scan.angles[view]);
      auto const start = lines.begin() + static_cast<std::ptrdiff_t>(view * size);
      of_half.insert(of_half.end(), start, start + static_cast<std::ptrdiff_t>(size));
    }
    return find(half, of_half).column;
  };
  RotationAxis const found = find(measured.scan, lines);
  double const even = every_second(0);
  double const odd = every_second(1);
  std::cout << measured.folder << ": " << found.column << " +- " << found.uncertainty << ", even "
            << even << ", odd " << odd << ", mismatch " << found.mismatch << '\n';
  BOOST_TEST(found.column > measured.low);
  BOOST_TEST(found.column < measured.high);
  BOOST_TEST(std::abs(even - odd) < 0.1);
}

/// Every row moved to the right by some columns: between pixels by Lanczos' kernel, 8 wide, and at
/// the ends what is there.
Lines shifted(Lines const& lines, int columns, double shift) {
  constexpr int reach = 8;
  auto const sinc = [](double x) { return x == 0 ? 1.0 : std::sin(pi * x) / (pi * x); };
  double weights[2 * reach + 1];
  int const whole = static_cast<int>(std::floor(shift));
  double sum = 0;
  for (int i = -reach; i <= reach; ++i) {
    double const x = i - (whole - shift);
    weights[i + reach] = std::abs(x) < reach ? sinc(x) * sinc(x / reach) : 0.0;
    sum += weights[i + reach];
  }
  Lines result;
  for (std::size_t row = 0; row < lines.size(); row += static_cast<std::size_t>(columns)) {
    for (int u = 0; u < columns; ++u) {
      double value = 0;
      for (int i = -reach; i <= reach; ++i) {
        int const from = std::clamp(u - whole + i, 0, columns - 1);
        value +=
            weights[i + reach] * static_cast<double>(lines[row + static_cast<std::size_t>(from)]);
      }
      result.push_back(static_cast<float>(value / sum));
    }
  }
  return result;
}

/// Lines that were moved have their axis moved as far.
void check_shifts(MeasuredScan const& measured, Lines const& lines) {
  double const axis = find(measured.scan, lines).column;
  for (double const shift : {0.25, 0.5, 3.7}) {
    double const found = find(measured.scan, shifted(lines, measured.scan.size[0], shift)).column;
    std::cout << measured.folder << ": moved by " << shift << ", found " << found - axis << '\n';
    BOOST_TEST(std::abs(found - axis - shift) < 0.05);
  }
}

std::vector<double> degrees(std::vector<double> angles) {
  for (double& angle : angles) angle *= pi / 180;
  return angles;
}

auto const has_scans = boost::unit_test::precondition(test::DataPresent{"scans"});

BOOST_AUTO_TEST_CASE(of_a_pepper, *has_scans) {
  CircularScan scan{{239, 190}, {0.5984, 0.5984}, equal_angles(225)};
  scan.source_isocenter = 1001.306;
  scan.source_detector = 1098;
  MeasuredScan const pepper{"cone_cwi_pepper", scan, 92, 6, 118.6, 119.6};
  Lines const lines = measured_lines(pepper, "projections_u16.npy");
  check(pepper, lines);
  check_shifts(pepper, lines);
}

BOOST_AUTO_TEST_CASE(of_a_tooth, *has_scans) {
  std::string const angles = "scans/parallel_tomopy_tooth/angles_deg_f64.npy";
  CircularScan const scan{
      {640, 2}, {1, 1}, degrees(pyronn::read_npy<double>(test::data_path(angles)).data)};
  MeasuredScan const tooth{"parallel_tomopy_tooth", scan, 0, 2, 295.0, 296.0};
  Lines const lines = measured_lines(tooth, "projections_f32.npy");
  check(tooth, lines);
  check_shifts(tooth, lines);
}

BOOST_AUTO_TEST_CASE(of_a_rod, *has_scans) {
  std::string const angles = "scans/parallel_i12_savu91/angles_deg_f64.npy";
  CircularScan const scan{
      {160, 135}, {1, 1}, degrees(pyronn::read_npy<double>(test::data_path(angles)).data)};
  MeasuredScan const rod{"parallel_i12_savu91", scan, 10, 120, 85.4, 87};
  Lines const lines = measured_lines(rod, "projections_u16.npy");
  check(rod, lines);
  check_shifts(rod, lines);
}

BOOST_AUTO_TEST_CASE(of_a_disc_with_holes, *has_scans) {
  CircularScan scan{{560, 1}, {0.2, 0.2}, equal_angles(720)};
  scan.source_isocenter = 410.66;
  scan.source_detector = 553.74;
  for (std::string const name : {"ta", "solid_disc", "01a"}) {
    auto lines =
        pyronn::read_npy<float>(test::data_path("scans/fan_htc2022/" + name + "_sino.npy")).data;
    lines.resize(720 * 560);  // the last view is the first one again
    MeasuredScan const disc{"fan_htc2022", scan, 0, 1, 279.0, 280.0};
    check(disc, lines);
    if (name == "ta") check_shifts(disc, lines);
  }
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
