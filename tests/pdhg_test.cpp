// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Primal-dual hybrid gradients with total variation.
#include <cmath>
#include <cstddef>
#include <cstdint>

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
// From an image that a solver made, whose ratio to the duals says how long steps are.
BOOST_AUTO_TEST_CASE(least_objective_with_steps_of_the_start) {
  auto of = test::tv_problem(0.2);
  of.lower.assign(of.pixels(), 0);
  test::TvSystem<double> system{of};
  system.problem.bounds.lower = 0;
  auto options = test::tv_options<PrimalDual>(0.2);
  static_cast<void>(test::tv_image<PrimalDual>(system, options, 10));
  options.balance = 0.5;
  options.balanced = pyronn::PdhgBalance::of_start;
  test::check_objective<PrimalDual>(of, system, options);
}

BOOST_AUTO_TEST_CASE(zeros_say_nothing_of_steps) {
  auto const of = test::tv_problem(0.2);
  auto options = test::tv_options<PrimalDual>(0.2);
  test::TvSystem<double> usual{of};
  auto const expected = test::tv_image<PrimalDual>(usual, options, 20);
  options.balanced = pyronn::PdhgBalance::of_start;
  test::TvSystem<double> zeros{of};
  BOOST_TEST(test::tv_image<PrimalDual>(zeros, options, 20) == expected,
             boost::test_tools::per_element());
  // From where it came it goes another way.
  auto const other = test::tv_image<PrimalDual>(zeros, options, 1);
  auto const usual_way = test::tv_image<PrimalDual>(usual, test::tv_options<PrimalDual>(0.2), 1);
  BOOST_TEST(other != usual_way);
}

BOOST_AUTO_TEST_CASE(steps_of_the_start_have_no_unit) {
  auto const of = test::tv_problem();
  auto options = test::tv_options<PrimalDual>(0.1);
  options.balanced = pyronn::PdhgBalance::of_start;
  auto const start = test::random_doubles(9, static_cast<std::int64_t>(of.pixels()));
  test::TvSystem<double> system{of};
  system.begin_with(start);
  auto const expected = test::tv_image<PrimalDual>(system, options, 30);
  double const scale = 0x1p20;
  auto with_data = of;
  for (double& value : with_data.data) value *= scale;
  auto scaled_start = start;
  for (double& value : scaled_start) value *= scale;
  test::TvSystem<double> scaled{with_data};
  scaled.begin_with(scaled_start);
  options.strength = 0.1 * scale;
  auto const image = test::tv_image<PrimalDual>(scaled, options, 30);
  test::TvSystem<double> weighed{of};
  weighed.begin_with(start);
  test::Array<double, 2> weights{weighed.map.range(), scale};
  weighed.problem.weights = weights.view();
  auto const in_weights = test::tv_image<PrimalDual>(weighed, options, 30);
  for (std::size_t n = 0; n < expected.size(); ++n) {
    BOOST_TEST(std::abs(image[n] / scale - expected[n]) < 1e-9);
    BOOST_TEST(std::abs(in_weights[n] - expected[n]) < 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(iterations_come_after_the_start) {
  test::TvSystem<double> system;
  pyronn::Pdhg solver{test::executor(), system.problem, pyronn::PdhgOptions{}};
  BOOST_CHECK_THROW(solver.iterate(), pyronn::InvalidArgument);
}

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
