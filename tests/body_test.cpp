// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <type_traits>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/math.hpp>
#include <pyronn/phantom/body.hpp>
#include <pyronn/phantom/detail/body_table.hpp>

#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::InvalidArgument;
using pyronn::Orientation;
using pyronn::Vec3d;
using pyronn::detail::BodyTable;
using test::says;
using Ray = pyronn::Ray<double>;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double pi = pyronn::pi;

static_assert(std::is_trivially_copyable_v<BodyTable>);

double chord(Body body, Ray const& ray) {
  body.attenuation = 1;
  return pyronn::detail::body_tables({body}).front().line_integral(ray);
}

bool contains(Body body, Vec3d const& point) {
  body.attenuation = 1;
  BodyTable const table = pyronn::detail::body_tables({body}).front();
  return table.attenuation(point, BodyTable::Touching::all()) > 0;
}

Body ball(double radius, Vec3d const& center = {0, 0, 0}) { return Body::ball(center, radius, 1); }

/// The whole line through a point.
Ray line(Vec3d const& point, Vec3d const& direction) {
  return {point, direction, -infinity, infinity};
}

auto near(double tolerance) { return boost::test_tools::tolerance(tolerance); }

void check_equal(Vec3d const& a, Vec3d const& b) {
  for (int axis = 0; axis < 3; ++axis) BOOST_TEST(std::abs(a[axis] - b[axis]) < 1e-15);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(body)

BOOST_AUTO_TEST_CASE(chords_of_a_ball) {
  Vec3d const center{10, -20, 30};
  Body const body = ball(7, center);
  for (Vec3d const& direction : {Vec3d{1, 0, 0}, Vec3d{0, -2, 0}, Vec3d{3, 4, -12}}) {
    BOOST_TEST(chord(body, line(center, direction)) == 14.0, near(1e-15));
    BOOST_TEST(chord(body, line(center - 9.0 * direction, direction)) == 14.0, near(1e-14));
  }
  for (double const distance : {0.5, 3.0, 6.9, 6.999999}) {
    BOOST_TEST(chord(body, line(center + Vec3d{0, 0, distance}, {3, 4, 0})) ==
                   2.0 * std::sqrt(49.0 - distance * distance),
               near(1e-14 / (1.0 - distance / 7.0)));
  }
}

BOOST_AUTO_TEST_CASE(tangents_and_misses_have_no_chord) {
  Body const body = ball(4);
  BOOST_TEST(chord(body, line({4, 0, 0}, {0, 1, 0})) == 0.0);
  BOOST_TEST(chord(body, line({4.000001, 0, 0}, {0, 1, 0})) == 0.0);
  BOOST_TEST(chord(body, line({40, 0, 0}, {0, 1, 1})) == 0.0);
  BOOST_TEST(chord(body, line({3.999999, 0, 0}, {0, 1, 0})) > 0.0);
  BOOST_TEST(chord(body, {{-10, 0, 0}, {-1, 0, 0}}) == 0.0);
  BOOST_TEST(chord(body, line({0, 0, 0}, {0, 0, 0})) == 0.0);
}

BOOST_AUTO_TEST_CASE(a_ray_ends_where_it_begins_and_ends) {
  Body const body = ball(4);
  auto const part = [&body](double begin, double end) {
    return chord(body, {{-20, 0, 0}, {2, 0, 0}, begin, end});
  };
  BOOST_TEST(part(0, infinity) == 8.0);
  BOOST_TEST(part(-infinity, infinity) == 8.0);
  BOOST_TEST(part(0, 12) == 8.0);
  BOOST_TEST(part(0, 10) == 4.0);
  BOOST_TEST(part(9, 11) == 4.0);
  BOOST_TEST(part(11.5, infinity) == 1.0);
  BOOST_TEST(part(0, 8) == 0.0);
  BOOST_TEST(part(12, 20) == 0.0);
  BOOST_TEST(part(11, 9) == 0.0);
  BOOST_TEST(part(9, 9) == 0.0);
}

BOOST_AUTO_TEST_CASE(a_source_may_stand_inside) {
  Body const body = ball(5, {1, 2, 3});
  BOOST_TEST(chord(body, {{1, 2, 3}, {0, 0, 0.1}}) == 5.0, near(1e-15));
  BOOST_TEST(chord(body, {{1, 2, 6}, {0, 0, 1}}) == 2.0, near(1e-15));
  BOOST_TEST(chord(body, {{1, 2, 6}, {0, 0, -1}}) == 8.0, near(1e-15));
  BOOST_TEST(chord(body, {{1, 2, 6}, {0, 0, -3}, 0.0, 1.0}) == 3.0, near(1e-15));
}

BOOST_AUTO_TEST_CASE(a_direction_may_have_any_length) {
  Body const body = Body::ellipsoid({1, 2, 3}, {4, 5, 6}, 1.0, Orientation::about({1, 1, 1}, 0.7));
  Ray const ray = line({-30, 2.5, 2}, {3, 0.1, -0.2});
  double const expected = chord(body, ray);
  BOOST_TEST_REQUIRE(expected > 6.0);
  for (double const factor : {1e-30, 1e-3, 17.0, 1e30, -1.0}) {
    BOOST_TEST(chord(body, line(ray.origin, factor * ray.direction)) == expected, near(1e-14));
  }
}

BOOST_AUTO_TEST_CASE(any_distance_of_the_source) {
  Body const body = ball(50);
  for (double const far : {1e3, 1e6, 1e9}) {
    double const expected = 2.0 * std::sqrt(50.0 * 50.0 - 30.0 * 30.0);
    BOOST_TEST(chord(body, {{-far, 30, 0}, {1, 0, 0}}) == expected, near(1e-15 * far));
    Vec3d const along{std::cos(0.3), std::sin(0.3), 0};
    Vec3d const aside{-along[1], along[0], 0};
    BOOST_TEST(chord(body, {30.0 * aside - far * along, along}) == expected, near(1e-15 * far));
  }
}

/// Whatever way a body is stretched and turned, the chord is the unit ball's times the stretch of
/// the direction.
BOOST_AUTO_TEST_CASE(chords_follow_the_affine_map) {
  std::mt19937 numbers{1};
  std::uniform_real_distribution<double> uniform{-1, 1};
  auto const random = [&] { return Vec3d{uniform(numbers), uniform(numbers), uniform(numbers)}; };
  int hits = 0;
  for (int n = 0; n < 1000; ++n) {
    Vec3d const center = 50.0 * random();
    Vec3d const semi_axes = Vec3d{21, 21, 21} + 20.0 * random();
    auto const frame = Orientation::about(random(), 4.0 * uniform(numbers));
    auto const to_world = [&](Vec3d const& vector) {
      Vec3d world{0, 0, 0};
      for (int i = 0; i < 3; ++i) world += semi_axes[i] * vector[i] * frame.axis[i];
      return world;
    };
    Vec3d const point = random();
    Vec3d const direction = random();
    Body const body = Body::ellipsoid(center, semi_axes, 1.0, frame);
    double const unit = chord(ball(1), line(point, direction));
    double const expected = unit / length(direction) * length(to_world(direction));
    double const found = chord(body, line(center + to_world(point), to_world(direction)));
    BOOST_TEST(std::abs(found - expected) < 1e-12 * (1.0 + expected * expected / (unit + 1e-3)));
    BOOST_TEST(contains(body, center + to_world(point)) == (dot(point, point) <= 1.0));
    hits += static_cast<int>(unit > 0.0);
  }
  BOOST_TEST(hits > 500);
}

BOOST_AUTO_TEST_CASE(points_inside_and_on_the_surface) {
  Body const body = Body::ellipsoid({1, 0, 0}, {8, 2, 4}, 1.0, Orientation::about_z(pi / 2));
  BOOST_TEST(contains(body, {1, 0, 0}));
  BOOST_TEST(contains(body, {1, 7.999, 0}));
  BOOST_TEST(!contains(body, {1, 8.001, 0}));
  BOOST_TEST(contains(body, {2.999, 0, 0}));
  BOOST_TEST(!contains(body, {3.001, 0, 0}));
  BOOST_TEST(contains(body, {1, 0, -4}));
}

BOOST_AUTO_TEST_CASE(orientations) {
  auto const turned = Orientation::about_z(0.5);
  check_equal(turned.axis[0], {std::cos(0.5), std::sin(0.5), 0});
  check_equal(turned.axis[1], {-std::sin(0.5), std::cos(0.5), 0});
  check_equal(turned.axis[2], {0, 0, 1});
  auto const cyclic = Orientation::about({2, 2, 2}, 2 * pyronn::pi / 3);
  check_equal(cyclic.axis[0], {0, 1, 0});
  check_equal(cyclic.axis[1], {0, 0, 1});
  check_equal(cyclic.axis[2], {1, 0, 0});
  Orientation::about({-1, 5, 0.2}, 1e3).validate();
  Orientation{{{1, 0, 0}, {0, 0, 1}, {0, 1, 0}}}.validate();
}

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

BOOST_AUTO_TEST_CASE(what_is_no_body_is_refused) {
  auto const refused = [](auto const& make, char const* text) {
    BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says(text));
  };
  auto const ellipsoid = [&](Vec3d const& center, Vec3d const& semi_axes, double attenuation,
                             Orientation const& frame, char const* text) {
    refused([&] { return Body::ellipsoid(center, semi_axes, attenuation, frame); }, text);
  };
  ellipsoid({0, infinity, 0}, {1, 1, 1}, 1, {}, "pyronn::Body: center (0, inf, 0) must be finite");
  ellipsoid({0, 0, 0}, {1, 1, 0}, 1, {}, "Body: semi_axes (1, 1, 0) must be positive");
  ellipsoid({0, 0, 0}, {-3, 1, 1}, 1, {}, "Body: semi_axes (-3, 1, 1) must be positive");
  ellipsoid({0, 0, 0}, {1, not_a_number, 1}, 1, {}, "Body: semi_axes (1, nan, 1) must be");
  ellipsoid({0, 0, 0}, {1, 1, infinity}, 1, {}, "Body: semi_axes (1, 1, inf) must be");
  ellipsoid({0, 0, 0}, {1, 1, 1}, not_a_number, {}, "Body: attenuation nan must be finite");
  ellipsoid({0, 0, 0}, {1, 1, 1}, 1, {{{1, 0, 0}, {0, 1, 0}, {0, 0, 2}}},
            "Orientation: axes (1, 0, 0), (0, 1, 0), (0, 0, 2) must be orthonormal; the product of "
            "axes 2 and 2 is 4");
  ellipsoid({0, 0, 0}, {1, 1, 1}, 1, {{{1, 0, 0}, {0.6, 0.8, 0}, {0, 0, 1}}},
            "the product of axes 0 and 1 is 0.6");
  ellipsoid({0, 0, 0}, {1, 1, 1}, 1, {{{not_a_number, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, "is nan");
  refused([] { return Body::cone({0, 0, 0}, {1, 1, infinity}, 1); }, "(1, 1, inf) must be");
  refused([] { return Body::box({0, 0, 0}, {1, 1, -infinity}, 1); }, "(1, 1, -inf) must be");
  refused([] { return Body::ellipse({0, 0}, {1, 0}, 1); }, "Body: semi_axes (1, 0, inf) must be");
  refused([] { return Body::rectangle({0, 0}, {1, 1}, 1, not_a_number); }, "angle nan must be");
  refused([] { return ball(1).cut({0, 0, 0}, 1); }, "Body: the cut's normal (0, 0, 0) must be");
  refused([] { return ball(1).cut({0, 0, 1}, infinity); }, "Body: the cut's offset inf must be");
  refused(
      [] {
        Body body = ball(1);
        for (int n = 0; n < 7; ++n) body = body.cut({0, 0, 1}, 1);
        return body;
      },
      "Body: one more than 6 cuts; a body has at most 6");
  Body broken = ball(1).cut({0, 0, 1}, 0.5);
  broken.cuts[0].normal = {0, 0, 2};
  refused([&] { return chord(broken, line({0, 0, 0}, {1, 0, 0})); }, "Body: cut 0 with normal");
  BOOST_CHECK_EXCEPTION(Orientation::about({0, 0, 0}, 1), InvalidArgument,
                        says("Orientation: direction (0, 0, 0) must be finite and have a length"));
  BOOST_CHECK_EXCEPTION(Orientation::about_z(infinity), InvalidArgument,
                        says("Orientation: angle inf must be finite [rad]"));
}

BOOST_AUTO_TEST_SUITE_END()
