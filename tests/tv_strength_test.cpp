// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// A strength of total variation by other packages' names.
#include <cmath>
#include <limits>
#include <string>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/tv_strength.hpp>

#include "support/numbers.hpp"
#include "support/tv_reference.hpp"
#include "support/tv_solver_refusals.hpp"

BOOST_AUTO_TEST_SUITE(tv_strength)

// The objective that each name stands for there is a multiple of the one here.
BOOST_AUTO_TEST_CASE(objectives_are_multiples) {
  double const spacing = 0.4;
  double const strength = 0.3;
  auto const found = pyronn::tv_strength_elsewhere(strength, spacing, 2.5);
  test::TvProblem problem{{6, 5}, {}, test::random_doubles(1, 30), strength};
  problem.spacing = {spacing, spacing, spacing};
  test::TvProblem of_differences = problem;
  of_differences.spacing = {1, 1, 1};
  for (std::uint32_t seed = 2; seed < 5; ++seed) {
    auto const x = test::random_doubles(seed, 30);
    double const misfit = std::pow(problem.residual(x), 2);
    double const here = problem.objective(x);
    double const variation = problem.total_variation(x);
    double const unit_variation = of_differences.total_variation(x);
    auto const same = [&](double there) {
      BOOST_TEST(there == here, boost::test_tools::tolerance(1e-12));
    };
    same(misfit / 2 + found.scikit_image_weight * unit_variation);
    same(misfit / 2 + found.deepinv_ths * unit_variation);
    same((misfit + found.cil_alpha * variation) / 2);
    same((misfit + found.rtk_alpha * variation) / 2);
    // On the image over its range: 1/2 |x - y|^2 + 1 / lambda TV, times the square of the range.
    same(2.5 * 2.5 * (misfit / 2 / (2.5 * 2.5) + unit_variation / 2.5 / found.tigre_lambda));
  }
}

BOOST_AUTO_TEST_CASE(text) {
  BOOST_TEST(pyronn::tv_strength_text(0.25, 0.5, 2) ==
             "pyronn: strength 0.25 for pixels of 0.5\nscikit-image: weight 0.5\ndeepinv: ths "
             "0.5\nRTK: alpha 0.5\nCIL: alpha 0.5\nTIGRE: tvlambda 4 while values range over 2\n");
  BOOST_TEST(std::isinf(pyronn::tv_strength_elsewhere(0, 1).tigre_lambda));
}

BOOST_AUTO_TEST_CASE(refused_numbers) {
  auto const call = [](double strength, double spacing, double range) {
    return [=] { static_cast<void>(pyronn::tv_strength_text(strength, spacing, range)); };
  };
  test::check_refused(call(-1, 1, 1), "tv_strength_elsewhere: strength -1 must be at least 0");
  test::check_refused(call(1, 0, 1), "tv_strength_elsewhere: spacing 0 must be positive");
  test::check_refused(call(1, 1, 0), "tv_strength_elsewhere: range_of_values 0 must be positive");
  test::check_refused(call(test::not_a_number, 1, 1), "strength nan must be at least 0 and finite");
}

BOOST_AUTO_TEST_SUITE_END()
