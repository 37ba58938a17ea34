// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/orbit/scan_angles.hpp>
#include <pyronn/geometry/orbit/trajectories.hpp>

#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::CircularOrbit;
using pyronn::ConeVectors;
using pyronn::Detector;
using pyronn::FibonacciSphere;
using pyronn::HelicalOrbit;
using pyronn::InvalidArgument;
using pyronn::pi;
using pyronn::SaddleOrbit;
using pyronn::SinusoidalOrbit;
using pyronn::TiltedCircle;
using pyronn::Vec3d;
using test::infinity;
using test::not_a_number;
using test::says;

namespace {

CircularOrbit const circle{500, 800, pyronn::equal_angles(24, 0.3)};
Detector const panel{{41, 31}, {0.8, 1.2}, {3.0, -5.0}};

void check_near(Vec3d const& value, Vec3d const& expected, double within = 1e-10) {
  BOOST_TEST(length(value - expected) <= within, value << " instead of " << expected);
}

/// The panel's axes are at right angles to each other and to the central ray through `target`,
/// which is `distance` long; u x v points at the source; the offset is as asked for.
void check_view(ConeVectors const& view, Vec3d const& target, double distance) {
  Vec3d const outward = 1.0 / length(view.source - target) * (view.source - target);
  Vec3d const u = 1.0 / length(view.u_step) * view.u_step;
  Vec3d const v = 1.0 / length(view.v_step) * view.v_step;
  BOOST_TEST(std::abs(length(view.u_step) - panel.spacing[0]) < 1e-12);
  BOOST_TEST(std::abs(length(view.v_step) - panel.spacing[1]) < 1e-12);
  check_near(cross(u, v), outward, 1e-12);
  Vec3d const foot = view.detector_center - panel.offset[0] * u - panel.offset[1] * v;
  check_near(view.source - foot, distance * outward);
}

template <class Make>
void refuses(Make const& make, char const* what) {
  BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says(what));
}

/// What stands on a circle refuses what the circle refuses.
template <class Orbit>
void refuses_bad_circles(Orbit const& orbit) {
  auto const with = [&orbit](CircularOrbit const& bad) {
    Orbit changed = orbit;
    changed.circle = bad;
    return [changed] { return changed.vectors(panel); };
  };
  refuses(with({0, 800, {0.0}}), "source_isocenter_distance 0 must");
  refuses(with({500, not_a_number, {0.0}}), "source_detector_distance nan");
  refuses(with({500, 800, {}}), "at least one angle");
  refuses(with({500, 800, {infinity}}), "angle inf");
  refuses([&orbit] { return orbit.vectors({{0, 3}, {1, 1}}); }, "size (0, 3)");
  refuses([&orbit] { return orbit.vectors({{4, 3}, {1, 0}}); }, "spacing (1, 0)");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trajectories)

BOOST_AUTO_TEST_CASE(look_at_is_the_circle_of_the_orbit) {
  for (double const angle : circle.angles) {
    ConeVectors const expected = circle.vectors(angle, panel);
    ConeVectors const view = pyronn::look_at(expected.source, {0, 0, 0}, {0, 0, 7}, 800, panel);
    check_near(view.detector_center, expected.detector_center);
    check_near(view.u_step, expected.u_step);
    check_near(view.v_step, expected.v_step);
  }
}

BOOST_AUTO_TEST_CASE(look_at_refuses) {
  auto const look = [](Vec3d const& source, Vec3d const& target, Vec3d const& up, double distance) {
    return [=] { return pyronn::look_at(source, target, up, distance, panel); };
  };
  refuses(look({1, 2, 3}, {1, 2, 3}, {0, 0, 1}, 5), "source (1, 2, 3) and target (1, 2, 3)");
  refuses(look({not_a_number, 2, 3}, {0, 0, 0}, {0, 0, 1}, 5), "source (nan, 2, 3)");
  refuses(look({0, 0, 3}, {0, 0, 0}, {0, 0, -2}, 5), "up (0, 0, -2) must");
  refuses(look({0, 0, 3}, {0, 0, 0}, {0, 0, 0}, 5), "up (0, 0, 0) must");
  refuses(look({0, 0, 3}, {0, 0, 0}, {infinity, 0, 0}, 5), "up (inf, 0, 0) must");
  refuses(look({5, 0, 0}, {0, 0, 0}, {0, 0, 1}, 0), "source_detector_distance 0");
  refuses(look({5, 0, 0}, {0, 0, 0}, {0, 0, 1}, not_a_number), "source_detector_distance nan");
}

