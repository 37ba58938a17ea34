// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <random>
#include <type_traits>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/math.hpp>
#include <pyronn/phantom/body.hpp>
#include <pyronn/phantom/detail/body_table.hpp>

#include "support/chords.hpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

using pyronn::Body;
using pyronn::InvalidArgument;
using pyronn::Orientation;
using pyronn::pi;
using pyronn::Vec3d;
using test::ball;
using test::chord;
using test::contains;
using test::infinity;
using test::line;
using test::near;
using test::not_a_number;
using test::says;
using Ray = pyronn::Ray<double>;

namespace {

static_assert(std::is_trivially_copyable_v<pyronn::detail::BodyTable>);

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
