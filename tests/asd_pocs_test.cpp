// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Adaptive steepest descent and projections onto convex sets.
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/asd_pocs.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "support/tv_solver_checks.hpp"
#include "support/tv_solver_refusals.hpp"

using pyronn::AsdPocsOptions;
using test::Doubles;
using test::TvProblem;
using test::TvSystem;

namespace {

AsdPocsOptions options_with(double tolerance, int subsets = 1) {
  AsdPocsOptions options;
  options.tolerance = tolerance;
  options.subsets = subsets;
  return options;
}

template <class T>
std::vector<T> image_after(TvSystem<T>& system, AsdPocsOptions const& options, int iterations) {
  pyronn::AsdPocs solver{test::executor(), system.problem, options};
  solver.start(system.image.view());
  pyronn::iterate(solver, iterations);
  return system.image.values();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(asd_pocs, *boost::unit_test::precondition(test::device_present))

// An image of the tolerance's residual has less total variation than SIRT's of as small a residual,
// and not much more than any can have.
BOOST_AUTO_TEST_CASE(meets_its_tolerance) {
  for (int const subsets : {1, 5}) {
    TvProblem of = test::tv_problem(0.2);
    of.lower.assign(of.pixels(), 0);
    Doubles const best = of.solve(20000);
    double const tolerance = of.residual(best);
    TvSystem<double> system{of};
    system.problem.bounds.lower = 0;
    AsdPocsOptions options = options_with(tolerance, subsets);
    // A single subset does not cycle, and is slow as it is.
    if (subsets == 1) options.relaxation_reduction = 1;
    pyronn::AsdPocs solver{test::executor(), system.problem, options};
    solver.start(system.image.view());
    pyronn::iterate(solver, 1500);
    Doubles const found = system.image.values();
    BOOST_TEST(of.residual(found) < 1.01 * tolerance);
    BOOST_TEST(of.total_variation(found) < 1.02 * of.total_variation(best));
    auto const measures = solver.measure();
    BOOST_TEST(measures.residual == of.residual(found), boost::test_tools::tolerance(1e-12));
    BOOST_TEST(measures.objective == of.total_variation(found),
               boost::test_tools::tolerance(1e-12));
    BOOST_TEST_MESSAGE("residual over tolerance " << of.residual(found) / tolerance
                                                  << ", TV over the least "
                                                  << measures.objective / of.total_variation(best));

    TvSystem<double> other{of};
    other.problem.bounds.lower = 0;
    pyronn::Sirt sirt{test::executor(), other.problem};
    sirt.start(other.image.view());
    pyronn::StoppingRules rules;
    rules.iterations = 10000;
    rules.discrepancy = 1.01 * tolerance;
    BOOST_TEST((pyronn::run_solver(sirt, rules).stopped_by == pyronn::StoppedBy::discrepancy));
    BOOST_TEST(measures.objective < 0.95 * of.total_variation(other.image.values()));
  }
}

BOOST_AUTO_TEST_CASE(keeps_bounds_and_mask) {
  TvProblem const of = test::tv_problem();
  Doubles const start = test::random_doubles(9, static_cast<std::int64_t>(of.pixels()));
  Doubles sought(of.pixels(), 1);
  for (std::size_t n = 0; n < sought.size(); n += 7) sought[n] = 0;
  TvSystem<double> system{of};
  test::Array<double, 2> mask{system.map.domain(), sought};
  system.problem.mask = mask.view();
  system.problem.bounds = {0.1, 0.8};
  for (int iterations = 0; iterations < 6; ++iterations) {
    system.begin_with(start);
    Doubles const image = image_after(system, options_with(0.5, 2), iterations);
    for (std::size_t n = 0; n < image.size(); ++n) {
      if (sought[n] == 0) {
        BOOST_TEST(image[n] == start[n]);
      } else {
        BOOST_TEST(image[n] >= 0.1);
        BOOST_TEST(image[n] <= 0.8);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(goes_on) {
  TvSystem<float> system;
  auto const options = options_with(0.5, 2);
  auto const expected = image_after(system, options, 7);
  pyronn::AsdPocs solver{test::executor(), system.problem, options};
  for (int start = 0; start < 2; ++start) {
    system.begin_with(0.0F);
    solver.start(system.image.view());
    static_cast<void>(solver.measure());
    pyronn::iterate(solver, 3);
    static_cast<void>(solver.measure());
    pyronn::iterate(solver, 4);
    BOOST_TEST(system.image.values() == expected, boost::test_tools::per_element());
  }
}

// Where the data are met and nothing is to be smoothed, nothing moves.
BOOST_AUTO_TEST_CASE(stays_at_the_solution) {
  TvProblem of = test::tv_problem();
  Doubles truth = test::tv_truth();
  for (double& value : truth) value = std::round(4 * value);
  of.data = of.project(truth);
  TvSystem<double> system{of};
  system.begin_with(truth);
  BOOST_TEST(image_after(system, options_with(0), 20) == truth, boost::test_tools::per_element());
  Doubles const flat(of.pixels(), 2);
  of.data = of.project(flat);
  TvSystem<double> level{of};
  level.begin_with(flat);
  BOOST_TEST(image_after(level, options_with(0, 5), 20) == flat, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(scales) {
  TvProblem const of = test::tv_problem();
  TvSystem<double> system{of};
  Doubles const expected = image_after(system, options_with(0.5, 2), 30);
  for (double const scale : {0x1p-20, 0x1p20}) {
    TvProblem with_data = of;
    for (double& value : with_data.data) value *= scale;
    TvSystem<double> scaled{with_data};
    Doubles const image = image_after(scaled, options_with(0.5 * scale, 2), 30);
    TvProblem with_lengths = of;
    for (double& value : with_lengths.matrix) value *= scale;
    TvSystem<double> longer{with_lengths};
    auto options = options_with(0.5, 2);
    options.spacing = pyronn::Vec3d{scale, scale, scale};
    Doubles const in_lengths = image_after(longer, options, 30);
    for (std::size_t n = 0; n < expected.size(); ++n) {
      BOOST_TEST(std::abs(image[n] / scale - expected[n]) < 1e-9);
      BOOST_TEST(std::abs(in_lengths[n] * scale - expected[n]) < 1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(refused) {
  auto const refuse = [](auto const& change, char const* sentence) {
    test::check_refused(
        [&] {
          AsdPocsOptions options;
          options.subsets = 1;
          change(options);
          TvSystem<double> system;
          pyronn::AsdPocs solver{test::executor(), system.problem, options};
        },
        sentence);
  };
  using Options = AsdPocsOptions;
  refuse([](Options& of) { of.tolerance = -1; }, "AsdPocs: tolerance -1 must be at least 0");
  refuse([](Options& of) { of.descents = -1; }, "AsdPocs: descents -1 must be at least 0");
  refuse([](Options& of) { of.first_step = 0; }, "AsdPocs: first_step 0 must be above 0");
  refuse([](Options& of) { of.largest_ratio = 0; }, "AsdPocs: largest_ratio 0 must be above 0");
  refuse([](Options& of) { of.reduction = 2; }, "AsdPocs: reduction 2 and relaxation_reduction");
  refuse([](Options& of) { of.relaxation = 2; }, "AsdPocs: relaxation 2 must be above 0");
  refuse([](Options& of) { of.subsets = 6; }, "AsdPocs: subsets 6 must not be more than the 5");
  refuse([](Options& of) { of.spacing = pyronn::Vec3d{1, 0, 1}; }, "AsdPocs: spacing");
}

BOOST_AUTO_TEST_SUITE_END()
