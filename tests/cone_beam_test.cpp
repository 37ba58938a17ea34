// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>

#include "support/cone_scans.hpp"
#include "support/temporary_folder.hpp"

using pyronn::CircularOrbit;
using pyronn::ConeBeam;
using pyronn::ConeVectors;
using pyronn::ConeView;
using pyronn::Detector;
using pyronn::InvalidArgument;
using pyronn::ProjectionMatrix;
using pyronn::Ray;
using pyronn::Rotation;
using pyronn::Vec3d;
using test::says;

namespace {

double const infinity = std::numeric_limits<double>::infinity();

void check_near(Vec3d const& value, Vec3d const& expected, double within = 1e-9) {
  BOOST_TEST(length(value - expected) <= within, value << " instead of " << expected);
}

Vec3d at(Ray<double> const& ray, double t) { return ray.origin + t * ray.direction; }

/// The same sources, projections and directions of rays, in every view.
void check_same(ConeBeam const& a, ConeBeam const& b) {
  BOOST_TEST_REQUIRE(a.num_views() == b.num_views());
  BOOST_TEST((a.detector_size() == b.detector_size()));
  for (int n = 0; n < a.num_views(); ++n) {
    check_near(a.view(n).source(), b.view(n).source());
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 4; ++c) {
        double const expected = b.view(n).projection_matrix().row[r][c];
        BOOST_TEST(std::abs(a.view(n).projection_matrix().row[r][c] - expected) <=
                   1e-9 * (1 + std::abs(expected)));
      }
    }
    Vec3d const ray = a.view(n).ray(3.5, -2).direction;
    Vec3d const other = b.view(n).ray(3.5, -2).direction;
    check_near(1 / length(ray) * ray, 1 / length(other) * other);
  }
}

CircularOrbit const orbit{500, 800, {0.0, 0.4, 2.1}, Rotation::counter_clockwise};
Detector const detector{{41, 31}, {0.8, 1.2}, {3.0, -5.0}};

ConeVectors const looking_along_x{{-100, 0, 0}, {50, 0, 0}, {0, 1, 0}, {0, 0, 1}};

}  // namespace

BOOST_AUTO_TEST_SUITE(cone_beam)

BOOST_AUTO_TEST_CASE(circle_turns_counter_clockwise) {
  ConeBeam const scan = ConeBeam::circular(orbit, {{41, 31}, {0.8, 1.2}});
  for (int n = 0; n < 3; ++n) {
    double const angle = orbit.angles[static_cast<std::size_t>(n)];
    Vec3d const outward{std::cos(angle), std::sin(angle), 0};
    Vec3d const u{-std::sin(angle), std::cos(angle), 0};
    Vec3d const v{0, 0, 1};
    ConeView const& view = scan.view(n);
    check_near(view.source(), 500 * outward);
    // The central ray ends in the middle of the detector, beyond the isocenter.
    check_near(at(view.ray(20, 15), 1), -300 * outward);
    check_near(at(view.ray(21, 15), 1), -300 * outward + 0.8 * u);
    check_near(at(view.ray(20, 16), 1), -300 * outward + 1.2 * v);
    check_near(cross(u, v), outward);
    BOOST_TEST(dot(cross(u, v), view.source()) > 0);
  }
}

BOOST_AUTO_TEST_CASE(clockwise_is_the_opposite_angle) {
  CircularOrbit clockwise = orbit;
  clockwise.rotation = Rotation::clockwise;
  CircularOrbit opposite = orbit;
  for (double& angle : opposite.angles) angle = -angle;
  check_same(ConeBeam::circular(clockwise, detector), ConeBeam::circular(opposite, detector));
  CircularOrbit const quarter{10, 20, {pyronn::pi / 2}, Rotation::clockwise};
  check_near(ConeBeam::circular(quarter, detector).view(0).source(), {0, -10, 0});
}

