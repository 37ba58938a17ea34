// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/phantom/phantom.hpp>

#include "support/numbers.hpp"
#include "support/phantom_reference.hpp"
#include "support/phantoms.hpp"

using pyronn::ArcFanBeam;
using pyronn::Body;
using pyronn::Extents;
using pyronn::FanBeam;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using pyronn::Phantom;
using pyronn::Vec2d;
using test::project;
using Values = std::vector<float>;

namespace {

template <class Geometry, int Rank, class = void>
constexpr bool takes_rank = false;
template <class Geometry, int Rank>
constexpr bool takes_rank<
    Geometry, Rank,
    std::void_t<decltype(pyronn::project(test::executor(), std::declval<Phantom const&>(),
                                         std::declval<Geometry const&>(),
                                         std::declval<pyronn::ArrayView<float, Rank>>()))>> = true;
static_assert(takes_rank<FanBeam, 2> && !takes_rank<FanBeam, 3>);
static_assert(takes_rank<ArcFanBeam, 2> && !takes_rank<ArcFanBeam, 3>);
static_assert(takes_rank<ParallelBeam2D, 2> && !takes_rank<ParallelBeam2D, 3>);
static_assert(takes_rank<pyronn::ConeBeam, 3> && !takes_rank<pyronn::ConeBeam, 2>);

/// Filled with rubbish beforehand, which must not shine through.
Values image_of(Phantom const& phantom, Grid const& grid, int supersampling) {
  test::Array<float, 2> image{{grid.size[0], grid.size[1]}, -1e9F};
  pyronn::voxelise(test::executor(), phantom, grid, image.view(), supersampling);
  return image.values();
}

/// A line of the plane; the direction is of unit length.
struct Line {
  Vec2d point, direction;
};

/// A line as a figure sees it: the angle of its normal in the figure's frame and its distance from
/// the figure's centre.
struct Normal {
  double angle, distance;
};

Normal seen_from(Vec2d const& center, double turn, Line const& line) {
  Vec2d const normal{-line.direction[1], line.direction[0]};
  return {std::atan2(normal[1], normal[0]) - turn, std::abs(dot(normal, line.point - center))};
}

double ellipse_chord(Vec2d const& semi_axes, Normal const& line) {
  double const width =
      std::hypot(semi_axes[0] * std::cos(line.angle), semi_axes[1] * std::sin(line.angle));
  double const square = width * width - line.distance * line.distance;
  if (square <= 0) return 0;
  return 2 * semi_axes[0] * semi_axes[1] * std::sqrt(square) / (width * width);
}

/// A trapezium over the distance.
double rectangle_chord(Vec2d const& half_widths, Normal const& line) {
  double const cosine = std::abs(std::cos(line.angle));
  double const sine = std::abs(std::sin(line.angle));
  double const p = half_widths[0] * cosine;
  double const q = half_widths[1] * sine;
  if (line.distance >= p + q) return 0;
  double const full = std::min(2 * half_widths[0] / sine, 2 * half_widths[1] / cosine);
  if (line.distance <= std::abs(p - q)) return full;
  return (p + q - line.distance) / (sine * cosine);
}

Phantom figures() {
  return {Body::ellipse({3, -5}, {28, 17}, 0.02, 0.6), Body::rectangle({-4, 6}, {21, 9}, 0.05, -1),
          Body::rectangle({1, 2}, {6, 14}, -0.01)};
}

double figures_integral(Line const& line) {
  return 0.02 * ellipse_chord({28, 17}, seen_from({3, -5}, 0.6, line)) +
         0.05 * rectangle_chord({21, 9}, seen_from({-4, 6}, -1, line)) -
         0.01 * rectangle_chord({6, 14}, seen_from({1, 2}, 0, line));
}

/// More than travel into one launch, two of them along the axes.
std::vector<double> angles() {
  std::vector<double> result = pyronn::equal_angles(300, 0.1);
  result[7] = 0.0;
  result[190] = 0.5 * pyronn::pi;
  return result;
}

/// Columns of 1.9 mm, off centre by 2.3 mm.
constexpr int columns = 61;
constexpr double pixel = 1.9;
constexpr double shift = 2.3;

/// Against `line_of(outward, across, s)`: outward points at the source, s [mm] is the pixel's place
/// along the detector.
template <class Geometry, class LineOf>
void check_chords(Geometry const& scan, LineOf const& line_of) {
  Values const found = project(figures(), scan);
  BOOST_TEST_REQUIRE(found.size() == columns * angles().size());
  std::size_t place = 0;
  double worst = 0;
  for (double const angle : angles()) {
    Vec2d const outward{std::cos(angle), std::sin(angle)};
    Vec2d const across{-outward[1], outward[0]};
    for (int u = 0; u < columns; ++u, ++place) {
      double const s = (u - 0.5 * (columns - 1)) * pixel + shift;
      double const expected = figures_integral(line_of(outward, across, s));
      worst = std::max(worst, std::abs(static_cast<double>(found[place]) - expected));
    }
  }
  BOOST_TEST_MESSAGE("largest error " << worst);
  BOOST_TEST(worst < 5e-7);
  BOOST_TEST(*std::max_element(found.begin(), found.end()) > 1.0F);
}

Line from_source(Vec2d const& source, Vec2d const& towards) {
  return {source, 1 / length(towards) * towards};
}

/// How much of [from, to) lies within `half` of `center`, as a part of it.
double covered(double from, double to, double center, double half) {
  return std::max(0.0, std::min(to, center + half) - std::max(from, center - half)) / (to - from);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(phantom_plane, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(parallel_rays_measure_chords) {
  check_chords(ParallelBeam2D::circular({angles()}, {columns, pixel, shift}),
               [](Vec2d const& outward, Vec2d const& across, double s) {
                 return Line{s * across, -outward};
               });
}

BOOST_AUTO_TEST_CASE(fans_measure_chords) {
  check_chords(FanBeam::circular({150, 240, angles()}, {columns, pixel, shift}),
               [](Vec2d const& outward, Vec2d const& across, double s) {
                 return from_source(150.0 * outward, -240.0 * outward + s * across);
               });
}

BOOST_AUTO_TEST_CASE(fans_of_equal_angles_measure_chords) {
  check_chords(ArcFanBeam::circular({150, 240, angles()}, {columns, pixel, shift}),
               [](Vec2d const& outward, Vec2d const& across, double s) {
                 return from_source(150.0 * outward,
                                    -std::cos(s / 240) * outward + std::sin(s / 240) * across);
               });
}

/// Edges that run between the points of pixels: their mean is the part of the area, exactly.
BOOST_AUTO_TEST_CASE(pixels_hold_the_part_that_a_rectangle_covers) {
  auto const grid = Grid::from_origin({7, 5, 1}, {2, 3, 10}, {-5, -8, 0});
  // From -3.5 to 4.5 mm and from -5.75 to 1.75 mm, whole quarters of pixels from their edges.
  Vec2d const center{0.5, -2};
  Vec2d const half{4, 3.75};
  Phantom const phantom{Body::rectangle(center, half, 0.4), Body::rectangle({-4, -5}, {1, 3}, 0.3)};
  Values const found = image_of(phantom, grid, 4);
  std::size_t place = 0;
  int partly = 0;
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x, ++place) {
      double const left = 2 * x - 6;
      double const lower = 3 * y - 9.5;
      double const large = covered(left, left + 2, center[0], half[0]) *
                           covered(lower, lower + 3, center[1], half[1]);
      double const small = covered(left, left + 2, -4, 1) * covered(lower, lower + 3, -5, 3);
      partly += static_cast<int>(large > 0 && large < 1);
      double const expected = 0.4 * large + 0.3 * small;
      BOOST_TEST(std::abs(static_cast<double>(found[place]) - expected) < 1e-7);
    }
  }
  BOOST_TEST(partly == 12);
}

/// Each pixel, against the question whether the body contains the points of the plane.
BOOST_AUTO_TEST_CASE(pixels_hold_the_mean_over_their_points) {
  auto const grid = Grid::flat({11, 9}, {4, 5}, {3, -2});
  Body const body = test::two_bodies()[0];
  Values const found = image_of({body}, grid, 3);
  std::size_t place = 0;
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 11; ++x, ++place) {
      int inside = 0;
      for (int n = 0; n < 9; ++n) {
        pyronn::Vec3d const index{x + (n % 3 - 1) / 3.0, y + (n / 3 - 1) / 3.0, 0};
        inside += static_cast<int>(test::is_inside(body, grid.to_world(index)));
      }
      BOOST_TEST(static_cast<double>(found[place]) == 0.05 * inside / 9.0,
                 boost::test_tools::tolerance(1e-7));
    }
  }
}

