// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Potentials of slopes, and what edges in an image cost.
#include <algorithm>
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/core/math.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/operators/algebra/linear_map.hpp>
#include <pyronn/recon/solver/edge_potential.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/pwls.hpp>

using pyronn::HuberPotential;
using pyronn::Neighbourhood;
using pyronn::Pwls;
using pyronn::PwlsOptions;
using pyronn::QGaussianPotential;
using Doubles = std::vector<double>;
namespace tools = boost::test_tools;

namespace {

/// What the penalty of an image comes to.
double penalty_of(pyronn::Extents<2> size, pyronn::Vec3d const& distances, Doubles const& values,
                  Neighbourhood neighbourhood, double delta) {
  pyronn::Extents<2> const rays{1, 1};
  auto const map = pyronn::linear_map<double>(
      size, rays, [](auto, auto y) { pyronn::fill(test::executor(), y, 0); },
      [](auto, auto x) { pyronn::fill(test::executor(), x, 0); });
  test::Array<double, 2> data{rays, 0.0};
  test::Array<double, 2> image{size, values};
  PwlsOptions<HuberPotential> options;
  options.strength = 2;
  options.potential.delta = delta;
  options.neighbourhood = neighbourhood;
  options.spacing = distances;
  options.subsets = 1;
  Pwls solver{test::executor(), pyronn::ReconstructionProblem{map, data.view()}, options};
  solver.start(image.view());
  return solver.measure().objective / 2 * distances[0] * distances[1];
}

/// A disc of radius 10 mm and height 1 in a square of 30 mm.
Doubles disc(int pixels, pyronn::Vec2d pixel) {
  Doubles result;
  for (int y = 0; y < pixels; ++y) {
    for (int x = 0; x < pixels; ++x) {
      double const centre = (pixels - 1) / 2.0;
      double const distance = std::hypot((x - centre) * pixel[0], (y - centre) * pixel[1]);
      result.push_back(std::clamp((10 - distance) / pixel[0] + 0.5, 0.0, 1.0));
    }
  }
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(edge_potential, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(potentials_and_their_curvatures) {
  auto const check = [](auto const& potential) {
    double last = potential.curvature(0.0);
    BOOST_TEST(last > 0);
    BOOST_TEST(potential.value(0.0) == 0);
    for (double t = 1e-6; t < 1e6; t *= 1.1) {
      double const step = t * 1e-5;
      double const slope = (potential.value(t + step) - potential.value(t - step)) / (2 * step);
      BOOST_TEST(potential.curvature(t) * t == slope, tools::tolerance(1e-4));
      BOOST_TEST(potential.curvature(-t) == potential.curvature(t));
      BOOST_TEST(potential.value(-t) == potential.value(t));
      BOOST_TEST(potential.curvature(t) <= last * (1 + 1e-14));
      last = potential.curvature(t);
    }
  };
  check(HuberPotential{0.3});
  for (double const p : {1.0, 1.2, 1.7, 2.0}) check(QGaussianPotential{0.3, p});
  BOOST_TEST(std::isfinite(QGaussianPotential({1e-6, 1.0}).curvature(1e30F)));
  BOOST_TEST(HuberPotential{0.3}.value(5.0) == 4.85, tools::tolerance(1e-14));
  BOOST_TEST((QGaussianPotential{0.3, 1.0}.value(3e5)) == 3e5, tools::tolerance(1e-5));
}

// Times a pixel's area the penalty of an edge is its length times its height.
BOOST_AUTO_TEST_CASE(strength_is_per_unit_of_length) {
  double const expected = 2 * pyronn::pi * 10;
  double const delta = 1e-4;
  for (int const pixels : {75, 150, 300}) {
    double const pixel = 30.0 / pixels;
    double const found = penalty_of({pixels, pixels}, {pixel, pixel, 1},
                                    disc(pixels, {pixel, pixel}), Neighbourhood::all, delta);
    BOOST_TEST(found == expected, tools::tolerance(0.02));
    double const faces = penalty_of({pixels, pixels}, {pixel, pixel, 1},
                                    disc(pixels, {pixel, pixel}), Neighbourhood::faces, delta);
    BOOST_TEST(faces == expected, tools::tolerance(0.02));
  }
}

// Times a voxel's volume a ball's area times its height; and slopes of quadratic potentials.
BOOST_AUTO_TEST_CASE(penalty_in_space) {
  int const n = 40;
  pyronn::Extents<3> const size{n, n, n};
  pyronn::Extents<3> const rays{1, 1, 1};
  auto const map = pyronn::linear_map<double>(
      size, rays, [](auto, auto y) { pyronn::fill(test::executor(), y, 0); },
      [](auto, auto x) { pyronn::fill(test::executor(), x, 0); });
  test::Array<double, 3> data{rays, 0.0};
  Doubles ball;
  Doubles ramp;
  for (int i = 0; i < n * n * n; ++i) {
    double const distance = std::hypot(i % n - 19.5, i / n % n - 19.5, i / n / n - 19.5) * 0.5;
    ball.push_back(std::clamp((8 - distance) / 0.5 + 0.5, 0.0, 1.0));
    ramp.push_back(i % n * 0.5 + i / n / n * 1.0);
  }
  auto const penalty = [&](Doubles const& values, Neighbourhood neighbourhood, double delta) {
    test::Array<double, 3> image{size, values};
    PwlsOptions<HuberPotential> options;
    options.strength = 1;
    options.potential.delta = delta;
    options.neighbourhood = neighbourhood;
    options.spacing = pyronn::Vec3d{0.5, 0.5, 0.5};
    options.subsets = 1;
    Pwls solver{test::executor(), pyronn::ReconstructionProblem{map, data.view()}, options};
    solver.start(image.view());
    // Nothing but the penalty: a step lowers it.
    double const before = solver.measure().objective;
    solver.iterate();
    BOOST_TEST(solver.measure().objective < before);
    return before * 0.125;
  };
  double const area = 4 * pyronn::pi * 64;
  BOOST_TEST(penalty(ball, Neighbourhood::all, 1e-4) == area, tools::tolerance(0.03));
  BOOST_TEST(penalty(ball, Neighbourhood::faces, 1e-4) == area, tools::tolerance(0.03));
  // Slopes (1, 0, 2): each face a third of w |slope|^2 / (2 delta) = 2 / 3 * 5 / 200.
  double const pairs_x = 39.0 * 40 * 40;
  double const expected = 0.125 * 2 / 3 * pairs_x * (1 + 4) / 200;
  BOOST_TEST(penalty(ramp, Neighbourhood::faces, 100) == expected, tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE_END()
