// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Arcs from the positions of source and detector in every view.
#include "support/cpu_backend.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "support/numbers.hpp"
#include "support/reconstruct.hpp"
#include "support/temporary_folder.hpp"

using pyronn::ArcFanBeam;
using pyronn::CircularOrbit;
using pyronn::equal_angles;
using pyronn::FanVectors;
using pyronn::Grid;
using pyronn::InvalidArgument;
using pyronn::LineDetector;
using pyronn::Rotation;
using pyronn::SoftwareInterp;
using pyronn::Vec2d;
using pyronn::Vec3d;
using test::says;
using Values = std::vector<float>;

namespace {

/// A turn about the origin, then a shift.
struct Motion {
  double angle;
  Vec2d shift;

  [[nodiscard]] Vec2d turned(Vec2d const& v) const {
    double const c = std::cos(angle);
    double const s = std::sin(angle);
    return {c * v[0] - s * v[1], s * v[0] + c * v[1]};
  }
  [[nodiscard]] Vec2d moved(Vec2d const& v) const { return turned(v) + shift; }
};

/// The vectors of a circular scan, from its definition, moved in the world.
std::vector<FanVectors> vectors_of(CircularOrbit const& orbit, LineDetector const& detector,
                                   Motion const& motion = {0, {0, 0}}) {
  std::vector<FanVectors> vectors;
  double const radius = orbit.source_detector_distance;
  for (double const angle : orbit.angles) {
    double const turned = orbit.rotation == Rotation::clockwise ? -angle : angle;
    Vec2d const outward{std::cos(turned), std::sin(turned)};
    Vec2d const u{-outward[1], outward[0]};
    Vec2d const source = orbit.source_isocenter_distance * outward;
    double const middle = detector.offset / radius;
    Vec2d const to_middle = std::sin(middle) * u - std::cos(middle) * outward;
    Vec2d const along = std::cos(middle) * u + std::sin(middle) * outward;
    vectors.push_back({motion.moved(source), motion.moved(source + radius * to_middle),
                       motion.turned(detector.spacing * along)});
  }
  return vectors;
}

double distance(Vec3d const& a, Vec3d const& b) { return length(a - b); }

CircularOrbit const full_turn{120, 210, equal_angles(160, 0.3), Rotation::counter_clockwise};
CircularOrbit const short_scan{120, 210, equal_angles(160, 0.3, 4.6), Rotation::clockwise};
LineDetector const centred{81, 1.6};
LineDetector const offset{71, 1.6, 22};
Grid const grid = Grid::flat({40, 36}, {0.9, 1});

pyronn::Phantom ellipses(Motion const& motion = {0, {0, 0}}) {
  return {pyronn::Body::ellipse(motion.moved({4, -3}), {12, 8}, 0.03, 0.4 + motion.angle),
          pyronn::Body::ellipse(motion.moved({-6, 5}), {4, 6}, 0.02, motion.angle)};
}

struct Scan {
  CircularOrbit orbit;
  LineDetector detector;
};
std::vector<Scan> const scans{{full_turn, centred}, {short_scan, centred}, {full_turn, offset}};

}  // namespace

BOOST_AUTO_TEST_SUITE(arc_vectors)

BOOST_AUTO_TEST_CASE(have_the_rays_of_circular) {
  for (auto const& [orbit, detector] : scans) {
    auto const expected = ArcFanBeam::circular(orbit, detector);
    auto const found = ArcFanBeam::from_vectors(detector.columns, vectors_of(orbit, detector));
    BOOST_TEST((found.extents() == expected.extents()));
    for (int n = 0; n < expected.num_views(); ++n) {
      BOOST_TEST(std::abs(found.view(n).fan_angle_step() - expected.view(n).fan_angle_step()) <
                 1e-15);
      for (double const u : {0.0, 0.37, 35.0, detector.columns - 1.0}) {
        auto const a = found.view(n).ray(u, 0);
        auto const b = expected.view(n).ray(u, 0);
        BOOST_TEST(distance(a.origin, b.origin) < 1e-12);
        BOOST_TEST(distance(a.direction, b.direction) < 1e-14);
        BOOST_TEST(std::abs(a.end - b.end) < 1e-12);
        auto const landed =
            found.view(n).project(pyronn::vec_cast<float>(b.origin + 100.0 * b.direction));
        BOOST_TEST(std::abs(static_cast<double>(landed.u) - u) < 2e-4);
        BOOST_TEST(landed.depth == 100.0F, boost::test_tools::tolerance(1e-6F));
      }
    }
  }
}

