// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// Parts of detectors, and detectors with more pixels: the same rays, points and weights.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/geometry/detector_part.hpp>
#include <pyronn/geometry/orbit/trajectories.hpp>
#include <pyronn/recon/fbp/weight_arrays.hpp>
#include <pyronn/scan/circular_scan.hpp>
#include <pyronn/scan/scan_geometry.hpp>

#include "support/numbers.hpp"
#include "support/other_scans.hpp"
#include "support/temporary_folder.hpp"

using pyronn::columns_of;
using pyronn::detector_part;
using pyronn::equal_angles;
using pyronn::InvalidArgument;
using pyronn::rows_of;
using pyronn::Vec3d;
using test::says;

namespace {

constexpr double pi = pyronn::pi;

struct Window {
  int first_column, columns, first_row, rows;
};

/// How far two numbers are apart, of the larger one or 1.
double apart(double a, double b) {
  return std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)});
}
double apart(Vec3d const& a, Vec3d const& b) {
  return std::max({apart(a[0], b[0]), apart(a[1], b[1]), apart(a[2], b[2])});
}

/// Rays of a part are those of the whole, and points land as many pixels away.
template <class Geometry>
void check_part(Geometry const& whole, Window const& window) {
  Geometry const part =
      detector_part(whole, window.first_column, window.columns, window.first_row, window.rows);
  BOOST_TEST(part.detector_size()[0] == window.columns);
  BOOST_TEST(part.detector_size()[1] == window.rows);
  BOOST_TEST_REQUIRE(part.num_views() == whole.num_views());
  double worst = 0;
  for (int n = 0; n < whole.num_views(); ++n) {
    for (int v : {0, window.rows - 1}) {
      for (int u : {0, 1, window.columns - 1}) {
        auto const ray = part.view(n).ray(u, v);
        auto const expected = whole.view(n).ray(u + window.first_column, v + window.first_row);
        worst = std::max(
            {worst, apart(ray.origin, expected.origin), apart(ray.direction, expected.direction)});
        BOOST_TEST(ray.begin == expected.begin);
        BOOST_TEST(ray.end == expected.end);
      }
    }
    Vec3d const point{0.3, -0.2, pyronn::dimension_v<Geometry> == 2 ? 0.0 : 0.7};
    auto const landed = part.view(n).project(point);
    auto const expected = whole.view(n).project(point);
    worst = std::max({worst, apart(landed.u + window.first_column, expected.u),
                      apart(landed.v + window.first_row, expected.v),
                      apart(landed.depth, expected.depth)});
  }
  BOOST_TEST(worst < 1e-12);
}

pyronn::CircularScan circle(bool is_cone, double roll) {
  pyronn::CircularScan scan{{24, 10}, {1.1, 0.9}, equal_angles(31, 0.2)};
  if (is_cone) {
    scan.source_isocenter = 80;
    scan.source_detector = 130;
  }
  scan.axis_column = 11.2;
  scan.roll = roll;
  return scan;
}

/// What Fbp multiplies the pixels of a scan with, (u, v, view).
template <class Geometry>
std::vector<float> weights_of(Geometry const& geometry) {
  auto const size = geometry.detector_size();
  pyronn::Extents<3> const extents{size[0], size[1], geometry.num_views()};
  std::vector<float> weights(static_cast<std::size_t>(extents.count()));
  pyronn::fbp_weights(pyronn::CpuExecutor{1}, geometry,
                      pyronn::ProjectionView<float>{weights.data(), extents});
  return weights;
}

