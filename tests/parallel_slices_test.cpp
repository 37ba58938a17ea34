// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Parallel rays that are perpendicular to z: slices of a volume are a batch of the plane.
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/level_scans.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"
#include "support/reference.hpp"

using pyronn::Grid;
using pyronn::ParallelBeam3D;
using test::level::Back;
using test::level::Forward;
using test::level::grid_of;
using test::level::is_batch;
using test::level::Panel;
using test::level::scan_of;
using test::level::Transpose;
using test::level::Values;
using test::level::values_for;

namespace {

/// Against what is done without workspace, and against double precision.
template <class Op>
void check(Op const& op, std::vector<double> const& expected, Values const& in) {
  Values const found = test::run_between_guards(op, in);
  BOOST_TEST(test::relative_l2(found, expected) <= 3e-6);
  BOOST_TEST(test::relative_l2(found, test::run(op, in, 0)) <= 3e-6);
  BOOST_TEST((test::run(op, in) == found));
}

void check_both(Panel const& panel, Grid const& grid, bool are_batches, bool is_transposed) {
  BOOST_TEST_CONTEXT(panel.rows << " rows, " << panel.pitch << " slices apart, shifted by "
                                << panel.shift << ", " << grid.size[2] << " slices") {
    ParallelBeam3D const scan = scan_of(panel);
    Forward const forward{scan, grid};
    Back const back{scan, grid};
    Transpose const transpose = forward.adjoint();
    Values const volume = values_for(forward, 1);
    Values const lines = values_for(back, 2);
    check(forward, test::reference_projection<pyronn::Joseph>(scan, grid, volume), volume);
    check(back, test::reference_backprojection<pyronn::VoxelDriven>(scan, grid, lines), lines);
    check(transpose, test::reference_backprojection<pyronn::Joseph>(scan, grid, lines), lines);
    if (test::on_device) {
      BOOST_TEST(is_batch(forward) == are_batches);
      BOOST_TEST(is_batch(back) == are_batches);
      BOOST_TEST(is_batch(transpose) == is_transposed);
    }
    Values const projected = test::run(forward, volume);
    double const difference =
        test::dot(projected, lines) - test::dot(volume, test::run(transpose, lines));
    BOOST_TEST(std::abs(difference) <= 1e-6 * test::norm(projected) * test::norm(lines));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parallel_slices, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(rows_of_slices_are_found) {
  auto const found = [](Panel const& panel) {
    return pyronn::detail::find_rows_of_slices(scan_of(panel), grid_of());
  };
  auto const reversed = found({20, -1, 3});
  BOOST_TEST_REQUIRE(reversed.has_value());
  BOOST_TEST((reversed->first == 22 && reversed->step == -1));
  auto const between = found({20, 1.25, 0.25});
  BOOST_TEST_REQUIRE(between.has_value());
  BOOST_TEST(std::abs(between->first - (9.5 - 9.75 / 1.25)) < 1e-9);
  BOOST_TEST(std::abs(between->step - 0.8) < 1e-9);
  BOOST_TEST(!found({20, 1, 0, 0, 0.01}).has_value());

  std::vector<pyronn::ParallelVectors> vectors;
  for (double const shift : {0.0, 0.0, 0.01}) {
    vectors.push_back({{1, 0, 0}, {0, 0, shift}, {0, 1, 0}, {0, 0, 0.9}});
  }
  auto const moved = ParallelBeam3D::from_vectors({29, 20}, vectors);
  BOOST_TEST(!pyronn::detail::find_rows_of_slices(moved, grid_of()).has_value());
  vectors.pop_back();
  auto const still = ParallelBeam3D::from_vectors({29, 20}, vectors);
  BOOST_TEST(pyronn::detail::find_rows_of_slices(still, grid_of()).has_value());
}

BOOST_AUTO_TEST_CASE(of_rows_that_meet_slices) {
  for (Panel const& panel : {Panel{}, Panel{20, -1}, Panel{20, 1, 3}, Panel{35, -1, 1.5},
                             Panel{17, 1, 0.5}, Panel{20, 1, 0, 0.4}}) {
    check_both(panel, grid_of(), true, true);
  }
  for (int const slices : {32, 33, 64, 100}) {
    check_both({slices, 1}, grid_of(slices), true, true);
    check_both({20, -1, slices % 2 / 2.0}, grid_of(slices), true, true);
  }
}

BOOST_AUTO_TEST_CASE(of_rows_between_slices) {
  for (double const shift : {0.25, -3.4, 0.5, 1e-3}) {
    check_both({20, 1, shift}, grid_of(), true, true);
    check_both({33, -1, shift}, grid_of(40), true, true);
  }
}

BOOST_AUTO_TEST_CASE(of_rows_coarser_and_finer_than_slices) {
  check_both({20, 1.7, 0.2}, grid_of(50), true, true);
  check_both({20, -1.01, 0.2}, grid_of(), true, true);
  check_both({60, 0.6, 0.1}, grid_of(30), true, false);
  check_both({60, -0.97, 0.1}, grid_of(30), true, false);
}

BOOST_AUTO_TEST_CASE(of_few_slices_and_other_rays_are_done_otherwise) {
  check_both({15}, grid_of(15), false, false);
  check_both({20, 1, 17}, grid_of(), false, false);
  check_both({20, 1, 0, 0, 0.01}, grid_of(), false, false);
}

/// Slices that are not seen, and rows that see none, are zero.
BOOST_AUTO_TEST_CASE(unseen_are_zero) {
  Grid const grid = grid_of(50);
  Forward const forward{scan_of({70, -1, 20}), grid};
  Back const back{scan_of({30, 1, 2}), grid};
  Values const lines = test::run(forward, values_for(forward, 3));
  Values const volume = test::run(back, values_for(back, 4));
  BOOST_TEST(test::all_finite(lines));
  BOOST_TEST(test::all_finite(volume));
  BOOST_TEST(test::norm(Values(volume.begin(), volume.begin() + 21 * 18)) == 0);
  BOOST_TEST(test::norm(Values(lines.begin(), lines.begin() + 29)) == 0);
}

/// A number that is not finite spoils its own slice alone, and where rows lie between slices its
/// neighbour.
BOOST_AUTO_TEST_CASE(not_finite_stays_in_its_slice) {
  Grid const grid = grid_of(20);
  for (double const shift : {0.0, 0.3}) {
    ParallelBeam3D const scan = scan_of({20, 1, shift});
    auto const rows_of = [](Values const& lines) {
      std::vector<int> spoilt(20);
      for (std::size_t n = 0; n < lines.size(); ++n) {
        if (!std::isfinite(lines[n])) spoilt[n / 29 % 20] = 1;
      }
      return spoilt;
    };
    auto const slices_of = [](Values const& volume) {
      std::vector<int> spoilt(20);
      for (std::size_t n = 0; n < volume.size(); ++n) {
        if (!std::isfinite(volume[n])) spoilt[n / (21 * 18)] = 1;
      }
      return spoilt;
    };
    auto const is_as_expected = [&](std::vector<int> const& spoilt, int at) {
      int count = 0;
      for (int const one : spoilt) count += one;
      return spoilt[static_cast<std::size_t>(at)] == 1 && count <= 2 &&
             (count == 1 || shift != 0 || !test::on_device);
    };
    for (float const number : {test::nan, std::numeric_limits<float>::infinity()}) {
      Forward const forward{scan, grid};
      Values volume = values_for(forward, 12);
      volume[static_cast<std::size_t>((7 * 18 + 9) * 21 + 10)] = number;
      BOOST_TEST(is_as_expected(rows_of(test::run(forward, volume)), 7));
      Back const back{scan, grid};
      Values lines = values_for(back, 13);
      lines[static_cast<std::size_t>((5 * 20 + 8) * 29 + 14)] = number;
      BOOST_TEST(is_as_expected(slices_of(test::run(back, lines)), 8));
      if (test::on_device) {
        BOOST_TEST(is_as_expected(slices_of(test::run(forward.adjoint(), lines)), 8));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