BOOST_AUTO_TEST_CASE(angles_with_end) {
  std::vector<double> const expected{1, 1.5, 2, 2.5, 3};
  BOOST_TEST(pyronn::equal_angles_with_end(5, 1, 2) == expected, boost::test_tools::per_element());
  refuses([] { return pyronn::equal_angles_with_end(1, 0, 1); }, "count 1 must be from 2");
  refuses([] { return pyronn::equal_angles_with_end(2147483647, 0, 1); }, "count 2147483647");
  refuses([] { return pyronn::equal_angles_with_end(3, not_a_number, 1); }, "start nan");
  refuses([] { return pyronn::equal_angles_with_end(3, 0, infinity); }, "range inf");
}

/// A panel of 200 mm at 100 mm: the fan is 45 degrees to each side.
BOOST_AUTO_TEST_CASE(short_scan) {
  Detector detector{{100, 3}, {2, 1}};
  BOOST_TEST(pyronn::short_scan_range(100, detector) == 1.5 * pi,
             boost::test_tools::tolerance(1e-14));
  detector.offset = {-std::sqrt(3.0) * 100 + 100, 50};
  BOOST_TEST(pyronn::half_fan_angle(100, detector) == pi / 3, boost::test_tools::tolerance(1e-14));
  refuses([&] { return pyronn::short_scan_range(0, detector); }, "source_detector_distance 0");
  refuses([&] { return pyronn::half_fan_angle(not_a_number, detector); }, "distance nan");
  refuses([] { return pyronn::half_fan_angle(1, {{-1, 2}, {1, 1}}); }, "size (-1, 2)");
}

BOOST_AUTO_TEST_CASE(tilted_circle) {
  TiltedCircle const orbit{circle, {3, 0, 0}, 0.4};
  Vec3d const normal{0, -std::sin(0.4), std::cos(0.4)};
  std::vector<ConeVectors> const views = orbit.vectors(panel);
  BOOST_TEST_REQUIRE(views.size() == 24);
  for (ConeVectors const& view : views) {
    check_view(view, {0, 0, 0}, 800);
    BOOST_TEST(std::abs(length(view.source) - 500) < 1e-10);
    BOOST_TEST(std::abs(dot(view.source, normal)) < 1e-10);
    check_near(1 / 1.2 * view.v_step, normal, 1e-12);
  }
  refuses_bad_circles(orbit);
  refuses([] { return TiltedCircle{circle, {0, 0, 0}, 1}.vectors(panel); }, "axis (0, 0, 0)");
  refuses([] { return TiltedCircle{circle, {0, 1, 0}, infinity}.vectors(panel); }, "angle inf");
}

BOOST_AUTO_TEST_CASE(rotation_is_right_handed) {
  check_near(pyronn::rotated(Vec3d{1, 0, 5}, {0, 0, 2}, pi / 2), {0, 1, 5}, 1e-14);
  check_near(pyronn::rotated(Vec3d{1, 2, 3}, {1, 1, 1}, 2 * pi / 3), {3, 1, 2}, 1e-14);
}

BOOST_AUTO_TEST_CASE(circles_one_after_the_other) {
  TiltedCircle const level{{500, 800, {0.0, 1.0}}, {1, 0, 0}, 0};
  TiltedCircle const upright{{500, 800, {0.5}}, {1, 0, 0}, pi / 2};
  auto const views = pyronn::several_circles({level, upright}, panel);
  BOOST_TEST_REQUIRE(views.size() == 3);
  check_near(views[1].source, {500 * std::cos(1.0), 500 * std::sin(1.0), 0});
  check_near(views[2].source, {500 * std::cos(0.5), 0, 500 * std::sin(0.5)});
  refuses([] { return pyronn::several_circles({}, panel); }, "at least one circle");
}

BOOST_AUTO_TEST_CASE(helix) {
  HelicalOrbit const orbit{{500, 800, pyronn::equal_angles(60, 0.3, 6 * pi)}, 40, -70};
  std::vector<ConeVectors> const views = orbit.vectors(panel);
  check_near(views[0].source, {500 * std::cos(0.3), 500 * std::sin(0.3), -70});
  for (std::size_t n = 0; n < views.size(); ++n) {
    double const z = -70 + 40 * static_cast<double>(n) / 20;
    check_view(views[n], {0, 0, z}, 800);
    if (n >= 20) check_near(views[n].source - views[n - 20].source, {0, 0, 40});
    if (n >= 20) {
      check_near(views[n].detector_center - views[n - 20].detector_center, {0, 0, 40});
    }
  }
  refuses_bad_circles(orbit);
  refuses([] { return HelicalOrbit{circle, not_a_number}.vectors(panel); }, "pitch nan");
  refuses([] { return HelicalOrbit{circle, 1, infinity}.vectors(panel); }, "start_z inf");
}

