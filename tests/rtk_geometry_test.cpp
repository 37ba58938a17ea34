// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/interop/rtk_parameters.hpp>

#include "support/temporary_folder.hpp"

namespace rtk = pyronn::rtk;
using pyronn::ConeBeam;
using pyronn::InvalidArgument;
using pyronn::Vec3d;
using test::says;

namespace {

double const deg = pyronn::pi / 180;

/// All nine numbers: RTK's AddProjection(500, 900, 30, 1, -2, 4, 5, 6, 7).
rtk::Projection const general{500, 900, 30 * deg, 4 * deg, 5 * deg, 6, 7, 1, -2};
rtk::Projection const plain{600, 1000, -75.5 * deg};

/// What RTK 2.7 gives: GetMatrix.
std::array<double, 12> const general_matrix{
    -776.69886874717145, -78.597874533602081,   447.86855371377044,  2900,
    41.149253615162060,  -895.01902435188515,   -85.607738990786729, 1800,
    0.49878202512991204, -0.069756473744125302, 0.86391580942710433, -500};

void check_near(Vec3d const& value, Vec3d const& expected, double within = 1e-9) {
  BOOST_TEST(length(value - expected) <= within, value << " instead of " << expected);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rtk_geometry)

BOOST_AUTO_TEST_CASE(matrix_of_all_nine_numbers) {
  auto const matrix = rtk::matrix(general);
  for (std::size_t i = 0; i < 12; ++i) {
    double const number = matrix.row[i / 4][i % 4];
    BOOST_TEST(std::abs(number - general_matrix[i]) < 1e-10,
               number << " instead of " << general_matrix[i] << " at " << i);
  }
}

/// RTK's GetSourcePosition and GetProjectionCoordinatesToFixedSystemMatrix.
BOOST_AUTO_TEST_CASE(vectors_of_all_nine_numbers) {
  auto const view = rtk::vectors(general, {{3, 5}, {1, 1}});
  check_near(view.source, {254.300496082194, -27.4002001325, 429.727223625696});
  check_near(view.detector_center, {-198.56557315235281, 26.001996897637238, -346.26667370108407});
  check_near(view.u_step, {0.86576975430313441, 0.086943435738757041, -0.49283219407403900});
  check_near(view.v_step, {-0.040733572654436501, 0.99376801787576474, 0.10375886808403423});
  auto const moved = rtk::vectors(general, {{3, 5}, {2, 3}, {10, -20}});
  check_near(moved.detector_center, view.detector_center + 10.0 * view.u_step - 20.0 * view.v_step);
  check_near(moved.v_step, 3.0 * view.v_step);
  check_near(rtk::vectors(plain, {{3, 5}, {1, 1}}).source,
             {-600 * std::sin(75.5 * deg), 0, 600 * std::cos(75.5 * deg)});
}

/// RTK's matrix leads to mm of the projection image, with pixel (0, 0) at its origin.
BOOST_AUTO_TEST_CASE(vectors_and_matrix_are_one) {
  pyronn::Detector const detector{{41, 31}, {0.8, 1.2}, {3, -5}};
  Vec3d const origin{3 - 20 * 0.8, -5 - 15 * 1.2, 0};
  for (rtk::Projection const& projection : {general, plain}) {
    auto const scan = ConeBeam::from_vectors(detector.size, {rtk::vectors(projection, detector)});
    for (Vec3d const& point : {Vec3d{0, 0, 0}, Vec3d{30, -50, 70}, Vec3d{-99, 8, 17}}) {
      Vec3d const image = rtk::matrix(projection)(point);
      auto const pixel = scan.view(0).project(point);
      BOOST_TEST(std::abs(origin[0] + 0.8 * pixel.u - image[0] / image[2]) < 1e-9);
      BOOST_TEST(std::abs(origin[1] + 1.2 * pixel.v - image[1] / image[2]) < 1e-9);
      BOOST_TEST(std::abs(pixel.depth + image[2]) < 1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(gantry_angle_is_the_angle_of_our_circle) {
  pyronn::Detector const detector{{41, 31}, {0.8, 1.2}, {3, -5}};
  pyronn::CircularOrbit const orbit{600, 1000, {-75.5 * deg}};
  auto const expected = orbit.vectors(orbit.angles[0], detector);
  auto const view = rtk::rotated_to_z_up(rtk::vectors(plain, detector));
  check_near(view.source, expected.source);
  check_near(view.detector_center, expected.detector_center);
  check_near(view.u_step, expected.u_step);
  check_near(view.v_step, expected.v_step);
  Vec3d const a{1, 2, 3};
  Vec3d const b{-4, 5, 7};
  check_near(rtk::rotated_to_z_up(cross(a, b)),
             cross(rtk::rotated_to_z_up(a), rtk::rotated_to_z_up(b)));
}

BOOST_AUTO_TEST_CASE(bad_numbers) {
  rtk::Projection bad = general;
  bad.source_to_isocenter_distance = -1;
  BOOST_CHECK_EXCEPTION(rtk::matrix(bad), InvalidArgument, says("SourceToIsocenterDistance -1"));
  bad = general;
  bad.in_plane_angle = std::numeric_limits<double>::quiet_NaN();
  BOOST_CHECK_EXCEPTION(rtk::vectors(bad, {{3, 5}, {1, 1}}), InvalidArgument, says("one is nan"));
  BOOST_CHECK_EXCEPTION(rtk::vectors(general, {{3, 5}, {0, 1}}), InvalidArgument,
                        says("spacing (0, 1)"));
}

BOOST_AUTO_TEST_SUITE_END()
