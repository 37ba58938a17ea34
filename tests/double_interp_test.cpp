// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Operators that compute in double.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <tuple>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/custom_geometries.hpp"
#include "support/double_operators.hpp"
#include "support/matrices.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/other_scans.hpp"
#include "support/reference.hpp"

using pyronn::ConeBeam;
using pyronn::DoubleInterp;
using pyronn::Extents;
using pyronn::Grid;

namespace {

static_assert(pyronn::is_interp_v<DoubleInterp>);
static_assert(pyronn::is_storage_v<double>);
static_assert(
    std::is_same_v<pyronn::detail::projection_number_t<pyronn::ArcFanView, double>, double>);

using Cases = std::tuple<test::JosephDouble, test::RayMarchDouble, test::SiddonDouble,
                         test::VoxelDrivenDouble, test::DistanceWeightedDouble>;
using InterpolatedCases = std::tuple<test::JosephDouble, test::RayMarchDouble,
                                     test::VoxelDrivenDouble, test::DistanceWeightedDouble>;

/// Calls `check(geometry, grid)` for scans of all geometries, ours and users'.
template <class Check>
void for_each_scan(Check const& check) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) { check(scan.geometry, scan.grid); }
  }
  auto const check_all = [&](auto const& scans) {
    for (auto const& scan : scans) {
      BOOST_TEST_CONTEXT(scan.name) { check(scan.geometry, scan.grid); }
    }
  };
  check_all(test::scans<pyronn::ParallelBeam3D>());
  check_all(test::scans<pyronn::ParallelBeam2D>());
  check_all(test::scans<pyronn::FanBeam>());
  check_all(test::scans<pyronn::ArcFanBeam>());
  Grid const grid = Grid::centered({9, 8, 7}, {1, 1.2, 0.9}, {1, -2, 0.5});
  BOOST_TEST_CONTEXT("of a user's in double") { check(test::Laminography<double>{}, grid); }
}

