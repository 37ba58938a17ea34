// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
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
#include "support/operators.hpp"
#include "support/reconstruct.hpp"

using pyronn::Grid;
using pyronn::Vec3d;

namespace user {

/// A circle about z with a detector that the library does not know: columns at equal angles on a
/// cylinder about the source.
struct CurvedConeBeam {
  struct View {
    Vec3d source, central, across;  // the source [mm], the ray to the axis and where u grows to
    double fan_step, middle_u;      // [rad], and the column that the central ray meets
    double row_step, middle_v;      // what a row rises by at distance 1 from the source
    double distance;                // from source to detector [mm]

    PYRONN_HOST_DEVICE pyronn::Ray<double> ray(double u, double v) const {
      double const angle = (u - middle_u) * fan_step;
      Vec3d direction = std::cos(angle) * central + std::sin(angle) * across;
      direction[2] = (v - middle_v) * row_step;
      return {source, direction, 0.0, distance};
    }
    PYRONN_HOST_DEVICE pyronn::DetectorPoint<double> project(Vec3d const& point) const {
      Vec3d const arm = point - source;
      double const ahead = dot(arm, central);
      double const aside = dot(arm, across);
      double const range = std::sqrt(ahead * ahead + aside * aside);
      return {middle_u + std::atan2(aside, ahead) / fan_step,
              middle_v + arm[2] / (range * row_step), range};
    }
  };

  PYRONN_HOST_DEVICE int num_views() const { return views; }
  PYRONN_HOST_DEVICE pyronn::Extents<2> detector_size() const { return {columns, 15}; }
  PYRONN_HOST_DEVICE View view(int n) const {
    double const angle = 0.3 + turn * n / views;
    double const c = std::cos(angle);
    double const s = std::sin(angle);
    return {{radius * c, radius * s, 0},
            {-c, -s, 0},
            {sense * -s, sense * c, 0},
            fan_step,
            middle_u,
            0.008,
            7.0,
            2 * radius};
  }

  int views = 300;
  int columns = 121;
  double turn = 2 * pyronn::pi;  // [rad]; below 0 clockwise
  double fan_step = 0.0055;      // [rad]
  double middle_u = 59.7;
  double radius = 150;  // [mm]
  double sense = 1;     // -1: u grows the other way
};

/// A detector with its weights left out.
struct Unweighted : CurvedConeBeam {
  struct View : CurvedConeBeam::View {};
  View view(int n) const { return {CurvedConeBeam::view(n)}; }
};

}  // namespace user

template <>
struct pyronn::FbpTraits<user::CurvedConeBeam::View> {
  using View = user::CurvedConeBeam::View;

  struct Rays {
    float first_angle, fan_step;
    float first_slope, row_step;

    PYRONN_HOST_DEVICE float fan_angle(float u, float) const { return first_angle + u * fan_step; }
    PYRONN_HOST_DEVICE bool is_z_aligned() const { return true; }
    PYRONN_HOST_DEVICE float cosine(float u, float v) const {
      float const slope = first_slope + v * row_step;
      return std::cos(fan_angle(u, v)) * pyronn::reciprocal_sqrt(1.0F + slope * slope);
    }
    PYRONN_HOST_DEVICE float row_distance(float) const { return 1.0F; }
    double axis_column(float) const {
      return -static_cast<double>(first_angle) / static_cast<double>(fan_step);
    }
    double fan_angle_step() const { return static_cast<double>(fan_step); }
  };

  static Vec3d source(View const& view) { return view.source; }
  static Rays rays(View const& view, FanFrame const& frame) {
    double const sign = dot(view.across, frame.across) < 0 ? -1 : 1;
    return {static_cast<float>(-sign * view.middle_u * view.fan_step),
            static_cast<float>(sign * view.fan_step),
            static_cast<float>(-view.middle_v * view.row_step), static_cast<float>(view.row_step)};
  }
  static double factor(View const& view, FanFrame const& frame) {
    return frame.radius / view.fan_step;
  }
};

