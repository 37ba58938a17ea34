// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The column of the rotation axis of measured scans.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>
#include <pyronn/scan/npy_images.hpp>
#include <pyronn/scan/rotation_axis.hpp>

#include "support/data.hpp"

using pyronn::CircularScan;
using pyronn::equal_angles;
using pyronn::RotationAxis;
using Lines = std::vector<float>;

namespace {

constexpr double pi = pyronn::pi;
pyronn::CpuExecutor const executor{2};

RotationAxis find(CircularScan const& scan, Lines const& lines) {
  return pyronn::find_rotation_axis(
      executor, scan,
      {lines.data(),
       {scan.size[0], static_cast<int>(lines.size() / scan.angles.size()) / scan.size[0],
        static_cast<int>(scan.angles.size())}});
}

/// A scan of a real object: the folder's README has the axis of each to half a column. Even and odd
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

}  // namespace

BOOST_AUTO_TEST_SUITE(rotation_axis_of_measured_scans)

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

BOOST_AUTO_TEST_SUITE_END()
