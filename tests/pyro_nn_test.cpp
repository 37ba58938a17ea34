// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/interop/pyro_nn_v0.hpp>
#include <pyronn/interop/pyro_nn_v1.hpp>

#include "support/temporary_folder.hpp"

namespace pyro_nn = pyronn::pyro_nn;
namespace v0 = pyronn::pyro_nn_v0;
namespace v1 = pyronn::pyro_nn_v1;
using pyro_nn::CircularScan;
using pyronn::ConeBeam;
using pyronn::InvalidArgument;
using pyronn::ProjectionMatrix;
using pyronn::Vec2d;
using pyronn::Vec3d;
using test::says;
using v1::DetectorAxis;

namespace {

double const not_a_number = std::numeric_limits<double>::quiet_NaN();

/// 5 rows and 7 columns; 1.1 with the panel moved by (v, u) = (3, -2) mm.
CircularScan const scan_v1{8, {0.3, 2.1}, {5, 7}, {0.8, 1.25}, 750, 1200};
CircularScan const scan_v0{8, {0.0, 2.1}, {5, 7}, {0.8, 1.25}, 750, 1200};
std::array<double, 2> const moved{-1.6 + 3, -3.75 - 2};

void check_near(ProjectionMatrix const& matrix, std::array<double, 12> const& expected) {
  for (std::size_t i = 0; i < 12; ++i) {
    double const number = matrix.row[i / 4][i % 4];
    BOOST_TEST(std::abs(number - expected[i]) < 1e-9 * (1 + std::abs(expected[i])),
               number << " instead of " << expected[i] << " at " << i);
  }
}

void check_near(Vec3d const& value, Vec3d const& expected) {
  BOOST_TEST(length(value - expected) < 1e-9, value << " instead of " << expected);
}

void check_near(Vec2d const& value, Vec2d const& expected) {
  BOOST_TEST(length(value - expected) < 1e-9, value << " instead of " << expected);
}

/// Vectors and matrices are the same scan: same source, same projections.
void check_same(std::vector<pyronn::ConeVectors> const& vectors,
                std::vector<ProjectionMatrix> const& matrices) {
  auto const a = ConeBeam::from_vectors({7, 5}, vectors);
  auto const b = ConeBeam::from_matrices({7, 5}, matrices);
  BOOST_TEST_REQUIRE(a.num_views() == b.num_views());
  for (int n = 0; n < a.num_views(); ++n) {
    check_near(a.view(n).source(), b.view(n).source());
    for (Vec3d const& point : {Vec3d{0, 0, 0}, Vec3d{50, -20, 30}, Vec3d{-7, 99, -80}}) {
      auto const in_a = a.view(n).project(point);
      auto const in_b = b.view(n).project(point);
      BOOST_TEST(std::abs(in_a.u - in_b.u) < 1e-9);
      BOOST_TEST(std::abs(in_a.v - in_b.v) < 1e-9);
      BOOST_TEST(std::abs(in_a.depth - in_b.depth) < 1e-9);
    }
  }
}

template <class Make>
void refuses(Make const& make, char const* what) {
  BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says(what));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pyro_nn_scans)

/// With t = n 2.1 / 8, f = sdd / spacing and p = shape / 2:
/// K (-sin t, cos t, 0, 0; 0, 0, -1, 0; -cos t, -sin t, 0, sid), K = (f_u, 0, p_u; 0, f_v, p_v; 0,
/// 0, 1).
BOOST_AUTO_TEST_CASE(matrices_of_0_1) {
  auto const matrices = v0::circular_matrices(scan_v0);
  BOOST_TEST_REQUIRE(matrices.size() == 8);
  check_near(matrices[0], {-3.5, 960, 0, 2625, -2.5, 0, -1500, 1875, -1, 0, 0, 750});
  check_near(matrices[2], {-484.193118282526, 828.956738441665, 0, 2625,   //
                           -2.163309854057, -1.253032511684, -1500, 1875,  //
                           -0.865323941623, -0.501213004674, 0, 750});
  auto const view = ConeBeam::from_matrices({7, 5}, matrices).view(2);
  check_near(view.source(), {750 * std::cos(0.525), 750 * std::sin(0.525), 0});
  check_same(v0::circular_vectors(scan_v0), matrices);
}

