// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Bodies of every shape but ellipsoids, which body_test has.
#include <algorithm>
#include <cmath>
#include <random>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/math.hpp>
#include <pyronn/phantom/body.hpp>

#include "support/chords.hpp"
#include "support/numbers.hpp"

using pyronn::Body;
using pyronn::Orientation;
using pyronn::pi;
using pyronn::Vec3d;
using test::ball;
using test::chord;
using test::contains;
using test::infinity;
using test::line;
using test::near;
using Ray = pyronn::Ray<double>;

BOOST_AUTO_TEST_SUITE(body_shapes)

BOOST_AUTO_TEST_CASE(chords_of_a_box) {
  Body const body = Body::box({10, 20, 30}, {3, 4, 5}, 1);
  BOOST_TEST(chord(body, line({10, 20, 30}, {1, 0, 0})) == 6.0);
  BOOST_TEST(chord(body, line({12, 0, 26}, {0, 7, 0})) == 8.0, near(1e-14));
  BOOST_TEST(chord(body, line({12, 23, 0}, {0, 0, -1})) == 10.0, near(1e-14));
  BOOST_TEST(chord(body, line({10, 20, 30}, {1, 1, 0})) == 6 * std::sqrt(2.0), near(1e-14));
  BOOST_TEST(chord(body, line({10, 20, 30}, {3, 4, 5})) == 2 * std::sqrt(50.0), near(1e-14));
  BOOST_TEST(chord(body, line({12, 20, 30}, {1, -1, 0})) == 5 * std::sqrt(2.0), near(1e-14));
  BOOST_TEST(chord(body, {{10, 20, 30}, {0, 2, 0}}) == 4.0);
  BOOST_TEST(chord(body, {{10, 20, 30}, {0, 2, 0}, -0.5, 0.5}) == 2.0);
  BOOST_TEST(chord(body, line({13.000001, 20, 30}, {0, 1, 0})) == 0.0);
  BOOST_TEST(chord(body, line({13, 24, 30}, {1, -1, 0})) < 1e-14);
  Body const turned = Body::box({1, 1, 0}, {4, 1, 2}, 1, Orientation::about_z(pi / 4));
  BOOST_TEST(chord(turned, line({0, 0, 0}, {1, 1, 0})) == 8.0, near(1e-14));
  BOOST_TEST(chord(turned, line({1, 1, 1}, {1, -1, 0})) == 2.0, near(1e-14));
  BOOST_TEST(chord(turned, line({1, 1, 0}, {1, 0, 0})) == 2 * std::sqrt(2.0), near(1e-14));
}

BOOST_AUTO_TEST_CASE(touching_boxes_fill_space_once) {
  Body const left = Body::box({-5, 0, 0}, {5, 4, 3}, 1);
  Body const right = Body::box({5, 0, 0}, {5, 4, 3}, 1);
  BOOST_TEST(chord(left, line({0, 0, 1}, {0, 1, 0})) == 0.0);
  BOOST_TEST(chord(right, line({0, 0, 1}, {0, 1, 0})) == 8.0);
  BOOST_TEST(!contains(left, {0, 1, 1}));
  BOOST_TEST(contains(right, {0, 1, 1}));
  BOOST_TEST(chord(left, line({-10, 0, 1}, {0, 1, 0})) == 8.0);
  BOOST_TEST(chord(left, line({-3, 1, 3}, {0, 1, 0})) == 0.0);
  BOOST_TEST(chord(left, line({-3, 1, -3}, {0, 1, 0})) == 8.0);
}

