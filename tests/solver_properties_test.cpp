// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// What holds for solvers of least squares, whatever they are.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/admm_tv.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "support/dense_map.hpp"
#include "support/numbers.hpp"

using Values = std::vector<double>;
using Map = test::DenseMap<double>;
using pyronn::InvalidArgument;
using Solvers =
    boost::mpl::list<pyronn::Sirt<Map, test::Executor>, pyronn::Cgls<Map, test::Executor>,
                     pyronn::Lsqr<Map, test::Executor>>;

namespace {

/// Rays that cross some pixels each, as of a scan of 4 x 3 pixels in 5 views of 4 columns.
Map random_map(double factor = 1) {
  auto const random = test::random_values(5, 20 * 12);
  Values entries;
  for (float const value : random) {
    entries.push_back(value > 0.1F ? factor * static_cast<double>(value) : 0.0);
  }
  return {{4, 3}, {4, 5}, entries};
}

Values random_image() {
  auto const random = test::random_values(6, 12);
  return {random.begin(), random.end()};
}

/// A problem with the arrays that it refers to.
struct Problem {
  Problem(Map const& map, Values const& lines, Values const& start)
      : data{map.range(), lines}, image{map.domain(), start}, problem{map, data.view()} {}

  template <class Solver>
  Values after(int iterations) {
    Solver solver{test::executor(), problem};
    solver.start(image.view());
    pyronn::iterate(solver, iterations);
    return image.values();
  }