// A scan and a body that are turned and shifted together have the same line integrals.
BOOST_AUTO_TEST_CASE(see_a_moved_body_from_moved_positions) {
  Motion const motion{2.1, {31, -17}};
  for (auto const& [orbit, detector] : scans) {
    Values const expected =
        test::exact_projections(ellipses(), ArcFanBeam::circular(orbit, detector));
    auto const exact = [&, columns = detector.columns](auto const& phantom, auto const& vectors) {
      return test::exact_projections(phantom, ArcFanBeam::from_vectors(columns, vectors));
    };
    BOOST_TEST(test::relative_l2(exact(ellipses(), vectors_of(orbit, detector)), expected) < 1e-7);
    auto const moved = vectors_of(orbit, detector, motion);
    BOOST_TEST(test::relative_l2(exact(ellipses(motion), moved), expected) < 1e-6);
    BOOST_TEST(test::relative_l2(exact(ellipses(), moved), expected) > 0.1);
  }
}

BOOST_AUTO_TEST_CASE(count_columns_in_the_sense_of_the_step) {
  std::vector<FanVectors> vectors = vectors_of(full_turn, offset);
  Values const expected =
      test::exact_projections(ellipses(), ArcFanBeam::from_vectors(offset.columns, vectors));
  for (FanVectors& view : vectors) view.u_step = -view.u_step;
  auto const mirrored = ArcFanBeam::from_vectors(offset.columns, vectors);
  Values lines = test::exact_projections(ellipses(), mirrored);
  Values const image = test::reconstruct<SoftwareInterp>(mirrored, grid, lines);
  for (auto row = lines.begin(); row != lines.end(); row += offset.columns) {
    std::reverse(row, row + offset.columns);
  }
  BOOST_TEST(test::relative_l2(lines, expected) < 1e-7);
  BOOST_TEST(test::relative_l2(
                 image, test::reconstruct<SoftwareInterp>(ArcFanBeam::circular(full_turn, offset),
                                                          grid, expected)) < 1e-5);
}

// Full turns, short scans and offset arcs; arcs of several radii that have the same rays.
BOOST_AUTO_TEST_CASE(reconstruct_as_circular_does) {
  Motion const motion{0, {14, -9}};
  Grid moved_grid = grid;
  for (int axis = 0; axis < 2; ++axis) moved_grid.origin[axis] += motion.shift[axis];
  for (auto const& [orbit, detector] : scans) {
    auto const circular = ArcFanBeam::circular(orbit, detector);
    Values const lines = test::exact_projections(ellipses(), circular);
    Values const expected = test::reconstruct<SoftwareInterp>(circular, grid, lines);
    std::vector<FanVectors> vectors = vectors_of(orbit, detector, motion);
    for (std::size_t n = 1; n < vectors.size(); n += 2) vectors[n] = vectors[n].farther(1.3);
    auto const moved = ArcFanBeam::from_vectors(detector.columns, vectors);
    BOOST_TEST(test::relative_l2(test::exact_projections(ellipses(motion), moved), lines) < 1e-6);
    Values const found = test::reconstruct<SoftwareInterp>(moved, moved_grid, lines);
    BOOST_TEST(test::relative_l2(found, expected) < 1e-4);
  }
}

// Turned and shifted: the disc has its attenuation, where it is.
BOOST_AUTO_TEST_CASE(reconstruct_right_values_anywhere) {
  Motion const motion{2.1, {31, -17}};
  pyronn::Phantom const disc{pyronn::Body::ellipse(motion.moved({3, 2}), {14, 14}, 0.03)};
  Vec2d const middle = motion.moved({3, 2});
  for (auto const& [orbit, detector] : scans) {
    auto const scan =
        ArcFanBeam::from_vectors(detector.columns, vectors_of(orbit, detector, motion));
    Values const image = test::reconstruct<SoftwareInterp>(
        scan, Grid::flat({13, 13}, {1, 1}, middle), test::exact_projections(disc, scan));
    BOOST_TEST(test::mean(image) == 0.03, boost::test_tools::tolerance(0.003));
  }
}