BOOST_AUTO_TEST_CASE(chords_of_a_cylinder) {
  Body const body = Body::cylinder({1, 2, 3}, {5, 5, 6}, 1);
  BOOST_TEST(chord(body, line({1, 2, 0}, {0, 0, 1})) == 12.0, near(1e-14));
  BOOST_TEST(chord(body, line({4.9, 5, 0}, {0, 0, -3})) == 12.0, near(1e-14));
  BOOST_TEST(chord(body, line({5.1, 5.1, 0}, {0, 0, 1})) == 0.0);
  BOOST_TEST(chord(body, line({0, 5, 8.9}, {1, 0, 0})) == 8.0, near(1e-14));
  BOOST_TEST(chord(body, line({0, 5, 9.1}, {1, 0, 0})) == 0.0);
  BOOST_TEST(chord(body, line({1, 7, 3}, {1, 0, 0})) == 0.0);
  BOOST_TEST(chord(body, line({1, 2, 3}, {1, 0, 1})) == 10 * std::sqrt(2.0), near(1e-14));
  BOOST_TEST(chord(body, line({1, 2, 3}, {1, 0, 2})) == 6 * std::sqrt(5.0), near(1e-14));
  BOOST_TEST(chord(body, {{1, 2, 3}, {1, 0, 0}}) == 5.0, near(1e-14));
  // Almost along the axis: only the end faces cut.
  BOOST_TEST(chord(body, line({1, 2, 3}, {1e-9, 1e-12, 1})) == 12.0, near(1e-14));
  Body const flat = Body::cylinder({0, 0, 0}, {6, 2, 1}, 1, Orientation::about({0, 1, 0}, pi / 2));
  BOOST_TEST(chord(flat, line({0, 0, 0}, {0, 0, 1})) == 12.0, near(1e-14));
  BOOST_TEST(chord(flat, line({0.9, 0, 0}, {0, 1, 0})) == 4.0, near(1e-14));
  BOOST_TEST(chord(flat, line({0, 0, 3}, {1, 0, 0})) == 2.0, near(1e-14));
}

/// Base of radius 3 at z = -2, apex at z = 2: all generators are 5 long.
BOOST_AUTO_TEST_CASE(chords_of_a_cone) {
  Body const body = Body::cone({0, 0, 0}, {3, 3, 2}, 1);
  BOOST_TEST(chord(body, line({0, 0, 0}, {0, 0, 1})) == 4.0, near(1e-14));
  for (double const radius : {0.1, 1.0, 2.9}) {
    BOOST_TEST(chord(body, line({0, radius, 0}, {0, 0, -1})) == 4 * (1 - radius / 3), near(1e-13));
  }
  for (double const z : {-1.5, 0.0, 1.9}) {
    double const radius = 3 * (2 - z) / 4;
    BOOST_TEST(chord(body, line({0, 0, z}, {1, 2, 0})) == 2 * radius, near(1e-13));
    BOOST_TEST(chord(body, line({0.6 * radius, 0, z}, {0, 1, 0})) == 1.6 * radius, near(1e-13));
    BOOST_TEST(chord(body, line({1.01 * radius, 0, z}, {0, 1, 0})) == 0.0);
  }
  for (double const z : {-2.01, 2.01, 5.0}) {
    BOOST_TEST(chord(body, line({0, 0, z}, {1, 0, 0})) == 0.0);
  }
  // Parallel to a generator, its foot moved to the axis by `shift`.
  for (double const shift : {0.3, 1.0, 3.0, 5.0}) {
    double const expected = 5 * (1 - shift / 6);
    BOOST_TEST(chord(body, line({3 - shift, 0, -2}, {-3, 0, 4})) == expected, near(1e-12));
    BOOST_TEST(chord(body, line({0, shift - 3, -2}, {0, 6, 8})) == expected, near(1e-12));
  }
  BOOST_TEST(chord(body, line({3.1, 0, -2}, {-3, 0, 4})) == 0.0);
  // Steeper, through the apex and beyond it, where the mirrored cone is.
  BOOST_TEST(chord(body, line({0, 0, 2}, {1, 0, 4})) == std::sqrt(17.0), near(1e-13));
  BOOST_TEST(chord(body, line({0, 0, 2}, {1, 0, -4})) == std::sqrt(17.0), near(1e-13));
  BOOST_TEST(chord(body, line({0.5, 0, 3}, {0, 0, 1})) == 4 - 4 * 0.5 / 3, near(1e-13));
  BOOST_TEST(chord(body, line({0, 0, 2}, {1, 0, 1})) == 0.0);
  // In the plane y = 0 the cone is a triangle: from (0, -2) at 45 degrees to x = 3 - 0.75 h = h.
  BOOST_TEST(chord(body, {{0, 0, -2}, {1, 0, 1}}) == 12.0 / 7 * std::sqrt(2.0), near(1e-13));
  BOOST_TEST(chord(body, {{0, 0, 0}, {0, 0, 1}}) == 2.0, near(1e-14));
}