std::vector<float> as_floats(std::vector<double> const& values) {
  return {values.begin(), values.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(double_interp, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(forward_and_back_are_transposes, Case, Cases) {
  for_each_scan([](auto const& scan, Grid const& grid) {
    using Geometry = std::decay_t<decltype(scan)>;
    test::check_transpose_in_double(typename Case::template Projector<Geometry>{scan, grid});
  });
}

/// Positions of float are what they are, but the two directions agree: to the rounding of a float,
/// as a compiler may contract a product and a sum of `project` where one direction calls it and not
/// where the other does.
BOOST_AUTO_TEST_CASE_TEMPLATE(geometries_of_float_have_transposes, Case, Cases) {
  Grid const grid = Grid::centered({9, 8, 7}, {1, 1.2, 0.9}, {1, -2, 0.5});
  using Geometry = test::Laminography<float>;
  typename Case::template Projector<Geometry> const op{Geometry{}, grid};
  test::check_transpose_in_double(op, static_cast<double>(std::numeric_limits<float>::epsilon()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(are_the_models_matrices, Case, InterpolatedCases) {
  for_each_scan([](auto const& scan, Grid const& grid) {
    using Geometry = std::decay_t<decltype(scan)>;
    typename Case::template Projector<Geometry> const op{scan, grid};
    auto const x = test::random_input(op, 3);
    auto const y = test::random_input(op.adjoint(), 4);
    using Model = typename Case::Model;
    auto const projected = test::reference_projection<Model>(scan, grid, x);
    auto const backprojected = test::reference_backprojection<Model>(scan, grid, y);
    BOOST_TEST(test::relative_l2(test::run(op, x), projected) <= test::double_precision);
    BOOST_TEST(test::relative_l2(test::run(op.adjoint(), y), backprojected) <=
               test::double_precision);
  });
}

/// Lengths in voxels by their definition, and chords of the whole volume. Where rays run in faces
/// rounding may choose, so that those are left to siddon_test.
BOOST_AUTO_TEST_CASE(siddons_lengths_are_exact) {
  int rays = 0;
  for_each_scan([&](auto const& scan, Grid const& grid) {
    using Geometry = std::decay_t<decltype(scan)>;
    pyronn::Projector<Geometry, DoubleInterp, pyronn::Siddon> const op{scan, grid};
    auto const x = test::random_input(op, 5);
    std::vector<double> const ones(x.size(), 1.0);
    auto const found = test::run(op, x);
    auto const chords = test::run(op, ones);
    pyronn::Vec<int, 3> const last{grid.size[0] - 1, grid.size[1] - 1, grid.size[2] - 1};
    std::size_t pixel = 0;
    double worst = 0;
    for (int n = 0; n < std::min(scan.num_views(), 9); ++n) {
      for (int v = 0; v < scan.detector_size()[1]; ++v) {
        for (int u = 0; u < scan.detector_size()[0]; ++u, ++pixel) {
          auto const ray = test::ray_in_double(scan.view(n), u, v);
          double sum = 0;
          bool is_clear = true;
          for (int i = 0; i < static_cast<int>(x.size()); ++i) {
            int const row = i / grid.size[0];
            pyronn::Vec<int, 3> const at{i % grid.size[0], row % grid.size[1], row / grid.size[1]};
            double const length = test::length_in_box(ray, grid, at, at, 0);
            double const more = test::length_in_box(ray, grid, at, at, 1e-9);
            is_clear = is_clear && more - length < 1e-6;
            sum += x[static_cast<std::size_t>(i)] * length;
          }
          if (!is_clear) continue;
          double const chord = test::length_in_box(ray, grid, {0, 0, 0}, last, 0);
          worst = std::max({worst, std::abs(found[pixel] - sum), std::abs(chords[pixel] - chord)});
          rays += chord > 0 ? 1 : 0;
        }
      }
    }
    BOOST_TEST(worst <= test::double_precision * 30);
  });
  BOOST_TEST(rays > 5000);
}

/// Results of float are those of double but for what single precision rounds.
BOOST_AUTO_TEST_CASE_TEMPLATE(floats_are_near, Case, InterpolatedCases) {
  for_each_scan([](auto const& scan, Grid const& grid) {
    using Geometry = std::decay_t<decltype(scan)>;
    using Model = typename Case::Model;
    typename Case::template Projector<Geometry> const op{scan, grid};
    pyronn::Projector<Geometry, pyronn::SoftwareInterp, Model> const of_float{scan, grid};
    auto const x = test::random_input(op, 6);
    auto const y = test::random_input(op.adjoint(), 7);
    BOOST_TEST(test::relative_l2(test::run(of_float, as_floats(x)), test::run(op, x)) <= 1e-5);
    BOOST_TEST(test::relative_l2(test::run(of_float.adjoint(), as_floats(y)),
                                 test::run(op.adjoint(), y)) <= 1e-5);
  });
}

/// So differences of results are derivatives, as programs check them.
BOOST_AUTO_TEST_CASE_TEMPLATE(are_linear, Case, Cases) {
  test::ConeScan const& scan = test::cone_scans().front();
  typename Case::template Projector<ConeBeam> const op{scan.geometry, scan.grid};
  auto const check = [](auto const& direction) {
    auto const x = test::random_input(direction, 8);
    auto const step = test::random_input(direction, 9);
    std::vector<double> moved = x;
    constexpr double size = 1e-3;
    for (std::size_t n = 0; n < x.size(); ++n) moved[n] += size * step[n];
    auto const before = test::run(direction, x);
    std::vector<double> slopes = test::run(direction, moved);
    for (std::size_t n = 0; n < slopes.size(); ++n) slopes[n] = (slopes[n] - before[n]) / size;
    BOOST_TEST(test::relative_l2(slopes, test::run(direction, step)) <=
               test::double_precision / size);
  };
  check(op);
  check(op.adjoint());
}

BOOST_AUTO_TEST_SUITE_END()
