// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Primal-dual hybrid gradients with total variation.
#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/pdhg.hpp>

#include "support/tv_solver_checks.hpp"
#include "support/tv_solver_refusals.hpp"

namespace {

struct PrimalDual {
  template <class Map>
  using Solver = pyronn::Pdhg<Map, test::Executor>;
  using Options = pyronn::PdhgOptions;
  static constexpr char const* name = "Pdhg";
  static constexpr int iterations = 1500;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pdhg, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(least_objective) { test::check_least_objective<PrimalDual>(); }
BOOST_AUTO_TEST_CASE(keeps_bounds_and_mask) { test::check_bounds_and_mask<PrimalDual>(); }
BOOST_AUTO_TEST_CASE(weights) { test::check_weights<PrimalDual>(); }
BOOST_AUTO_TEST_CASE(goes_on) { test::check_goes_on<PrimalDual>(); }
BOOST_AUTO_TEST_CASE(stays_at_the_solution) { test::check_stays_at_solution<PrimalDual>(); }
BOOST_AUTO_TEST_CASE(scales) { test::check_scales<PrimalDual>(); }
BOOST_AUTO_TEST_CASE(same_bits) { test::check_same_bits<PrimalDual>(); }
BOOST_AUTO_TEST_CASE(refused) {
  test::check_refusals<PrimalDual>();
  pyronn::PdhgOptions options;
  options.balance = 0;
  test::check_refused(
      [&] {
        test::TvSystem<double> system;
        pyronn::Pdhg solver{test::executor(), system.problem, options};
      },
      "Pdhg: balance 0 must be above 0 and finite");
}

BOOST_AUTO_TEST_SUITE_END()