BOOST_AUTO_TEST_CASE(that_cannot_be_are_refused) {
  FanVectors const good{{120, 0}, {-90, 0}, {0, 1.6}};
  auto const refuses = [&](FanVectors const& wrong, std::string const& reason) {
    auto const make = [&] { return ArcFanBeam::from_vectors(81, {good, wrong}); };
    BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says(reason));
    BOOST_CHECK_EXCEPTION(make(), InvalidArgument, says("(view 1)"));
  };
  refuses({{120, 0}, {120, 0}, {0, 1.6}}, "with the source off the detector");
  refuses({{120, 0}, {-90, 0}, {0, 0}}, "u step (0, 0) must be finite");
  for (double const wrong : {test::infinity, -test::infinity, test::not_a_number}) {
    refuses({{wrong, 0}, {-90, 0}, {0, 1.6}}, "must be finite");
    refuses({{120, 0}, {-90, wrong}, {0, 1.6}}, "must be finite");
    refuses({{120, 0}, {-90, 0}, {0, wrong}}, "must be finite");
  }
  refuses({{120, 0}, {-90, 0}, {1.6, 0}}, "is 90 degrees off");
  refuses({{120, 0}, {-90, 0}, {0.16, 1.6}}, "is 5.7");
  refuses({{120, 0}, {-90, 0}, {0, 1e-11}}, "too far away for pixels");
  refuses({{120, 0}, {-90, 0}, {0, 10}}, "the outermost pixel is 109.1");
  BOOST_CHECK_THROW(ArcFanBeam::from_vectors(81, {}), InvalidArgument);
  BOOST_CHECK_THROW(ArcFanBeam::from_vectors(0, {good}), InvalidArgument);
  // What files round is no other direction.
  BOOST_CHECK_NO_THROW(ArcFanBeam::from_vectors(81, {{{120, 0}, {-90, 0}, {0.001, 1.6}}}));
}

// What pixels see a point is found from: on cores polynomials, in all quadrants and on their
// borders.
BOOST_AUTO_TEST_CASE(have_angles_and_distances_to_the_last_bits) {
  using pyronn::detail::polar_of;
  auto const ulp = [](double value) { return std::ldexp(1.0, std::ilogb(value) - 23); };
  Values const numbers = test::random_values(1, 2 * 100000);
  double angle_error = 0;
  double distance_error = 0;
  for (std::size_t n = 0; n < numbers.size(); n += 2) {
    float const x = std::ldexp(numbers[n], static_cast<int>(n % 44) - 22);
    float const y = numbers[n + 1];
    auto const [angle, distance] = polar_of(x, y);
    double const right_angle = std::atan2(static_cast<double>(y), static_cast<double>(x));
    double const right_distance = std::hypot(static_cast<double>(x), static_cast<double>(y));
    angle_error = std::max(angle_error,
                           std::abs(static_cast<double>(angle) - right_angle) / ulp(right_angle));
    distance_error =
        std::max(distance_error,
                 std::abs(static_cast<double>(distance) - right_distance) / ulp(right_distance));
  }
  BOOST_TEST(angle_error <= 2.5);
  BOOST_TEST(distance_error <= 2.5);
  BOOST_TEST(polar_of(0.0F, 0.0F).distance == 0.0F);
  BOOST_TEST(polar_of(0.0F, 0.0F).angle == 0.0F);
  BOOST_TEST(polar_of(2.0F, 0.0F).angle == 0.0F);
  for (float const sign : {-1.0F, 1.0F}) {
    BOOST_TEST(polar_of(0.0F, 3.0F * sign).angle == sign * static_cast<float>(pyronn::pi / 2));
    BOOST_TEST(polar_of(-2.0F, 1e-30F * sign).angle == sign * static_cast<float>(pyronn::pi));
  }
}

BOOST_AUTO_TEST_CASE(with_unlike_steps_are_no_scan_of_fbp) {
  std::vector<FanVectors> vectors = vectors_of(full_turn, centred);
  vectors[7].u_step = 1.01 * vectors[7].u_step;
  auto const scan = ArcFanBeam::from_vectors(centred.columns, vectors);
  BOOST_CHECK_EXCEPTION((pyronn::Fbp<ArcFanBeam, SoftwareInterp>{scan, grid}), InvalidArgument,
                        says("equally many fan angles apart, but in view 7 there are steps"));
}

BOOST_AUTO_TEST_SUITE_END()