/// Of the pixels that both have, the weights are the same but for rounding.
template <class Geometry>
void check_weights(Geometry const& whole, Window const& window) {
  auto const of_whole = weights_of(whole);
  auto const of_part = weights_of(
      detector_part(whole, window.first_column, window.columns, window.first_row, window.rows));
  auto const size = whole.detector_size();
  double worst = 0;
  for (int n = 0; n < whole.num_views(); ++n) {
    for (int v = 0; v < window.rows; ++v) {
      for (int u = 0; u < window.columns; ++u) {
        int const x = u + window.first_column;
        int const y = v + window.first_row;
        if (x < 0 || x >= size[0] || y < 0 || y >= size[1]) continue;
        auto const part = static_cast<double>(
            of_part[static_cast<std::size_t>((n * window.rows + v) * window.columns + u)]);
        auto const expected = static_cast<double>(
            of_whole[static_cast<std::size_t>((n * size[1] + y) * size[0] + x)]);
        worst = std::max(worst, std::abs(part - expected) / std::abs(expected));
      }
    }
  }
  BOOST_TEST(worst < 2e-5);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(detector_parts)

using PlaneGeometries = std::tuple<pyronn::ParallelBeam2D, pyronn::FanBeam, pyronn::ArcFanBeam>;

BOOST_AUTO_TEST_CASE_TEMPLATE(of_the_plane_have_the_rays_of_the_whole, Geometry, PlaneGeometries) {
  for (auto const& scan : test::scans<Geometry>()) {
    BOOST_TEST_CONTEXT(scan.name) {
      int const columns = scan.geometry.detector_size()[0];
      check_part(scan.geometry, {0, columns, 0, 1});
      check_part(scan.geometry, {1, columns - 2, 0, 1});
      check_part(scan.geometry, {-3, columns + 6, 0, 1});
      BOOST_CHECK_EXCEPTION(static_cast<void>(rows_of(scan.geometry, 0, 2)), InvalidArgument,
                            says("detector_part: 2 rows from 0 on of a scan of the plane"));
    }
  }
}

BOOST_AUTO_TEST_CASE(in_space_have_the_rays_of_the_whole) {
  for (auto const& scan : test::scans<pyronn::ParallelBeam3D>()) {
    check_part(scan.geometry, {1, 2, 1, 2});
    check_part(scan.geometry, {-5, 30, -2, 20});
  }
  pyronn::Detector const detector{{20, 12}, {1.2, 0.8}, {1.5, -2}};
  pyronn::HelicalOrbit const helix{{60, 100, equal_angles(40, 0.3, 9)}, 12.0};
  auto const cone = pyronn::ConeBeam::from_vectors(detector.size, helix.vectors(detector));
  check_part(cone, {3, 11, 2, 5});
  check_part(cone, {-7, 40, -1, 3});
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < cone.num_views(); ++n) matrices.push_back(cone.view(n).projection_matrix());
  check_part(pyronn::ConeBeam::from_matrices(detector.size, matrices), {-7, 40, 2, 5});
}

BOOST_AUTO_TEST_CASE(parts_of_a_circle_are_those_of_its_geometry) {
  for (bool const is_cone : {false, true}) {
    for (double const roll : {0.0, 0.03}) {
      auto const whole = circle(is_cone, roll);
      auto const of_circle = whole.part(-4, 32, 3, 2).geometry();
      auto const of_geometry = detector_part(whole.geometry(), -4, 32, 3, 2);
      std::visit(
          [&](auto const& beam) {
            using Beam = std::decay_t<decltype(beam)>;
            auto const& other = std::get<Beam>(of_geometry);
            for (int n = 0; n < beam.num_views(); ++n) {
              auto const a = beam.view(n).ray(5, 1);
              auto const b = other.view(n).ray(5, 1);
              BOOST_TEST(apart(a.origin, b.origin) < 1e-12);
              BOOST_TEST(apart(a.direction, b.direction) < 1e-12);
            }
          },
          of_circle);
    }
  }
}

BOOST_AUTO_TEST_CASE(filtered_backprojection_weights_parts_as_the_whole) {
  auto const check_circle = [](pyronn::CircularScan const& scan, Window const& window) {
    std::visit(
        [&](auto const& beam) {
          if constexpr (!pyronn::is_plane_geometry_v<std::decay_t<decltype(beam)>>) {
            check_weights(beam, window);
          }
        },
        scan.geometry());
  };
  for (bool const is_cone : {false, true}) {
    for (double const roll : {0.0, 0.01}) {
      check_circle(circle(is_cone, roll), {0, 24, 3, 4});
      check_circle(circle(is_cone, roll), {-10, 44, 0, 10});
    }
    auto short_scan = circle(is_cone, 0);
    short_scan.axis_column = 11.5;
    short_scan.angles = equal_angles(31, 0.2, is_cone ? 3.6 : pi);
    check_circle(short_scan, {0, 24, 9, 1});
    check_circle(short_scan, {-10, 44, 0, 10});
    // An offset detector: any rows, and columns that are added on the far side.
    auto offset = circle(is_cone, 0);
    offset.axis_column = 5;
    check_circle(offset, {0, 24, 0, 2});
  }
  auto const fan = pyronn::ArcFanBeam::circular({60, 100, equal_angles(40)}, {20, 1.5});
  check_weights(fan, {-5, 30, 0, 1});
}

BOOST_AUTO_TEST_CASE(what_has_no_pixels_is_refused) {
  auto const fan = pyronn::ArcFanBeam::circular({60, 100, equal_angles(7)}, {20, 1.5});
  BOOST_CHECK_EXCEPTION(static_cast<void>(columns_of(fan, 2, 0)), InvalidArgument,
                        says("must be at least 1"));
  BOOST_CHECK_EXCEPTION(static_cast<void>(columns_of(fan, -100, 200)), InvalidArgument,
                        says("it must be less than 90"));
  BOOST_CHECK_THROW(
      static_cast<void>(detector_part(circle(true, 0).geometry(), 0, 70000, 0, 70000)),
      InvalidArgument);
  BOOST_TEST(columns_of(fan, -3, 26).detector_size()[0] == 26);
}

BOOST_AUTO_TEST_SUITE_END()
