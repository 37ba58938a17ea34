// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Filtered backprojection in the plane and of parallel rays; fdk_test has that of cones.
#include "support/backends.hpp"
//
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/phantom/phantom.hpp>
#include <pyronn/pyronn.hpp>

#include "support/numbers.hpp"
#include "support/reconstruct.hpp"

using pyronn::ArcFanBeam;
using pyronn::Body;
using pyronn::equal_angles;
using pyronn::FanBeam;
using pyronn::FilterWindow;
using pyronn::Grid;
using pyronn::ParallelBeam2D;
using pyronn::ParallelBeam3D;
using pyronn::pi;
using pyronn::Redundancy;
using pyronn::Rotation;
using pyronn::SoftwareInterp;
using pyronn::Vec3d;
using test::cut_cylinder;
using test::degrees;
using test::exact_projections;
using test::mean;
using test::reconstruct;
using Values = std::vector<float>;

namespace {

/// Largest distance from `level` within `radius` [mm] of the axis.
double worst_within(Values const& image, Grid const& grid, double radius, double level) {
  double worst = 0;
  for (float const value : cut_cylinder(image, grid, radius, 1e9)) {
    worst = std::max(worst, std::abs(static_cast<double>(value) - level));
  }
  return worst;
}

/// Steps that are not equal.
std::vector<double> uneven(std::vector<double> angles) {
  for (double& angle : angles) angle += 0.004 * std::sin(40.0 * angle);
  return angles;
}

pyronn::Phantom disc(double radius) { return {Body::ellipse({0, 0}, {radius, radius}, 0.05)}; }

/// One of each geometry, that sees about 70 mm to either side of the axis.
template <class Use>
void for_each_geometry(std::vector<double> const& angles, Rotation rotation, double pixel,
                       double source, Use const& use) {
  double const magnification = 1.7;
  double const at_detector = pixel * magnification;
  int const columns = static_cast<int>(140 / pixel);
  pyronn::CircularOrbit const orbit{source, magnification * source, angles, rotation};
  use("parallel", ParallelBeam2D::circular({angles, rotation}, {columns, pixel}));
  use("fan", FanBeam::circular(orbit, {columns, at_detector}));
  use("arc", ArcFanBeam::circular(orbit, {columns, at_detector}));
  use("parallel in space",
      ParallelBeam3D::circular({angles, rotation}, {{columns, 3}, {pixel, 2.0}}));
  use("cone", pyronn::ConeBeam::circular(orbit, {{columns, 3}, {at_detector, 2.0}}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fbp, *boost::unit_test::precondition(test::device_present))

// A square of 1 / mm, endless along z, comes out as 1 / mm: full turns and short scans of any
// pitch, voxel, distance and sense, in any order and unequal steps. Of range, pixel and distance,
// each value meets each of the others.
BOOST_AUTO_TEST_CASE(amplitude_is_one_for_any_scan) {
  pyronn::Phantom const square{Body::rectangle({0, 0}, {20, 20}, 1.0)};
  bool small_pixels_are_near = false;
  for (double const range : {360.0, 270.0, 230.0, -250.0, 720.0}) {
    small_pixels_are_near = !small_pixels_are_near;
    for (double const pixel : {0.7, 1.3}) {
      double const source = (pixel < 1) == small_pixels_are_near ? 250 : 900;
      Grid const grid = Grid::flat({24, 19}, {pixel, 2.1 - pixel});
      auto const rotation = source > 500 ? Rotation::clockwise : Rotation::counter_clockwise;
      std::vector<double> angles = uneven(equal_angles(260, 1.0, range * degrees));
      if (pixel > 1) std::reverse(angles.begin(), angles.end());
      for_each_geometry(angles, rotation, pixel, source, [&](char const* name, auto const& scan) {
        Values const image =
            reconstruct<SoftwareInterp>(scan, grid, exact_projections(square, scan));
        BOOST_TEST_CONTEXT(name << ", " << range << " degrees, pixel " << pixel << ", source "
                                << source) {
          BOOST_TEST(mean(cut_cylinder(image, grid, 8, 1)) == 1.0,
                     boost::test_tools::tolerance(0.004));
          BOOST_TEST(worst_within(image, grid, 13, 1.0) < 0.02);
        }
      });
    }
  }
}

// Any range from half a turn on; opposite views share, and a full turn of 2 n views is that of n.
BOOST_AUTO_TEST_CASE(parallel_rays_need_half_a_turn) {
  Grid const grid = Grid::flat({30, 30}, {1, 1});
  for (double const range : {180.0, 181.0, 200.0, 359.0, 360.0, -180.0, 540.0}) {
    ParallelBeam2D const scan =
        ParallelBeam2D::circular({equal_angles(181, 0.4, range * degrees)}, {101, 1});
    Values const image = reconstruct<SoftwareInterp>(scan, grid, exact_projections(disc(20), scan));
    BOOST_TEST_CONTEXT(range << " degrees")
    BOOST_TEST(worst_within(image, grid, 13, 0.05) < 4e-4);
  }
  ParallelBeam2D const half = ParallelBeam2D::circular({equal_angles(90, 0.1, pi)}, {101, 1.1});
  ParallelBeam2D const full = ParallelBeam2D::circular({equal_angles(180, 0.1)}, {101, 1.1});
  pyronn::Phantom const object{Body::rectangle({4, -3}, {11, 6}, 0.05, 0.3)};
  BOOST_TEST(test::relative_l2(
                 reconstruct<SoftwareInterp>(half, grid, exact_projections(object, half)),
                 reconstruct<SoftwareInterp>(full, grid, exact_projections(object, full))) < 1e-5);
}

BOOST_AUTO_TEST_CASE(offset_detectors_see_the_whole_turn) {
  Grid const grid = Grid::flat({44, 44}, {1, 1});
  std::vector<double> const angles = equal_angles(360, 0.2);
  for (double const offset : {-20.0, 20.0}) {
    auto const check = [&](char const* name, auto const& scan) {
      pyronn::Fbp<std::decay_t<decltype(scan)>, SoftwareInterp> const fbp{scan, grid};
      BOOST_TEST(fbp.filtered_columns() > scan.detector_size()[0]);
      Values const image =
          reconstruct<SoftwareInterp>(scan, grid, exact_projections(disc(24), scan));
      BOOST_TEST_CONTEXT(name << ", offset " << offset)
      BOOST_TEST(worst_within(image, grid, 20, 0.05) < 0.0012);
    };
    check("parallel", ParallelBeam2D::circular({angles}, {61, 1, offset}));
    check("fan", FanBeam::circular({250, 500, angles}, {61, 2, 2 * offset}));
    check("arc", ArcFanBeam::circular({250, 500, angles}, {61, 2, 2 * offset}));
  }
}

BOOST_AUTO_TEST_CASE(parallel_rays_about_any_axis) {
  // About the direction (0, 1, 1), with rays that are not perpendicular to the detector.
  std::vector<pyronn::ParallelVectors> views;
  double const half = std::sqrt(0.5);
  for (double const angle : equal_angles(160, 0, pi)) {
    Vec3d const v{0, half, half};
    Vec3d const u{std::cos(angle), -half * std::sin(angle), half * std::sin(angle)};
    Vec3d const across{-std::sin(angle), -half * std::cos(angle), half * std::cos(angle)};
    views.push_back({across, 3.0 * across, u + 0.3 * across, 1.5 * v});
  }
  ParallelBeam3D const tilted = ParallelBeam3D::from_vectors({81, 41}, views);
  Grid const grid = Grid::centered({12, 12, 12}, {1, 1, 1});
  Values const volume = reconstruct<SoftwareInterp>(
      tilted, grid, exact_projections({Body::ball({0, 0, 0}, 20, 0.05)}, tilted));
  BOOST_TEST(worst_within(volume, grid, 6, 0.05) < 5e-4);
}

// Columns of the detector lean along the rays: every row lies at another distance.
BOOST_AUTO_TEST_CASE(cones_with_leaning_detectors) {
  for (double const pitch : {-0.35, 0.6}) {
    for (double const height : {-25.0, 25.0}) {
      pyronn::CircularOrbit const orbit{400, 600, {0.0}};
      std::vector<pyronn::ConeVectors> views;
      for (double const angle : equal_angles(180)) {
        views.push_back(orbit.vectors(angle, {{50, 120}, {1, 1}}));
        Vec3d const outward = 1.0 / 400 * views.back().source;
        views.back().v_step = std::cos(pitch) * Vec3d{0, 0, 1} + std::sin(pitch) * outward;
      }
      auto const scan = pyronn::ConeBeam::from_vectors({50, 120}, views);
      Grid const grid = Grid::centered({12, 12, 3}, {1, 1, 1}, {0, 0, height});
      Values const volume = reconstruct<SoftwareInterp>(
          scan, grid, exact_projections({Body::ball({0, 0, height}, 10, 1.0)}, scan));
      BOOST_TEST_CONTEXT("pitch " << pitch << ", height " << height)
      BOOST_TEST(mean(volume) == 1.0, boost::test_tools::tolerance(0.004));
    }
  }
}

// A ring that only one side sees, by a few columns, counts whole.
BOOST_AUTO_TEST_CASE(slightly_offset_detectors_see_their_ring) {
  Grid const grid = Grid::flat({104, 104}, {1, 1});
  auto const check = [&](auto const& scan) {
    Values const image = reconstruct<SoftwareInterp>(scan, grid, exact_projections(disc(51), scan));
    BOOST_TEST(worst_within(image, grid, 47, 0.05) < 0.0005);
  };
  check(ParallelBeam2D::circular({equal_angles(720)}, {100, 1, 2.4}));
  check(FanBeam::circular({300, 600, equal_angles(720)}, {208, 1, 4}));
}

// The one ray of each view goes through the axis.
BOOST_AUTO_TEST_CASE(a_single_column_is_enough_for_the_axis) {
  Grid const grid = Grid::flat({1, 1}, {1, 1});
  for_each_geometry(
      equal_angles(30), Rotation::clockwise, 100, 300, [&](char const* name, auto const& scan) {
        BOOST_TEST_REQUIRE(scan.detector_size()[0] == 1);
        Values const image =
            reconstruct<SoftwareInterp>(scan, grid, exact_projections(disc(20), scan));
        BOOST_TEST_CONTEXT(name) BOOST_TEST(test::all_finite(image));
      });
}

// The same object on two grids, shifted by whole voxels, and everything shifted together.
BOOST_AUTO_TEST_CASE(grids_may_lie_anywhere) {
  pyronn::Phantom const object{Body::ellipse({9, -7}, {14, 8}, 0.05, 0.5)};
  for_each_geometry(
      equal_angles(120, 0.3), Rotation::clockwise, 1.0, 300,
      [&](char const* name, auto const& scan) {
        Values const lines = exact_projections(object, scan);
        Values const image = reconstruct<SoftwareInterp>(scan, Grid::flat({40, 40}, {1, 1}), lines);
        Values const moved =
            reconstruct<SoftwareInterp>(scan, Grid::flat({40, 40}, {1, 1}, {7, -5}), lines);
        double worst = 0;
        for (int y = 0; y < 35; ++y) {
          for (int x = 7; x < 40; ++x) {
            auto const here = static_cast<std::size_t>(y * 40 + x);
            auto const there = static_cast<std::size_t>((y + 5) * 40 + x - 7);
            worst = std::max(worst, static_cast<double>(std::abs(image[here] - moved[there])));
          }
        }
        BOOST_TEST_CONTEXT(name) BOOST_TEST(worst < 1e-6);
      });
}

// A limited angle is taken as it is, where one says so: nobody's weights sum to half a turn then.
BOOST_AUTO_TEST_CASE(limited_angles_are_parts_of_the_whole) {
  Grid const grid = Grid::flat({20, 20}, {1, 1});
  std::vector<double> const angles = equal_angles(90, 0, pi);
  auto const scan_of = [&](std::size_t from, std::size_t to) {
    return ParallelBeam2D::circular({{angles.begin() + static_cast<std::ptrdiff_t>(from),
                                      angles.begin() + static_cast<std::ptrdiff_t>(to)}},
                                    {61, 1});
  };
  pyronn::Phantom const object{Body::rectangle({2, 1}, {8, 5}, 0.05)};
  Values sum(400, 0.0F);
  for (auto const& [from, to] : {std::pair<std::size_t, std::size_t>{0, 30}, {30, 90}}) {
    ParallelBeam2D const scan = scan_of(from, to);
    Values const image = reconstruct<SoftwareInterp>(scan, grid, exact_projections(object, scan),
                                                     {FilterWindow::ram_lak, Redundancy::uniform});
    sum = test::combine(1, sum, 1, image);
  }
  ParallelBeam2D const whole = scan_of(0, 90);
  BOOST_TEST(test::relative_l2(sum, reconstruct<SoftwareInterp>(
                                        whole, grid, exact_projections(object, whole))) < 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