  test::Array<double, 2> data;
  test::Array<double, 2> image;
  pyronn::ReconstructionProblem<Map> problem;
};

Values times(double factor, Values values) {
  for (double& value : values) value *= factor;
  return values;
}

auto says(std::string const& words) {
  return [words](InvalidArgument const& error) {
    return std::string{error.what()}.find(words) != std::string::npos;
  };
}

template <class Solver>
void check_refused(Problem& problem, std::string const& words) {
  Solver solver{test::executor(), problem.problem};
  BOOST_CHECK_EXCEPTION(solver.start(problem.image.view()), InvalidArgument, says(words));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(solver_properties, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE_TEMPLATE(a_start_at_the_solution_stays_there, Solver, Solvers) {
  Map const map = random_map();
  Values const truth = random_image();
  Problem problem{map, test::product(map, truth), truth};
  BOOST_TEST(test::relative_l2(problem.after<Solver>(50), truth) < 1e-12);
}

// No threshold is absolute: scales of data and of lengths are scales of the image.
BOOST_AUTO_TEST_CASE_TEMPLATE(scales_change_nothing_else, Solver, Solvers) {
  Values const lines = test::product(random_map(), random_image());
  Values const zeros(12, 0.0);
  Values const expected = Problem{random_map(), lines, zeros}.after<Solver>(5);
  for (double const factor : {1e-6, 1e6}) {
    Problem of_data{random_map(), times(factor, lines), zeros};
    BOOST_TEST(test::relative_l2(of_data.after<Solver>(5), times(factor, expected)) < 1e-11);
    Problem of_lengths{random_map(factor), lines, zeros};
    BOOST_TEST(test::relative_l2(of_lengths.after<Solver>(5), times(1 / factor, expected)) < 1e-11);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(residuals_fall, Solver, Solvers) {
  auto const noise = test::random_values(8, 20);
  Problem problem{random_map(), {noise.begin(), noise.end()}, Values(12, 0.0)};
  Solver solver{test::executor(), problem.problem};
  solver.start(problem.image.view());
  auto const history = pyronn::run_solver(solver, {30});
  BOOST_TEST(history.measures.size() == 31U);
  for (std::size_t n = 1; n < history.measures.size(); ++n) {
    BOOST_TEST(history.measures[n].objective <= history.measures[n - 1].objective * (1 + 1e-12));
  }
}

// To look at an image is no part of an iteration, nor of what one leaves for the next.
BOOST_AUTO_TEST_CASE_TEMPLATE(measures_change_nothing, Solver, Solvers) {
  auto const noise = test::random_values(8, 20);
  Values const lines{noise.begin(), noise.end()};
  Problem unseen{random_map(), lines, Values(12, 0.5)};
  Problem seen{random_map(), lines, Values(12, 0.5)};
  auto const check = [&](auto const&... options) {
    pyronn::fill(test::executor(), unseen.image.view(), 0.5);
    pyronn::fill(test::executor(), seen.image.view(), 0.5);
    Solver queued{test::executor(), unseen.problem, options...};
    queued.start(unseen.image.view());
    pyronn::iterate(queued, 6);
    Solver measured{test::executor(), seen.problem, options...};
    measured.start(seen.image.view());
    pyronn::run_solver(measured, {6});
    BOOST_TEST(seen.image.values() == unseen.image.values(), boost::test_tools::per_element());
  };
  check();
  if constexpr (!std::is_same_v<Solver, pyronn::Sirt<Map, test::Executor>>) {
    using Options = std::conditional_t<std::is_same_v<Solver, pyronn::Cgls<Map, test::Executor>>,
                                       pyronn::CglsOptions, pyronn::LsqrOptions>;
    check(Options{{0.3, pyronn::DampingTowards::zero}});
    check(Options{{0.3, pyronn::DampingTowards::start}});
  }
}

// Pixels outside a mask keep what they have, which is projected.
BOOST_AUTO_TEST_CASE_TEMPLATE(masked_pixels_stay_and_are_projected, Solver, Solvers) {
  Map const map = random_map();
  Values const truth = random_image();
  Values start = truth;
  Values mask(12, 0.0);
  for (std::size_t const pixel : {1U, 4U, 7U, 8U}) {
    mask[pixel] = 1;
    start[pixel] = 0;
  }
  test::Array<double, 2> mask_array{map.domain(), mask};
  Problem problem{map, test::product(map, truth), start};
  problem.problem.mask = mask_array.view();
  Values const found = problem.after<Solver>(2000);
  for (std::size_t pixel = 0; pixel < 12; ++pixel) {
    if (mask[pixel] == 0) BOOST_TEST(found[pixel] == truth[pixel]);
  }
  BOOST_TEST(test::relative_l2(found, truth) < 1e-6);
}

// A ray that counts for nothing may even hold no number.
BOOST_AUTO_TEST_CASE_TEMPLATE(rays_without_weight_count_for_nothing, Solver, Solvers) {
  Map const map = random_map();
  Values lines = test::product(map, random_image());
  Values weights(20, 2.0);
  weights[3] = 0;
  lines[3] = 1e3;
  test::Array<double, 2> weight_array{map.range(), weights};
  Problem finite{map, lines, Values(12, 0.0)};
  finite.problem.weights = weight_array.view();
  Values const expected = finite.after<Solver>(8);
  lines[3] = std::numeric_limits<double>::quiet_NaN();
  Problem problem{map, lines, Values(12, 0.0)};
  problem.problem.weights = weight_array.view();
  BOOST_TEST(problem.after<Solver>(8) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_cannot_be_solved_is_refused, Solver, Solvers) {
  Map const map = random_map();
  Values const lines = test::product(map, random_image());
  Values const zeros(12, 0.0);
  Values spoilt = lines;
  spoilt[7] = std::numeric_limits<double>::quiet_NaN();
  Problem not_finite{map, spoilt, zeros};
  check_refused<Solver>(not_finite, "some data are not finite");
  test::Array<double, 2> no_mask{map.domain(), 0.0};
  Problem masked{map, lines, zeros};
  masked.problem.mask = no_mask.view();
  check_refused<Solver>(masked, "the mask is 0 everywhere");
  Values holed(12, 0.0);
  holed[6] = holed[9] = std::numeric_limits<double>::quiet_NaN();
  test::Array<double, 2> mask_with_hole{map.domain(), holed};
  masked.problem.mask = mask_with_hole.view();
  check_refused<Solver>(masked, "the mask holds NaN or infinity, first at (2, 1); it must be 0 or");
  Values weights(20, 0.0);
  test::Array<double, 2> no_weights{map.range(), weights};
  Problem weightless{map, lines, zeros};
  weightless.problem.weights = no_weights.view();
  check_refused<Solver>(weightless, "all ray weights are 0");
  weights[5] = -1;
  test::Array<double, 2> negative{map.range(), weights};
  weightless.problem.weights = negative.view();
  check_refused<Solver>(weightless, "some ray weights are negative");

  Problem other{map, lines, zeros};
  test::Array<double, 2> wrong{{3, 4}, 0.0};
  Solver solver{test::executor(), other.problem};
  BOOST_CHECK_EXCEPTION(solver.start(wrong.view()), InvalidArgument, says("must be (4, 3)"));
  BOOST_CHECK_EXCEPTION(solver.start({nullptr, map.domain()}), InvalidArgument,
                        says(": image: the array is a null pointer"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(memory_is_known_beforehand, Solver, Solvers) {
  BOOST_TEST(Solver::memory_bytes(test::executor(), random_map()) > 0U);
}

BOOST_AUTO_TEST_CASE(rules_end_a_run) {
  Map const map = random_map();
  Problem problem{map, test::product(map, random_image()), Values(12, 0.0)};
  pyronn::Sirt solver{test::executor(), problem.problem};
  auto const run = [&](pyronn::StoppingRules const& rules,
                       pyronn::SolverCallback const& look = {}) {
    pyronn::fill(test::executor(), problem.image.view(), 0);
    solver.start(problem.image.view());
    return pyronn::run_solver(solver, rules, look);
  };
  auto const whole = run({40});
  BOOST_TEST(whole.iterations == 40);
  BOOST_TEST((whole.stopped_by == pyronn::StoppedBy::iterations));
  // The first whose residual is as small.
  double const tenth = whole.measures[10].residual;
  auto const discrepancy = run({40, tenth});
  BOOST_TEST(discrepancy.iterations == 10);
  BOOST_TEST((discrepancy.stopped_by == pyronn::StoppedBy::discrepancy));
  auto const relative = run({40, 0, tenth / whole.measures[0].residual * (1 + 1e-12)});
  BOOST_TEST(relative.iterations == 10);
  BOOST_TEST((relative.stopped_by == pyronn::StoppedBy::residual));
  auto const change = run({40, 0, 0, 0.5});
  BOOST_TEST((change.stopped_by == pyronn::StoppedBy::change));
  BOOST_TEST(change.iterations < 40);
  auto const called = run({40}, [](int n, pyronn::SolverMeasures const&) { return n < 3; });
  BOOST_TEST(called.iterations == 3);
  BOOST_TEST((called.stopped_by == pyronn::StoppedBy::callback));
  // A run that goes on is one that did not stop.
  Values const stopped = (run({3}), pyronn::run_solver(solver, {4}), problem.image.values());
  Values const at_once = (run({7}), problem.image.values());
  BOOST_TEST(stopped == at_once, boost::test_tools::per_element());
  BOOST_CHECK_THROW(run({-1}), InvalidArgument);
}

BOOST_AUTO_TEST_CASE(bounds_are_kept_and_refused_where_they_cannot_be) {
  Map const map = random_map();
  Values const truth = random_image();
  Problem problem{map, test::product(map, truth), Values(12, 3.0)};
  problem.problem.bounds = {-0.1, 0.2};
  pyronn::Sirt solver{test::executor(), problem.problem};
  solver.start(problem.image.view());
  for (int n = 0; n < 20; ++n) {
    for (double const pixel : problem.image.values()) BOOST_TEST((pixel >= -0.1 && pixel <= 0.2));
    solver.iterate();
  }
  BOOST_CHECK_THROW((pyronn::Cgls{test::executor(), problem.problem}), InvalidArgument);
  BOOST_CHECK_THROW((pyronn::Lsqr{test::executor(), problem.problem}), InvalidArgument);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  pyronn::PixelBounds const without_value[] = {
      {1, 0}, {infinity, infinity}, {-infinity, -infinity}, {none, 1}, {0, none}};
  for (pyronn::PixelBounds const& bounds : without_value) {
    problem.problem.bounds = bounds;
    check_refused<pyronn::Sirt<Map, test::Executor>>(problem, "leave no value");
    check_refused<pyronn::AdmmTv<Map, test::Executor>>(problem, "leave no value");
  }
  problem.problem.bounds = {-infinity, 0};
  BOOST_CHECK_NO_THROW(solver.start(problem.image.view()));
}

#if !defined(__CUDACC__)
BOOST_AUTO_TEST_CASE_TEMPLATE(bits_are_the_same_for_any_number_of_threads, Solver, Solvers) {
  Map const map = random_map();
  Values const lines = test::product(map, random_image());
  Values expected;
  for (int const threads : {1, 2, 7}) {
    Problem problem{map, lines, Values(12, 0.0)};
    Solver solver{pyronn::CpuExecutor{threads}, problem.problem};
    solver.start(problem.image.view());
    pyronn::iterate(solver, 9);
    if (expected.empty()) expected = problem.image.values();
    BOOST_TEST(problem.image.values() == expected, boost::test_tools::per_element());
  }
}
#endif

BOOST_AUTO_TEST_SUITE_END()
