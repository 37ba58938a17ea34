// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/pyronn.hpp>

#include "support/cone_scans.hpp"
#include "support/numbers.hpp"
#include "support/operators.hpp"

// What holds of every model in both directions.

using pyronn::ConeBeam;
using pyronn::Grid;

namespace {

/// Calls check(operator, input) for the projector and the backprojector of a case on a scan.
template <class Case, class Check>
void in_both_directions(test::ConeScan const& scan, Check const& check) {
  BOOST_TEST_CONTEXT(scan.name) {
    check(typename Case::template Projector<ConeBeam>{scan.geometry, scan.grid},
          test::random_values(11, scan.grid.size.count()));
    check(typename Case::template Backprojector<ConeBeam>{scan.geometry, scan.grid},
          test::random_values(12, scan.pixels()));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(operators, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(are_linear, Case, test::AllCases) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    in_both_directions<Case>(scan, [](auto const& op, std::vector<float> const& x) {
      auto const y = test::random_values(13, static_cast<int>(x.size()));
      auto const ax = test::run(op, x);
      auto const ay = test::run(op, y);
      auto const sum = test::run(op, test::combine(0.75F, x, -2.0F, y));
      BOOST_TEST(test::relative_l2(sum, test::combine(0.75F, ax, -2.0F, ay)) < 2e-6);
      auto const negative = test::run(op, test::combine(-1.0F, x, 0.0F, x));
      BOOST_TEST((negative == test::combine(-1.0F, ax, 0.0F, ax)));
    });
  }
}

/// The result is written whole, and nothing beside the input is read.
BOOST_AUTO_TEST_CASE_TEMPLATE(stay_within_their_arrays, Case, test::AllCases) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    in_both_directions<Case>(scan, [](auto const& op, std::vector<float> const& x) {
      auto const expected = test::run(op, x);
      BOOST_TEST(test::all_finite(expected));
      BOOST_TEST((test::run_between_guards(op, x) == expected));
    });
  }
}

/// An undefined sample shows in every result that depends on it, and leaves the others alone.
BOOST_AUTO_TEST_CASE_TEMPLATE(do_not_hide_what_is_not_a_number, Case, test::AllCases) {
  for (test::ConeScan const& scan : test::cone_scans()) {
    in_both_directions<Case>(scan, [](auto const& op, std::vector<float> x) {
      std::size_t const at = x.size() / 2;
      std::vector<float> pulse(x.size());
      pulse[at] = 1;
      auto const reached = test::run(op, pulse);
      x[at] = 0;
      auto const expected = test::run(op, x);
      x[at] = test::nan;
      auto const values = test::run(op, x);
      int hidden = 0;
      int changed = 0;
      for (std::size_t n = 0; n < values.size(); ++n) {
        if (std::isnan(values[n])) continue;
        if (reached[n] != 0) ++hidden;
        if (values[n] != expected[n]) ++changed;
      }
      BOOST_TEST(hidden == 0);
      BOOST_TEST(changed == 0);
    });
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_behind_the_source_counts, Case, test::AllCases) {
  // The source is at x = 1.3 and looks towards -x; voxels more than one behind it are out of reach.
  ConeBeam const scan = ConeBeam::circular({1.3, 20, {0.0}}, {{15, 15}, {4, 4}});
  Grid const grid = Grid::centered({9, 9, 9}, {1, 1, 1});
  std::size_t const first_behind = 7;
  auto const is_behind = [=](std::size_t voxel) { return voxel % 9 >= first_behind; };

  typename Case::template Projector<ConeBeam> const op{scan, grid};
  auto behind = test::random_values(16, grid.size.count());
  auto before = behind;
  for (std::size_t n = 0; n < behind.size(); ++n) (is_behind(n) ? before : behind)[n] = 0;
  BOOST_TEST(test::norm(test::run(op, behind)) == 0);
  BOOST_TEST(test::norm(test::run(op, before)) > 0);

  auto values = test::run(op.adjoint(), test::random_values(17, 225));
  BOOST_TEST(test::norm(values) > 0);
  for (std::size_t n = 0; n < values.size(); ++n) values[n] *= is_behind(n) ? 1.0F : 0.0F;
  BOOST_TEST(test::norm(values) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
