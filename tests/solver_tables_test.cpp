// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Iterates of a small system that are known to seven digits.
#include <cstddef>
#include <vector>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/damping.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "support/dense_map.hpp"

using Values = std::vector<double>;
using Map = test::DenseMap<double>;
using pyronn::ReconstructionProblem;

namespace {

/// The system, its data, and an image on the executor.
struct Strips {
  explicit Strips(double start = 0) : image{map.domain(), start} {}

  Map map = test::strips();
  test::Array<double, 2> data{map.range(), test::product(map, test::strip_truth())};
  test::Array<double, 2> image;
  ReconstructionProblem<Map> problem{map, data.view()};
};

template <class Solver>
Values after(Strips& strips, Solver& solver, int iterations) {
  solver.start(strips.image.view());
  pyronn::iterate(solver, iterations);
  return strips.image.values();
}

/// To the last digit but one.
void check_image(Values const& found, Values const& expected) {
  for (std::size_t n = 0; n < expected.size(); ++n)
    BOOST_TEST(std::abs(found[n] - expected[n]) < 5e-6);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(solver_tables, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(sirt) {
  Values const expected[] = {{2.454451, 2.516713, 2.907719, 3.121117},
                             {2.208746, 2.365579, 2.994706, 3.430968},
                             {1.274446, 2.052073, 3.045057, 4.628424}};
  int const iterations[] = {1, 2, 10};
  for (int n = 0; n < 3; ++n) {
    Strips strips;
    pyronn::Sirt solver{test::executor(), strips.problem};
    check_image(after(strips, solver, iterations[n]), expected[n]);
  }
}

BOOST_AUTO_TEST_CASE(sirt_between_bounds) {
  Strips strips;
  strips.problem.bounds = {0, 4};
  pyronn::Sirt solver{test::executor(), strips.problem};
  check_image(after(strips, solver, 10), {1.406767, 2.197068, 3.190051, 4.000000});
}

using LeastSquares =
    boost::mpl::list<pyronn::Cgls<Map, test::Executor>, pyronn::Lsqr<Map, test::Executor>>;

BOOST_AUTO_TEST_CASE_TEMPLATE(least_squares, Solver, LeastSquares) {
  Values const expected[] = {{2.861618, 2.316564, 2.540286, 3.282741},
                             {1.294493, 1.699268, 3.301271, 4.704441},
                             {0.995115, 2.007119, 3.006851, 4.993927}};
  for (int n = 0; n < 3; ++n) {
    Strips strips;
    Solver solver{test::executor(), strips.problem};
    check_image(after(strips, solver, n + 1), expected[n]);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(least_squares_with_damping, Solver, LeastSquares) {
  double const errors[] = {.1, -.1, .2, 0, .1, -.2, .1, 0, -.1};
  Values const expected[] = {{1.507834, 1.801171, 2.763076, 4.374501},
                             {1.556532, 1.965914, 2.927818, 4.423199},
                             {0.949887, 1.802149, 2.990385, 5.249887}};
  pyronn::Damping const dampings[] = {
      {0.5, pyronn::DampingTowards::zero}, {0.5, pyronn::DampingTowards::start}, {}};
  for (int n = 0; n < 3; ++n) {
    Strips strips{n == 1 ? 2.0 : 0.0};
    Values data = strips.data.values();
    for (std::size_t ray = 0; ray < data.size(); ++ray) data[ray] += errors[ray];
    test::Array<double, 2> noisy{strips.map.range(), data};
    strips.problem.data = noisy.view();
    Solver solver{test::executor(), strips.problem, {dampings[n]}};
    check_image(after(strips, solver, 4), expected[n]);
    // Nor does rounding, all that is left of the gradient, lead it away again.
    pyronn::iterate(solver, 200);
    check_image(strips.image.values(), expected[n]);
  }
}

BOOST_AUTO_TEST_SUITE_END()