/// With t = 0.3 + n 1.8 / 8 and p = -origin / spacing, unswapped:
/// K (sin t, cos t, 0, 0; 0, 0, 1, 0; cos t, -sin t, 0, -sid): the depth is negative.
BOOST_AUTO_TEST_CASE(matrices_of_1_1) {
  auto const matrices = v1::circular_matrices(scan_v1, moved, DetectorAxis::kept);
  BOOST_TEST_REQUIRE(matrices.size() == 8);
  check_near(matrices[0], {288.093946244864, 915.76363660994, 0, -3450,   //
                           -1.67183885597, 0.517160361657, 1500, 1312.5,  //
                           0.955336489126, -0.295520206661, 0, -750});
  check_near(matrices[2], {657.73897841922, 699.285775822761, 0, -3450,    //
                           -1.280455520529, 1.192867830041, 1500, 1312.5,  //
                           0.731688868874, -0.681638760023, 0, -750});
  auto const view = ConeBeam::from_matrices({7, 5}, matrices).view(2);
  check_near(view.source(), {750 * std::cos(0.75), -750 * std::sin(0.75), 0});
  BOOST_TEST(view.project({0, 0, 0}).depth == 750, boost::test_tools::tolerance(1e-12));
  check_same(v1::circular_vectors(scan_v1, moved, DetectorAxis::kept), matrices);
}

/// Swapped: K (sin t, cos t, 0, 0; 0, 0, -1, 0; -cos t, sin t, 0, sid).
BOOST_AUTO_TEST_CASE(matrices_of_1_1_swapped) {
  auto const matrices = v1::circular_matrices(scan_v1, moved, DetectorAxis::swapped);
  check_near(matrices[0], {279.304850544908, 918.482422511224, 0, 3450,     //
                           1.67183885597, -0.517160361657, -1500, -1312.5,  //
                           -0.955336489126, 0.295520206661, 0, 750});
  check_near(matrices[2], {651.007440825581, 705.556852414975, 0, 3450,      //
                           1.280455520529, -1.192867830041, -1500, -1312.5,  //
                           -0.731688868874, 0.681638760023, 0, 750});
  check_same(v1::circular_vectors(scan_v1, moved, DetectorAxis::swapped), matrices);
}

/// The middle of the panel: on the central ray in 1.1, half a pixel before it in 0.1.
BOOST_AUTO_TEST_CASE(middle_of_the_panel) {
  auto const centered = scan_v1.centered_detector_origin();
  check_near(v1::circular_vectors(scan_v1, centered, DetectorAxis::kept).at(0).detector_center,
             {-450 * std::cos(0.3), 450 * std::sin(0.3), 0});
  check_near(v0::circular_vectors(scan_v0).at(0).detector_center, {-450, -0.625, 0.4});
  check_near(v1::circular_vectors(scan_v1, {centered[0] + 3, centered[1]}, DetectorAxis::kept)
                 .at(0)
                 .detector_center,
             {-450 * std::cos(0.3), 450 * std::sin(0.3), -3});
}

BOOST_AUTO_TEST_CASE(rotation_of_1_1_is_clockwise) {
  pyronn::CircularOrbit const orbit{750, 1200, {0.525}, pyronn::Rotation::clockwise};
  auto const source = v1::circular_vectors(scan_v1, moved, DetectorAxis::kept).at(1).source;
  check_near(source, orbit.vectors(0.525, {{7, 5}, {1, 1}}).source);
}

/// Any numbers of any sign and scale, in single precision too.
BOOST_AUTO_TEST_CASE(matrices_of_users) {
  std::vector<float> const numbers{0, 2400, 0, 0, 0, 0, 2400, 0, 2, 0, 0, -1500};
  auto const view = ConeBeam::from_matrices({1, 1}, pyro_nn::matrices(numbers)).view(0);
  check_near(view.source(), {750, 0, 0});
  BOOST_TEST(view.project({0, 0, 0}).depth == 750);
  refuses([] { return pyro_nn::matrices(std::vector<float>(13)); }, "13 numbers must be 12");
  refuses([] { return pyro_nn::matrices(std::vector<double>{}); }, "0 numbers must be 12");
  std::vector<double> bad(24, 1.0);
  bad[14] = not_a_number;
  refuses([&] { return pyro_nn::matrices(bad); }, "number 2 of view 1 is nan");
}

BOOST_AUTO_TEST_CASE(volumes) {
  auto const grid = pyro_nn::grid({5, 6, 7}, {0.5, 0.6, 0.7}, {-1, -2, -3});
  BOOST_TEST((grid == pyronn::Grid::from_origin({7, 6, 5}, {0.7, 0.6, 0.5}, {-3, -2, -1})));
  auto const slice = pyro_nn::grid_2d({6, 7}, {0.6, 0.7}, {-2, -3});
  BOOST_TEST((slice == pyronn::Grid::from_origin({7, 6, 1}, {0.7, 0.6, 1}, {-3, -2, 0})));
  refuses([] { return pyro_nn::grid({5, 0, 7}, {1, 1, 1}, {0, 0, 0}); }, "size (7, 0, 5)");
}

