// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// The alternating direction method of multipliers with total variation.
#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/admm_tv.hpp>

#include "support/tv_solver_checks.hpp"
#include "support/tv_solver_refusals.hpp"

namespace {

struct Admm {
  template <class Map>
  using Solver = pyronn::AdmmTv<Map, test::Executor>;
  using Options = pyronn::AdmmTvOptions;
  static constexpr char const* name = "AdmmTv";
  static constexpr int iterations = 300;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admm_tv, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(least_objective) { test::check_least_objective<Admm>(); }
BOOST_AUTO_TEST_CASE(keeps_bounds_and_mask) { test::check_bounds_and_mask<Admm>(); }
BOOST_AUTO_TEST_CASE(weights) { test::check_weights<Admm>(); }
BOOST_AUTO_TEST_CASE(goes_on) { test::check_goes_on<Admm>(); }
BOOST_AUTO_TEST_CASE(stays_at_the_solution) { test::check_stays_at_solution<Admm>(); }
BOOST_AUTO_TEST_CASE(scales) { test::check_scales<Admm>(); }
BOOST_AUTO_TEST_CASE(same_bits) { test::check_same_bits<Admm>(); }
BOOST_AUTO_TEST_CASE(refused) {
  test::check_refusals<Admm>();
  auto const made = [](pyronn::AdmmTvOptions const& options) {
    return [=] {
      test::TvSystem<double> system;
      pyronn::AdmmTv solver{test::executor(), system.problem, options};
    };
  };
  pyronn::AdmmTvOptions options;
  options.inner_iterations = 0;
  test::check_refused(made(options), "AdmmTv: inner_iterations 0 must be at least 1");
  options = {};
  options.penalty = 0;
  test::check_refused(made(options), "AdmmTv: penalty 0 must be above 0 and finite");
  options = {};
  options.norm = -1;
  test::check_refused(made(options), "AdmmTv: norm -1 must be at least 0 and finite");
}

BOOST_AUTO_TEST_SUITE_END()