namespace {

using user::CurvedConeBeam;

static_assert(pyronn::is_fbp_geometry_v<CurvedConeBeam>);
static_assert(!pyronn::is_fbp_geometry_v<user::Unweighted>);
static_assert(pyronn::is_fbp_geometry_v<pyronn::ConeBeam>);
static_assert(pyronn::is_fbp_geometry_v<pyronn::ArcFanBeam>);

/// A ball of 0.02/mm with one of 0.05/mm in it.
pyronn::Phantom two_balls() {
  return {pyronn::Body::ball({0, 0, 0}, 38, 0.02), pyronn::Body::ball({18, -12, 1}, 9, 0.03)};
}

/// The mean of a volume within `radius` of a point [mm].
double mean_near(std::vector<float> const& volume, Grid const& grid, Vec3d const& point,
                 double radius) {
  double sum = 0;
  int count = 0;
  std::size_t n = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x, ++n) {
        if (length(grid.to_world({double(x), double(y), double(z)}) - point) > radius) continue;
        sum += static_cast<double>(volume[n]);
        ++count;
      }
    }
  }
  return sum / count;
}

void check_amplitudes(CurvedConeBeam const& scan) {
  Grid const grid = Grid::centered({64, 60, 3}, {1.3, 1.4, 1.5});
  auto const lines = test::exact_projections(two_balls(), scan);
  auto const volume = test::reconstruct<pyronn::SoftwareInterp>(scan, grid, lines);
  double const inner = mean_near(volume, grid, {18, -12, 0}, 6);
  double const outer = mean_near(volume, grid, {-18, 12, 0}, 12);
  double const center = mean_near(volume, grid, {0, 0, 0}, 5);
  BOOST_TEST_MESSAGE("inner " << inner << ", outer " << outer << ", center " << center);
  BOOST_TEST(inner == 0.05, boost::test_tools::tolerance(0.005));
  BOOST_TEST(outer == 0.02, boost::test_tools::tolerance(0.005));
  BOOST_TEST(center == 0.02, boost::test_tools::tolerance(0.005));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(custom_fbp, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(amplitude_is_right_on_a_full_turn) {
  CurvedConeBeam scan;
  check_amplitudes(scan);
  scan.sense = -1;
  check_amplitudes(scan);
}

BOOST_AUTO_TEST_CASE(amplitude_is_right_on_a_short_scan) {
  CurvedConeBeam scan;
  scan.turn = -250 * pyronn::pi / 180;
  check_amplitudes(scan);
}

/// The far side reaches beyond the ball, the near one sees a third of it.
BOOST_AUTO_TEST_CASE(amplitude_is_right_with_an_offset_detector) {
  CurvedConeBeam scan;
  scan.columns = 78;
  scan.middle_u = 16.2;
  check_amplitudes(scan);
  scan.sense = -1;
  check_amplitudes(scan);
}

/// What Fbp multiplies with, seen as an array: cosines of rays, written out.
BOOST_AUTO_TEST_CASE(weights_are_those_of_its_traits) {
  CurvedConeBeam const scan;
  pyronn::Extents<3> const extents = test::projection_extents(scan);
  test::Array<float, 3> weights{extents};
  pyronn::cosine_weights(test::executor(), scan, weights.view());
  auto const found = weights.values();
  double worst = 0;
  std::size_t n = 0;
  for (int view = 0; view < extents[2]; ++view) {
    for (int v = 0; v < extents[1]; ++v) {
      for (int u = 0; u < extents[0]; ++u, ++n) {
        auto const ray = scan.view(view).ray(u, v);
        double const expected = dot(ray.direction, scan.view(view).central) / length(ray.direction);
        worst = std::max(worst, std::abs(static_cast<double>(found[n]) - expected));
      }
    }
  }
  BOOST_TEST(worst <= 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
