// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/phantom/shepp_logan.hpp>

#include "support/data.hpp"
#include "support/numbers.hpp"
#include "support/phantom_reference.hpp"
#include "support/phantoms.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::shepp_logan_2d;
using pyronn::shepp_logan_3d;
using pyronn::shepp_logan_3d_high_contrast;
using pyronn::SheppLoganContrast;
using test::attenuation_at;
using test::data_path;
using test::DataPresent;
using test::project;
using test::relative_l2;
using test::says;
using test::voxelise;

namespace {

constexpr char const* oracle = "oracles/cone_shepp3d_mirt";
constexpr char const* plane_oracle = "oracles/par2d_shepp_mirt";

/// Parallel rays in the plane z = 0: x cos b + y sin b = t, b in degrees, 256 pixels of 0.9 mm.
struct PlaneBeam {
  struct View {
    double cosine, sine;

    PYRONN_HOST_DEVICE pyronn::Ray<double> ray(double u, double) const {
      double const t = (u - 127.5) * 0.9;
      return {{t * cosine + 300 * sine, t * sine - 300 * cosine, 0}, {-sine, cosine, 0}};
    }
  };
  PYRONN_HOST_DEVICE int num_views() const { return 180; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {256, 1}; }
  PYRONN_HOST_DEVICE View view(int n) const {
    double const angle = n * (pyronn::pi / 180);
    return {std::cos(angle), std::sin(angle)};
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(shepp_logan, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(the_table_scales) {
  auto const phantom = shepp_logan_3d(50, 0.1);
  BOOST_TEST_REQUIRE(phantom.size() == 10U);
  BOOST_TEST(attenuation_at(phantom, {0, -20, 20}) == 0.102, boost::test_tools::tolerance(1e-14));
  BOOST_TEST(phantom[0].uncut_volume() == 4.0 / 3.0 * pyronn::pi * 34.5 * 46.0 * 45.0,
             boost::test_tools::tolerance(1e-14));
  BOOST_CHECK_EXCEPTION(shepp_logan_3d(0), InvalidArgument,
                        says("shepp_logan_3d: radius_mm 0 must be positive"));
  BOOST_CHECK_EXCEPTION(shepp_logan_3d(1, std::numeric_limits<double>::quiet_NaN()),
                        InvalidArgument, says("shepp_logan_3d: scale nan must be finite"));
}

BOOST_AUTO_TEST_CASE(cone_beam_projections_are_those_of_mirt,
                     *boost::unit_test::precondition(DataPresent{oracle})) {
  double const error =
      relative_l2(project(shepp_logan_3d(100), test::mirt_scan()),
                  pyronn::read_npy<float>(data_path(oracle) / "expected_proj_f32.npy").data);
  BOOST_TEST_MESSAGE("relative L2 error " << error);
  BOOST_TEST(error < 1e-7);
}

BOOST_AUTO_TEST_CASE(voxels_are_those_of_mirt,
                     *boost::unit_test::precondition(DataPresent{oracle})) {
  auto const grid = Grid::centered({64, 64, 64}, {3.4, 3.4, 3.4});
  double const error =
      relative_l2(voxelise(shepp_logan_3d(100), grid, 3),
                  pyronn::read_npy<float>(data_path(oracle) / "phantom_64_f32.npy").data);
  BOOST_TEST_MESSAGE("relative L2 error " << error);
  BOOST_TEST(error < 1e-6);
}

BOOST_AUTO_TEST_CASE(plane_projections_are_those_of_mirt,
                     *boost::unit_test::precondition(DataPresent{plane_oracle})) {
  double const error =
      relative_l2(project(shepp_logan_2d(100), PlaneBeam{}),
                  pyronn::read_npy<double>(data_path(plane_oracle) / "expected_sino_f64.npy").data);
  BOOST_TEST_MESSAGE("relative L2 error " << error);
  BOOST_TEST(error < 1e-7);
}

/// Whose rows run from +y down. Of the points of two pixels one each lies on the border of the
/// smallest ellipse, where rounding decides.
BOOST_AUTO_TEST_CASE(pixels_are_those_of_mirt,
                     *boost::unit_test::precondition(DataPresent{plane_oracle})) {
  auto const grid = Grid::centered({256, 256, 1}, {0.8, 0.8, 0.8});
  auto const image = voxelise(shepp_logan_2d(100), grid, 4);
  auto const expected =
      pyronn::read_npy<float>(data_path(plane_oracle) / "phantom_256_f32.npy").data;
  std::vector<float> upright;
  for (int row = 255; row >= 0; --row) {
    auto const first = expected.begin() + std::ptrdiff_t{256} * row;
    upright.insert(upright.end(), first, first + 256);
  }
  double const error = relative_l2(image, upright);
  BOOST_TEST_MESSAGE("relative L2 error " << error);
  BOOST_TEST(error < 7e-6);
}

BOOST_AUTO_TEST_CASE(supersampling_across_the_plane_changes_nothing) {
  auto const thin = Grid::centered({64, 64, 1}, {3, 3, 1e-9});
  auto const thick = Grid::centered({64, 64, 1}, {3, 3, 50}, {0, 0, 1000});
  BOOST_TEST(relative_l2(voxelise(shepp_logan_2d(90), thick, 4),
                         voxelise(shepp_logan_2d(90), thin, 4)) == 0.0);
}

/// Levels that follow from the tables by hand, at (x, y) of the unit square.
BOOST_AUTO_TEST_CASE(levels_at_named_points) {
  auto const original = shepp_logan_2d(1, 1);
  auto const high = shepp_logan_2d(1, 1, SheppLoganContrast::high);
  struct Point {
    double x, y, original, high;
  };
  for (Point const& at :
       {Point{0, 0.9, 2, 1}, Point{0, -0.4, 1.02, 0.2}, Point{0.22, 0, 1, 0},
        Point{-0.22, 0.3, 1, 0}, Point{0, 0.5, 1.03, 0.3}, Point{0, 0.11, 1.04, 0.4},
        Point{-0.08, -0.605, 1.03, 0.3}, Point{0, -0.605, 1.03, 0.3}, Point{0.06, -0.57, 1.03, 0.3},
        Point{0.7, 0, 0, 0}, Point{0, 0.93, 0, 0}}) {
    auto const near = boost::test_tools::tolerance(1e-12);
    double const smallest = 1e-3;
    BOOST_TEST(smallest + attenuation_at(original, {at.x, at.y, 7}) == smallest + at.original,
               near);
    BOOST_TEST(smallest + attenuation_at(high, {at.x, at.y, -7}) == smallest + at.high, near);
  }
}

/// In the plane z = 0 the ellipsoids of the other 3D head are the ellipses, but for those that lie
/// above or below.
BOOST_AUTO_TEST_CASE(the_high_contrast_heads_agree_in_the_plane) {
  auto const solid = shepp_logan_3d_high_contrast(1, 1);
  auto const plane = shepp_logan_2d(1, 1, SheppLoganContrast::high);
  BOOST_TEST_REQUIRE(solid.size() == 10U);
  for (std::size_t const n : {0U, 1U, 2U, 3U, 7U, 8U, 9U}) {
    BOOST_TEST(solid[n].attenuation == plane[n].attenuation);
    for (int axis = 0; axis < 2; ++axis) {
      BOOST_TEST(solid[n].center[axis] == plane[n].center[axis]);
      BOOST_TEST(solid[n].semi_axes[axis] == plane[n].semi_axes[axis]);
      BOOST_TEST(solid[n].orientation.axis[0][axis] == plane[n].orientation.axis[0][axis]);
    }
  }
  auto const near = boost::test_tools::tolerance(1e-12);
  BOOST_TEST(attenuation_at(solid, {0, 0.1, 0.25}) == 0.3, near);
  BOOST_TEST(attenuation_at(solid, {0, -0.1, 0.28}) == 0.3, near);
  BOOST_TEST(attenuation_at(solid, {0, -0.1, 0}) == 0.2, near);
  BOOST_TEST(attenuation_at(solid, {0, 0, 0.8}) == 1.0, near);
  BOOST_TEST(attenuation_at(solid, {0, 0, 0.82}) == 0.0);
  BOOST_CHECK_EXCEPTION(shepp_logan_2d(-1), InvalidArgument, says("shepp_logan_2d: radius_mm -1"));
  BOOST_CHECK_EXCEPTION(shepp_logan_3d_high_contrast(0), InvalidArgument,
                        says("shepp_logan_3d_high_contrast: radius_mm 0"));
}

BOOST_AUTO_TEST_SUITE_END()
