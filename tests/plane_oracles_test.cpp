// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Sinograms and filtered backprojections of others: MIRT, scikit-image, and ASTRA as the organisers
// of the Helsinki Tomography Challenge 2022 used it.
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/io/npy.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/pyronn.hpp>

#include "support/data.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

using pyronn::FbpOptions;
using pyronn::FilterWindow;
using pyronn::Grid;
using pyronn::pi;
using pyronn::Redundancy;
using test::DataPresent;
using test::reconstruct;
using Values = std::vector<float>;

namespace {

template <class T>
std::vector<T> read(std::string const& name) {
  return pyronn::read_npy<T>(test::data_path(name)).data;
}

std::vector<double> degrees(int count, double start, double step) {
  std::vector<double> angles(static_cast<std::size_t>(count));
  for (std::size_t n = 0; n < angles.size(); ++n) {
    angles[n] = (start + step * static_cast<double>(n)) * pi / 180.0;
  }
  return angles;
}

/// Row by row in the other order: pictures begin at the top.
template <class T>
std::vector<T> upside_down(std::vector<T> const& image, int columns) {
  std::vector<T> result;
  for (auto row = image.end(); row != image.begin(); row -= columns) {
    result.insert(result.end(), row - columns, row);
  }
  return result;
}

template <class T>
std::vector<T> mirrored_rows(std::vector<T> values, int columns) {
  for (auto row = values.begin(); row != values.end(); row += columns) {
    std::reverse(row, row + columns);
  }
  return values;
}

/// Within 95 % of `radius` [mm], with our rows upwards and theirs downwards.
double error_within(Values const& found, Values const& expected, Grid const& grid, double radius) {
  Values const theirs = upside_down(expected, grid.size[0]);
  double const error = test::relative_l2(test::cut_cylinder(found, grid, 0.95 * radius, 1),
                                         test::cut_cylinder(theirs, grid, 0.95 * radius, 1));
  BOOST_TEST_MESSAGE("relative error " << error);
  return error;
}

pyronn::Phantom const& mirt_head() {
  static pyronn::Phantom const head = pyronn::shepp_logan_2d(100);
  return head;
}
Grid mirt_grid() { return Grid::flat({256, 256}, {0.8, 0.8}); }
constexpr double mirt_radius = 128 * 0.8;

pyronn::ParallelBeam2D mirt_parallel() {
  return pyronn::ParallelBeam2D::circular({degrees(180, -90, 1)}, {256, 0.9});
}

pyronn::FanBeam mirt_fan() {
  std::vector<pyronn::FanVectors> views;
  for (double const b : degrees(360, 0, 1)) {
    double const s = std::sin(b);
    double const c = std::cos(b);
    views.push_back({{-400 * s, 400 * c}, {400 * s, -400 * c}, {1.8 * c, 1.8 * s}});
  }
  return pyronn::FanBeam::from_vectors(256, views);
}

/// Its columns run the other way.
pyronn::ArcFanBeam mirt_arc() {
  return pyronn::ArcFanBeam::circular({400, 800, degrees(360, 90, 1)}, {256, 1.8});
}

template <class Geometry>
void check_sinogram(Geometry const& scan, std::vector<double> const& expected) {
  double const error = test::relative_l2(test::exact_projections(mirt_head(), scan), expected);
  BOOST_TEST(error < 1e-6);
  BOOST_TEST_MESSAGE("relative error " << error);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plane_oracles, *boost::unit_test::precondition(test::device_present))

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(DataPresent{"oracles/par2d_shepp_mirt"}))
BOOST_AUTO_TEST_CASE(sinograms_of_mirt) {
  check_sinogram(mirt_parallel(), read<double>("oracles/par2d_shepp_mirt/expected_sino_f64.npy"));
  check_sinogram(mirt_fan(), read<double>("oracles/fan_flat_shepp_mirt/expected_sino_f64.npy"));
  check_sinogram(
      mirt_arc(),
      mirrored_rows(read<double>("oracles/fan_arc_shepp_mirt/expected_sino_f64.npy"), 256));
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(DataPresent{"oracles/par2d_shepp_mirt"}))
BOOST_AUTO_TEST_CASE_TEMPLATE(reconstructions_of_mirt, Interp, test::Interps) {
  auto const check = [](auto const& scan, std::string const& folder, double exact) {
    Values const image =
        reconstruct<Interp>(scan, mirt_grid(), test::exact_projections(mirt_head(), scan));
    Values const expected = read<float>("oracles/" + folder + "/expected_fbp_f32.npy");
    BOOST_TEST_CONTEXT(folder)
    BOOST_TEST(error_within(image, expected, mirt_grid(), mirt_radius) <
               (test::bound<Interp>(exact, 3e-3)));
  };
  check(mirt_parallel(), "par2d_shepp_mirt", 1e-4);
  check(mirt_fan(), "fan_flat_shepp_mirt", 1e-4);
  check(mirt_arc(), "fan_arc_shepp_mirt", 1e-4);
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(DataPresent{
    "oracles/real_parallel_tomopy_tooth_skimage"}))
BOOST_AUTO_TEST_CASE_TEMPLATE(a_tooth_of_scikit_image, Interp, test::Interps) {
  std::string const folder = "oracles/real_parallel_tomopy_tooth_skimage/";
  std::vector<double> angles = read<double>(folder + "angles_deg_f64.npy");
  // x cos b + y sin b = t is our view at b - 90 degrees. Column and row 320 are the axis.
  for (double& angle : angles) angle = (angle - 90) * pi / 180;
  auto const scan = pyronn::ParallelBeam2D::circular({angles}, {640, 1, -0.5});
  Grid const grid = Grid::flat({640, 640}, {1, 1}, {-0.5, 0.5});
  Values const image =
      reconstruct<Interp>(scan, grid, read<float>(folder + "input_sino_centred_f32.npy"));
  BOOST_TEST(error_within(image, read<float>(folder + "expected_fbp_f32.npy"), grid, 320) <
             (test::bound<Interp>(1e-4, 3e-3)));
}

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(DataPresent{"scans/fan_htc2022"}))
BOOST_AUTO_TEST_CASE_TEMPLATE(scans_of_helsinki, Interp, test::Interps) {
  double const pixel = 0.2 * 410.66 / 553.74;
  Grid const grid = Grid::flat({512, 512}, {pixel, pixel});
  auto const error = [&](int views, Values const& lines, std::string const& expected,
                         double weight) {
    auto const scan =
        pyronn::FanBeam::circular({410.66, 553.74, degrees(views, -90, 0.5)}, {560, 0.2});
    FbpOptions options{FilterWindow::ram_lak, Redundancy::uniform};
    options.angular_weights.assign(static_cast<std::size_t>(views), weight);
    Values image = reconstruct<Interp>(scan, grid, lines, options);
    for (float& value : image) value *= static_cast<float>(pixel);
    return error_within(image, read<float>("scans/fan_htc2022/" + expected), grid, 256 * pixel);
  };
  double const bound = test::bound<Interp>(1e-3, 3e-3);
  for (std::string const name : {"ta", "solid_disc", "01a"}) {
    Values const lines = read<float>("scans/fan_htc2022/" + name + "_sino.npy");
    BOOST_TEST(error(721, lines, name + "_fbp_astra.npy", 2 * pi / 721) < bound);
    if (name != "01a") continue;
    Values const limited(lines.begin(), lines.begin() + 181 * 560);
    BOOST_TEST(error(181, limited, name + "_limited_fbp_astra.npy", 2 * pi / 181) < bound);
  }
}

BOOST_AUTO_TEST_SUITE_END()