/// Base of 6 x 8 at z = -2, apex at z = 2.
BOOST_AUTO_TEST_CASE(chords_of_a_pyramid) {
  Body const body = Body::pyramid({0, 0, 0}, {3, 4, 2}, 1);
  BOOST_TEST(chord(body, line({0, 0, 7}, {0, 0, 1})) == 4.0, near(1e-14));
  BOOST_TEST(chord(body, line({1.5, 1, 7}, {0, 0, 1})) == 2.0, near(1e-14));
  BOOST_TEST(chord(body, line({-1, -3, 7}, {0, 0, -1})) == 1.0, near(1e-14));
  for (double const z : {-1.5, 0.0, 1.9}) {
    double const taper = (2 - z) / 4;
    BOOST_TEST(chord(body, line({0, 3.9 * taper, z}, {1, 0, 0})) == 6 * taper, near(1e-13));
    BOOST_TEST(chord(body, line({-2.9 * taper, 0, z}, {0, 1, 0})) == 8 * taper, near(1e-13));
    BOOST_TEST(chord(body, line({3.1 * taper, 0, z}, {0, 1, 0})) == 0.0);
    BOOST_TEST(chord(body, line({0, 0, z}, {3, 4, 0})) == 10 * taper, near(1e-13));
  }
  for (double const z : {-2.01, 2.01, 5.0}) {
    BOOST_TEST(chord(body, line({0, 0, z}, {1, 1, 0})) == 0.0);
  }
  // Parallel to a face.
  BOOST_TEST(chord(body, line({2, 0, -2}, {-3, 0, 4})) == 5 * (1 - 1.0 / 6), near(1e-13));
}

BOOST_AUTO_TEST_CASE(figures_of_the_plane_have_no_ends) {
  Body const ellipse = Body::ellipse({1, 2}, {6, 3}, 1, pi / 2);
  BOOST_TEST(chord(ellipse, line({1, 2, 0}, {1, 0, 0})) == 6.0, near(1e-14));
  BOOST_TEST(chord(ellipse, line({1, 2, 1e6}, {0, 1, 0})) == 12.0, near(1e-14));
  BOOST_TEST(chord(ellipse, line({1, 2, 0}, {3, 0, 4})) == 10.0, near(1e-14));
  BOOST_TEST(chord(ellipse, {{1, 2, 0}, {0, 0, 1}, -5, 20}) == 25.0, near(1e-14));
  BOOST_TEST(chord(ellipse, {{4.1, 2, 0}, {0, 0, 1}, -5, 20}) == 0.0);
  Body const rectangle = Body::rectangle({1, 2}, {6, 3}, 1, pi / 2);
  BOOST_TEST(chord(rectangle, line({3.9, 2, -50}, {0, 1, 0})) == 12.0, near(1e-14));
  BOOST_TEST(chord(rectangle, line({0, 7.9, 0}, {1, 0, 0})) == 6.0, near(1e-14));
  BOOST_TEST(chord(rectangle, line({0, 8.1, 0}, {1, 0, 0})) == 0.0);
  BOOST_TEST(chord(rectangle, {{1, 2, 0}, {0, 0, -2}, 0, 20}) == 40.0, near(1e-14));
  // The figure's angle turns it counter-clockwise.
  BOOST_TEST(contains(Body::ellipse({0, 0}, {5, 1}, 1, pi / 6), {4 * std::cos(0.5), 4 * 0.5, 9}));
  BOOST_TEST(!contains(Body::ellipse({0, 0}, {5, 1}, 1, pi / 6), {4 * std::cos(0.5), -2, 9}));
}