BOOST_AUTO_TEST_CASE(images_ask_in_the_plane_alone) {
  auto const grid = Grid::flat({3, 2}, {1, 1});
  Phantom const leaf{Body::box({0, 0, 0}, {9, 9, 1e-3}, 0.5)};
  Phantom const beside{Body::box({0, 0, 0.3}, {9, 9, 0.29}, 0.5)};
  for (int const supersampling : {1, 2, 5}) {
    BOOST_TEST(image_of(leaf, grid, supersampling) == Values(6, 0.5F),
               boost::test_tools::per_element());
    BOOST_TEST(image_of(beside, grid, supersampling) == Values(6, 0.0F),
               boost::test_tools::per_element());
  }
  // A voxel's points lie above and below as well.
  BOOST_TEST(test::voxelise(leaf, grid, 2) == Values(6, 0.0F), boost::test_tools::per_element());
  BOOST_TEST(test::voxelise(beside, grid, 2) == Values(6, 0.25F), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(pixels_sum_up_to_the_area) {
  auto const grid = Grid::flat({45, 40}, {0.8, 0.9}, {2, -1});
  Phantom const phantom{Body::ellipse({3, -2}, {14, 9}, 0.05, 0.7)};
  double sum = 0;
  for (float const value : image_of(phantom, grid, 16)) {
    sum += static_cast<double>(value) * 0.8 * 0.9;
  }
  BOOST_TEST(sum == 0.05 * pyronn::pi * 14 * 9, boost::test_tools::tolerance(1e-4));
}

BOOST_AUTO_TEST_SUITE_END()