BOOST_AUTO_TEST_CASE(central_rays) {
  check_near(v0::circular_rays(4, 2.0).at(1), {std::cos(0.5), std::sin(0.5)});
  check_near(v1::circular_rays(4, {1, 3}, DetectorAxis::kept).at(1),
             {std::cos(1.5), std::sin(1.5)});
  check_near(v1::circular_rays(4, {1, 3}, DetectorAxis::swapped).at(1),
             {std::cos(1.5), -std::sin(1.5)});
  refuses([] { return v0::circular_rays(0, 1); }, "count 0");
  refuses([] { return v0::circular_rays(2147483647, 1); }, "count 2147483647");
  refuses([] { return v1::circular_rays(3, {-1e308, 1e308}, DetectorAxis::kept); }, "range inf");
  refuses([] { return v0::circular_rays(3, not_a_number); }, "angular_range (0, nan)");
}

/// A point x projects, by similar triangles, to (sdd (x u) / (sid + x r) - origin) / spacing.
BOOST_AUTO_TEST_CASE(fans) {
  auto const rays = v0::circular_rays(5, 6.0);
  auto const views = pyro_nn::fan_vectors(rays, {11, 0.8, -5.0}, 100, 250);
  Vec2d const point{13, -21};
  for (std::size_t n = 0; n < rays.size(); ++n) {
    Vec2d const u{-rays[n][1], rays[n][0]};
    double const along = 250 * dot(point, u) / (100 + dot(point, rays[n]));
    double const expected = (along + 5.0) / 0.8;
    Vec2d const first = views[n].detector_center - 5.0 * views[n].u_step;
    Vec2d const hit = first + expected * views[n].u_step;
    Vec2d const from_source = hit - views[n].source;
    Vec2d const to_point = point - views[n].source;
    BOOST_TEST(std::abs(from_source[0] * to_point[1] - from_source[1] * to_point[0]) < 1e-9);
    check_near(views[n].source, -100 * rays[n]);
    BOOST_TEST(std::abs(dot(hit - views[n].source, rays[n]) - 250) < 1e-10);
  }
}

BOOST_AUTO_TEST_CASE(parallel_rays) {
  double const origin = pyro_nn::centered_origin(11, 0.8) + 1.5;
  auto const views = pyro_nn::parallel_vectors({{0, 1}}, {11, 0.8, origin});
  check_near(views.at(0).direction, {0, 1});
  check_near(views.at(0).u_step, {-0.8, 0});
  check_near(views.at(0).detector_center, {-1.5, 0});
}

BOOST_AUTO_TEST_CASE(bad_scans) {
  CircularScan scan = scan_v0;
  scan.angular_range = {0.1, 2};
  refuses([&] { return v0::circular_matrices(scan); }, "begins at 0.1 but must begin at 0");
  scan = scan_v0;
  scan.number_of_projections = 0;
  refuses([&] { return v0::circular_vectors(scan); }, "count 0");
  scan.number_of_projections = 2147483647;
  refuses([&] { return v0::circular_matrices(scan); }, "count 2147483647");
  scan = scan_v0;
  scan.source_isocenter_distance = 0;
  refuses([&] { return v0::circular_matrices(scan); }, "source_isocenter_distance 0");
  scan = scan_v1;
  scan.source_detector_distance = not_a_number;
  refuses([&] { return v1::circular_matrices(scan, moved, DetectorAxis::kept); }, "distance nan");
  scan = scan_v1;
  scan.detector_spacing = {0, 1};
  refuses([&] { return v1::circular_vectors(scan, moved, DetectorAxis::kept); }, "spacing (1, 0)");
  scan = scan_v1;
  scan.detector_shape = {1 << 16, 1 << 16};
  refuses([&] { return v1::circular_vectors(scan, moved, DetectorAxis::kept); }, "2^31 - 1 pixels");
  scan = scan_v1;
  scan.angular_range[1] = not_a_number;
  refuses([&] { return v1::circular_vectors(scan, moved, DetectorAxis::kept); }, "(0.3, nan)");
  refuses(
      [] {
        return v1::circular_matrices(scan_v1, {not_a_number, 0}, DetectorAxis::kept);
      },
      "detector_origin (nan, 0)");
  refuses([] { return pyro_nn::fan_vectors({{2, 0}}, {3, 1, -1}, 5, 9); }, "(2, 0) must have unit");
  refuses([] { return pyro_nn::fan_vectors({}, {3, 1, -1}, 5, 9); }, "at least one view");
  refuses([] { return pyro_nn::fan_vectors({{1, 0}}, {3, 1, -1}, 0, 9); }, "distance 0");
  refuses([] { return pyro_nn::parallel_vectors({{1, not_a_number}}, {3, 1, 0}); }, "(1, nan)");
  refuses([] { return pyro_nn::parallel_vectors({{1, 0}}, {0, 1, 0}); }, "size (0, 1)");
  refuses([] { return pyro_nn::parallel_vectors({{1, 0}}, {3, -1, 0}); }, "spacing (-1, 1)");
}

BOOST_AUTO_TEST_SUITE_END()