BOOST_AUTO_TEST_CASE(cuts_take_away_what_lies_beyond_a_plane) {
  Body const half = ball(4, {10, 0, 0}).cut({3, 0, 0}, 11);
  BOOST_TEST(chord(half, line({0, 0, 0}, {1, 0, 0})) == 5.0, near(1e-14));
  BOOST_TEST(chord(half, line({10.5, 0, 0}, {0, 1, 0})) == 2 * std::sqrt(15.75), near(1e-14));
  BOOST_TEST(chord(half, line({11.5, 0, 0}, {0, 1, 0})) == 0.0);
  BOOST_TEST(contains(half, {10.9, 0, 0}));
  BOOST_TEST(!contains(half, {11.1, 0, 0}));
  Body const slab = half.cut({-1, 0, 0}, -9);
  BOOST_TEST(chord(slab, line({0, 0, 0}, {1, 0, 0})) == 2.0, near(1e-13));
  BOOST_TEST(chord(slab, {{10, 0, 0}, {1, 0, 0}}) == 1.0, near(1e-13));
  Body const gone = slab.cut({0, 1, 0}, -5);
  BOOST_TEST(chord(gone, line({0, 0, 0}, {1, 0, 0})) == 0.0);
  // A box is what is left of the ball about it after six cuts.
  Body rest = ball(9).cut({1, 0, 0}, 3).cut({-1, 0, 0}, 3).cut({0, 1, 0}, 4).cut({0, -1, 0}, 4);
  rest = rest.cut({0, 0, 1}, 5).cut({0, 0, -1}, 5);
  Body const box = Body::box({0, 0, 0}, {3, 4, 5}, 1);
  for (Vec3d const& direction : {Vec3d{1, 0.2, 0.3}, Vec3d{-0.5, 1, 1}, Vec3d{0.1, 0.1, -1}}) {
    BOOST_TEST(
        chord(rest, line({0.3, -1, 2}, direction)) == chord(box, line({0.3, -1, 2}, direction)),
        near(1e-13));
  }
}

/// What leaves a body through one point enters it through another: any partition of a ray adds up,
/// and turning it round changes nothing.
BOOST_AUTO_TEST_CASE(chords_add_up_and_have_no_sense) {
  std::mt19937 numbers{3};
  std::uniform_real_distribution<double> uniform{-1, 1};
  auto const random = [&] { return Vec3d{uniform(numbers), uniform(numbers), uniform(numbers)}; };
  auto const frame = Orientation::about({1, 2, -1}, 0.9);
  Body const bodies[] = {
      Body::ellipsoid({1, 2, 3}, {4, 5, 6}, 1, frame), Body::box({1, 2, 3}, {4, 5, 6}, 1, frame),
      Body::cylinder({1, 2, 3}, {4, 5, 6}, 1, frame), Body::cone({1, 2, 3}, {4, 5, 6}, 1, frame),
      Body::pyramid({1, 2, 3}, {4, 5, 6}, 1, frame).cut({1, 1, 1}, 7)};
  for (Body const& body : bodies) {
    for (int n = 0; n < 200; ++n) {
      Vec3d const point = Vec3d{1, 2, 3} + 5.0 * random();
      Vec3d const direction = random();
      double const whole = chord(body, line(point, direction));
      BOOST_TEST(std::abs(chord(body, line(point, -direction)) - whole) < 1e-12);
      double const before = chord(body, {point, direction, -infinity, 0.7});
      double const after = chord(body, {point, direction, 0.7, infinity});
      BOOST_TEST(std::abs(before + after - whole) < 1e-12);
      for (double const far : {1e3, 1e6}) {
        Ray const ray{point - far * direction, direction};
        BOOST_TEST(std::abs(chord(body, ray) - whole) < 1e-8 * std::max(1.0, far / 1e4) + 1e-9);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(volumes) {
  BOOST_TEST(Body::ellipsoid({0, 0, 0}, {1, 2, 3}, 1).uncut_volume() == 8 * pi, near(1e-15));
  BOOST_TEST(Body::box({0, 0, 0}, {1, 2, 3}, 1).uncut_volume() == 48.0, near(1e-15));
  BOOST_TEST(Body::cylinder({0, 0, 0}, {1, 2, 3}, 1).uncut_volume() == 12 * pi, near(1e-15));
  BOOST_TEST(Body::cone({0, 0, 0}, {1, 2, 3}, 1).uncut_volume() == 4 * pi, near(1e-15));
  BOOST_TEST(Body::pyramid({0, 0, 0}, {1, 2, 3}, 1).uncut_volume() == 16.0, near(1e-15));
  BOOST_TEST(Body::ellipse({0, 0}, {1, 2}, 1).uncut_volume() == infinity);
}

BOOST_AUTO_TEST_SUITE_END()