BOOST_AUTO_TEST_CASE(offset_moves_the_panel) {
  ConeBeam const scan = ConeBeam::circular({500, 800, {0.0}}, detector);
  check_near(at(scan.view(0).ray(20, 15), 1), {-300, 3, -5});
  auto const center = scan.view(0).project({0, 0, 0});
  BOOST_TEST(center.u == 20 - 3 / 0.8, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(center.v == 15 + 5 / 1.2, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(equal_angles_leave_out_the_end) {
  std::vector<double> const angles = pyronn::equal_angles(4, 1, 2);
  std::vector<double> const expected{1, 1.5, 2, 2.5};
  BOOST_TEST(angles == expected, boost::test_tools::per_element());
  BOOST_TEST(pyronn::equal_angles(2).at(1) == pyronn::pi);
}

BOOST_AUTO_TEST_CASE(angles_that_cannot_be_are_refused) {
  constexpr int most = std::numeric_limits<int>::max();
  auto const refuses = [](int count, double start, double range, char const* what) {
    BOOST_CHECK_EXCEPTION(pyronn::equal_angles(count, start, range), InvalidArgument, says(what));
  };
  refuses(0, 0, 1, "equal_angles: count 0 must be from 1 to 10000000");
  refuses(-most - 1, 0, 1, "count -2147483648");
  refuses(most, 0, 1, "count 2147483647");
  refuses(3, std::nan(""), 1, "start nan");
  refuses(3, -infinity, infinity, "start -inf and range inf must be finite");
  refuses(3, 0, infinity, "range inf");
  refuses(3, 1, 1e308, "range 1e+308");
}

BOOST_AUTO_TEST_CASE(depth_is_in_mm_before_the_source) {
  ConeBeam const scan = ConeBeam::circular({500, 800, {0.0}}, detector);
  for (double const x : {499.0, 0.0, -300.0, 600.0}) {
    BOOST_TEST(scan.view(0).project({x, 7, -4}).depth == 500 - x,
               boost::test_tools::tolerance(1e-12));
  }
}

BOOST_AUTO_TEST_CASE(points_of_a_ray_land_on_its_pixel) {
  std::vector<ConeVectors> const vectors = test::tilted_orbit(20, 400, 0.7);
  ConeBeam const from_vectors = ConeBeam::from_vectors({200, 150}, vectors);
  ConeBeam const from_matrices =
      ConeBeam::from_matrices({200, 150}, test::matrices_of(from_vectors, -3.0));
  for (ConeBeam const& scan : {from_vectors, from_matrices}) {
    for (int n = 0; n < scan.num_views(); ++n) {
      for (double const distance : {0.1, 100.0, 380.0, 900.0}) {
        double const u = 199.0 * n / 19 - 3;
        double const v = 150.0 - 7.7 * n;
        Ray<double> const ray = scan.view(n).ray(u, v);
        auto const point = scan.view(n).project(at(ray, distance / length(ray.direction)));
        BOOST_TEST(std::abs(point.u - u) < 1e-9 * std::max(1.0, 100 / distance));
        BOOST_TEST(std::abs(point.v - v) < 1e-9 * std::max(1.0, 100 / distance));
        BOOST_TEST(point.depth > 0);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(matrices_of_any_scale_and_sign) {
  std::vector<ConeVectors> const vectors = test::tilted_orbit(10, 400, 0.7);
  ConeBeam const scan = ConeBeam::from_vectors({64, 48}, vectors);
  for (double const factor : {1.0, -1.0, 1e-3, -250.0, 1e6}) {
    check_same(ConeBeam::from_matrices({64, 48}, test::matrices_of(scan, factor)), scan);
  }
}

/// As PYRO-NN 1.1 writes them unless told to swap axes: the isocenter has depth -R.
BOOST_AUTO_TEST_CASE(matrices_with_negative_depth) {
  ProjectionMatrix const matrix{{{0, 1200, 0, 0}, {0, 0, 1200, 0}, {1, 0, 0, -750}}};
  ConeView const view = ConeBeam::from_matrices({1, 1}, {matrix}).view(0);
  check_near(view.source(), {750, 0, 0});
  BOOST_TEST(view.project({0, 0, 0}).depth == 750);
  BOOST_TEST(view.project({0, 1, 0}).u == -1.6, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(view.ray(0, 0).direction[0] < 0);
}

BOOST_AUTO_TEST_CASE(seen_decides_the_sign) {
  ProjectionMatrix const matrix{{{0, 1200, 0, 0}, {0, 0, 1200, 0}, {-1, 0, 0, 750}}};
  ConeView const view = ConeBeam::from_matrices({1, 1}, {matrix}, {1000, 0, 0}).view(0);
  BOOST_TEST(view.project({1000, 0, 0}).depth == 250);
  BOOST_TEST(view.ray(0, 0).direction[0] > 0);
}

BOOST_AUTO_TEST_CASE(rays_end_at_the_detector_where_it_is_known) {
  ConeBeam const scan = ConeBeam::from_vectors({3, 3}, {looking_along_x});
  Ray<double> const ray = scan.view(0).ray(2, 0);
  BOOST_TEST(ray.begin == 0);
  check_near(at(ray, ray.begin), {-100, 0, 0});
  check_near(at(ray, ray.end), {50, 1, -1});
  ConeBeam const endless = ConeBeam::from_matrices({3, 3}, test::matrices_of(scan));
  BOOST_TEST(endless.view(0).ray(2, 0).end == infinity);
}

BOOST_AUTO_TEST_SUITE_END()
