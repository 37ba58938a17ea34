// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cmath>
#include <tuple>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/custom_geometries.hpp"
#include "support/custom_operators.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::Grid;
using test::Laminography;

namespace {

Grid const grid = Grid::centered({12, 11, 9}, {1, 1.2, 0.9}, {0.4, -0.3, 0.2});

template <class Geometry>
std::int64_t pixels(Geometry const& geometry) {
  return test::projection_extents(geometry).count();
}

using Values = std::vector<float>;

/// |<A x, y> - <x, A' y>| / (|A x| |y|)
double adjoint_error(Values const& x, Values const& ax, Values const& y, Values const& aty) {
  return std::abs(test::dot(ax, y) - test::dot(x, aty)) / (test::norm(ax) * test::norm(y));
}
template <class Projector>
double adjoint_error(Projector const& op) {
  auto const x = test::random_values(21, op.grid().size.count());
  auto const y = test::random_values(22, pixels(op.geometry()));
  return adjoint_error(x, test::run(op, x), y, test::run(op.adjoint(), y));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(custom_geometry, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(both_directions_are_transposes, Case, test::AllCases) {
  BOOST_TEST(adjoint_error(typename Case::template Projector<Laminography<float>>{{}, grid}) <
             test::bound<typename Case::Interp>(1e-6, test::texture_adjoint_bound));
}

// How a view is made and travels does not depend on who samples along its rays: one interpolation
// will do, here and where views travel otherwise below.
BOOST_AUTO_TEST_CASE_TEMPLATE(both_directions_are_transposes_in_double, Case, test::SoftwareCases) {
  BOOST_TEST(adjoint_error(typename Case::template Projector<Laminography<double>>{{}, grid}) <
             1e-6);
}

/// A parallel beam at 0 degrees straight along x, and tilted: the chord through a slab.
BOOST_AUTO_TEST_CASE_TEMPLATE(parallel_rays_measure_mm, Case, test::JosephCases) {
  Grid const slab = Grid::centered({41, 41, 8}, {1, 1, 0.5});
  Laminography<float> const geometry{};
  typename Case::template Projector<Laminography<float>> const op{geometry, slab};
  std::vector<float> const ones(static_cast<std::size_t>(slab.size.count()), 1.0F);
  auto const values = test::run(op, ones);
  double const chord = 4 / std::sin(static_cast<double>(geometry.tilt));
  for (float const value : values) {
    BOOST_TEST(value == static_cast<float>(chord), boost::test_tools::tolerance(1e-5F));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_ray_alone_is_enough_to_project, Case, test::JosephCases) {
  typename Case::template Projector<Laminography<float>> const whole{{}, grid};
  typename Case::template Projector<test::OnlyRays> const op{{}, grid};
  auto const volume = test::random_values(23, grid.size.count());
  BOOST_TEST((test::run(op, volume) == test::run(whole, volume)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_projection_alone_is_enough_to_backproject, Case,
                              test::VoxelDrivenCases) {
  typename Case::template Backprojector<Laminography<float>> const whole{{}, grid};
  typename Case::template Backprojector<test::OnlyPoints> const op{{}, grid};
  auto const projections = test::random_values(24, pixels(op.geometry()));
  BOOST_TEST((test::run(op, projections) == test::run(whole, projections)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(double_precision_agrees_with_single, Case, test::SoftwareCases) {
  typename Case::template Projector<Laminography<float>> const single{{}, grid};
  typename Case::template Projector<Laminography<double>> const twice{{}, grid};
  // The beam begins 100 mm away, in single precision.
  double const bound = 3e-5;
  auto const x = test::random_values(25, grid.size.count());
  BOOST_TEST(test::relative_l2(test::run(single, x), test::run(twice, x)) < bound);
  auto const y = test::random_values(26, pixels(single.geometry()));
  BOOST_TEST(test::relative_l2(test::run(single.adjoint(), y), test::run(twice.adjoint(), y)) <
             bound);
}

// One model that asks views for rays, and one that asks them where points land.
using TableCases = std::tuple<test::JosephSoftware, test::VoxelDrivenSoftware>;

/// Views made on the host, from a calibration that is no plain value, travel by themselves. Sines
/// of host and device differ in the last place.
BOOST_AUTO_TEST_CASE_TEMPLATE(views_from_a_table, Case, TableCases) {
  static_assert(!std::is_trivially_copyable_v<test::Calibrated>);
  typename Case::template Projector<Laminography<float>> const formula{{}, grid};
  typename Case::template Projector<test::Calibrated> const table{test::Calibrated{}, grid};
  auto const x = test::random_values(27, grid.size.count());
  double const bound = 3e-5;
  BOOST_TEST(test::relative_l2(test::run(table, x), test::run(formula, x)) < bound);
  auto const y = test::random_values(28, pixels(formula.geometry()));
  BOOST_TEST(test::relative_l2(test::run(table.adjoint(), y), test::run(formula.adjoint(), y)) <
             bound);
}

/// Saying that a view is a matrix is for speed alone.
BOOST_AUTO_TEST_CASE_TEMPLATE(fast_paths_change_nothing, Case, test::AllCases) {
  double const bound = test::bound<typename Case::Interp>(1e-5, 2e-3);
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      auto const model = test::quick_model<typename Case::Model>();
      typename Case::template Projector<pyronn::ConeBeam> const fast{scan.geometry, scan.grid,
                                                                     model};
      typename Case::template Projector<test::Pinhole> const slow{
          {scan.geometry}, scan.grid, model};
      auto const x = test::random_values(29, scan.grid.size.count());
      auto const y = test::random_values(30, scan.pixels());
      auto const ax = test::run(slow, x);
      auto const aty = test::run(slow.adjoint(), y);
      BOOST_TEST(test::relative_l2(test::run(fast, x), ax) < bound);
      BOOST_TEST(test::relative_l2(test::run(fast.adjoint(), y), aty) < bound);
      BOOST_TEST(adjoint_error(x, ax, y, aty) <
                 test::bound<typename Case::Interp>(1e-6, test::texture_adjoint_bound));
    }
  }
}

/// Whoever says so gets the kernels of ConeBeam.
BOOST_AUTO_TEST_CASE(a_matrix_of_a_user_takes_the_fast_paths) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    BOOST_TEST_CONTEXT(scan.name) {
      auto const x = test::random_values(31, scan.grid.size.count());
      test::JosephSoftware::Projector<test::MatrixPinhole> const rays{{scan.geometry}, scan.grid};
      test::JosephSoftware::Projector<pyronn::ConeBeam> const rays_of_ours{scan.geometry,
                                                                           scan.grid};
      BOOST_TEST((test::run(rays, x) == test::run(rays_of_ours, x)));
      auto const y = test::random_values(32, scan.pixels());
      test::VoxelDrivenSoftware::Backprojector<test::MatrixPinhole> const points{{scan.geometry},
                                                                                 scan.grid};
      test::VoxelDrivenSoftware::Backprojector<pyronn::ConeBeam> const points_of_ours{scan.geometry,
                                                                                      scan.grid};
      BOOST_TEST((test::run(points, y) == test::run(points_of_ours, y)));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