/// On a hyperbolic paraboloid: z R^2 = h (x^2 - y^2).
BOOST_AUTO_TEST_CASE(saddle) {
  SaddleOrbit const orbit{circle, 120};
  for (ConeVectors const& view : orbit.vectors(panel)) {
    double const x = view.source[0];
    double const y = view.source[1];
    BOOST_TEST(std::abs(std::hypot(x, y) - 500) < 1e-10);
    BOOST_TEST(std::abs(view.source[2] - 120 * (x * x - y * y) / 250000) < 1e-10);
    check_view(view, {0, 0, 0}, 800);
    BOOST_TEST(view.u_step[2] == 0);
    BOOST_TEST(view.v_step[2] > 0);
  }
  refuses_bad_circles(orbit);
  refuses([] { return SaddleOrbit{circle, infinity}.vectors(panel); }, "height inf");
}

BOOST_AUTO_TEST_CASE(sinusoid) {
  SinusoidalOrbit orbit{circle, -80, 3};
  std::vector<ConeVectors> const views = orbit.vectors(panel);
  for (std::size_t n = 0; n < views.size(); ++n) {
    check_view(views[n], {0, 0, 0}, 800);
    double const sine = std::sin(circle.angles[n]);
    double const expected = -80 * (3 * sine - 4 * sine * sine * sine);
    BOOST_TEST(std::abs(views[n].source[2] - expected) < 1e-10);
  }
  refuses_bad_circles(orbit);
  refuses([] { return SinusoidalOrbit{circle, not_a_number, 3}.vectors(panel); }, "amplitude nan");
  refuses([] { return SinusoidalOrbit{circle, 1, not_a_number}.vectors(panel); }, "periods nan");
}

/// Of the best packing of n points on a sphere, neighbours are 3.81 / sqrt(n) apart and no gap is
/// wider than 2.2 / sqrt(n) (hexagons); the spiral comes to 3.09 and 2.74.
BOOST_AUTO_TEST_CASE(fibonacci_sphere_is_nearly_even) {
  for (int const count : {10, 100, 700}) {
    double const unit = 1 / std::sqrt(count);
    std::vector<ConeVectors> const views = FibonacciSphere{500, 800, count}.vectors(panel);
    BOOST_TEST_REQUIRE(static_cast<int>(views.size()) == count);
    auto const nearest = [&views](Vec3d const& direction, std::size_t other_than) {
      double largest = -1;
      for (std::size_t n = 0; n < views.size(); ++n) {
        if (n != other_than) largest = std::max(largest, dot(direction, views[n].source) / 500);
      }
      return std::acos(std::min(1.0, largest));
    };
    for (std::size_t n = 0; n < views.size(); ++n) {
      check_view(views[n], {0, 0, 0}, 800);
      BOOST_TEST(std::abs(length(views[n].source) - 500) < 1e-10);
      BOOST_TEST(views[n].u_step[2] == 0);
      BOOST_TEST(nearest(1.0 / 500 * views[n].source, n) > 3.08 * unit);
    }
    std::mt19937 engine{3};
    auto const random = [&engine] { return static_cast<double>(engine() >> 8) * 0x1p-23 - 1.0; };
    for (int trial = 0; trial < 2000; ++trial) {
      Vec3d const way{random(), random(), random()};
      if (length(way) < 0.1) continue;
      BOOST_TEST(nearest(1 / length(way) * way, views.size()) < 2.8 * unit);
    }
  }
}

BOOST_AUTO_TEST_CASE(fibonacci_sphere_of_one_and_none) {
  check_near(FibonacciSphere{500, 800, 1}.vectors(panel).at(0).source, {500, 0, 0});
  refuses([] { return FibonacciSphere{500, 800, 0}.vectors(panel); }, "count 0 must be from 1");
  refuses([] { return FibonacciSphere{500, 800, 2147483647}.vectors(panel); }, "2147483647");
  refuses([] { return FibonacciSphere{0, 800, 3}.vectors(panel); }, "source_isocenter_distance 0");
  refuses([] { return FibonacciSphere{500, infinity, 3}.vectors(panel); }, "distance inf");
  refuses([] { return FibonacciSphere{500, 800, 3}.vectors({{4, 4}, {1, -1}}); }, "(1, -1)");
}

BOOST_AUTO_TEST_CASE(all_are_scans) {
  auto const scan =
      pyronn::ConeBeam::from_vectors(panel.size, SaddleOrbit{circle, 50}.vectors(panel));
  auto const middle = scan.view(5).project({0, 0, 0});
  BOOST_TEST(middle.u == 20 - 3.0 / 0.8, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(middle.v == 15 + 5.0 / 1.2, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(middle.depth > 500);
}

BOOST_AUTO_TEST_SUITE_END()
