// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Total variation so strong that nothing but the mean is left, and where that begins.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/admm_tv.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/total_variation.hpp>

#include "support/tv_solver_checks.hpp"

using pyronn::Extents;
using pyronn::FistaTv;
using pyronn::FistaTvOptions;
using pyronn::TvProx;
using Floats = std::vector<float>;

namespace {

struct Fista {
  template <class Map>
  using Solver = FistaTv<Map, test::Executor>;
  using Options = FistaTvOptions;
};

double range_of(Floats const& image) {
  auto const [least, most] = std::minmax_element(image.begin(), image.end());
  return static_cast<double>(*most) - static_cast<double>(*least);
}

/// What least squares makes of the same number for all pixels.
double best_constant(test::TvProblem const& of) {
  test::Doubles const ones = of.project(test::Doubles(of.pixels(), 1.0));
  double above = 0;
  double below = 0;
  for (std::size_t ray = 0; ray < ones.size(); ++ray) {
    above += ones[ray] * of.data[ray];
    below += ones[ray] * ones[ray];
  }
  return above / below;
}

Floats fista_image(test::TvSystem<float>& system, double strength, int iterations = 200) {
  return test::tv_image<Fista>(system, test::tv_options<Fista>(strength), iterations);
}

/// Smooth: neighbours differ little beside the range.
Floats hill(int size) {
  Floats result;
  for (int n = 0; n < size * size; ++n) {
    double const distance = std::hypot(n % size - 0.4 * size, n / size - 0.5 * size) / size;
    result.push_back(static_cast<float>(std::exp(-distance * distance / 0.06)));
  }
  return result;
}

Floats step_of(Floats const& noisy, int size, double weight, pyronn::TvProxOptions const& options,
               Floats const& mask = {}) {
  Extents<2> const extents{size, size};
  test::Array<float, 2> in{extents, noisy};
  test::Array<float, 2> out{extents, 0.0F};
  TvProx<float, 2, test::Executor> step{test::executor(), extents, options};
  if (mask.empty()) {
    step(in.view(), weight, out.view());
  } else {
    test::Array<float, 2> sought{extents, mask};
    step(in.view(), weight, out.view(), sought.view());
  }
  return out.values();
}

double mean_of(Floats const& values) {
  double sum = 0;
  for (float const value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

double worst_distance(Floats const& values, double from) {
  double worst = 0;
  for (float const value : values)
    worst = std::max(worst, std::abs(static_cast<double>(value) - from));
  return worst;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(strong_tv, *boost::unit_test::precondition(test::device_present))

// From strengths that leave regions to those that leave one number: FistaTv in double has its dual
// in double, too.
BOOST_AUTO_TEST_CASE(least_objective_for_every_strength) {
  for (double const strength : {4.0, 10.0, 12.0, 15.0, 20.0, 30.0, 100.0, 1e3}) {
    test::TvProblem const of = test::tv_problem(strength);
    test::TvSystem<double> in_double{of};
    double const least =
        of.objective(test::tv_image<Fista>(in_double, test::tv_options<Fista>(strength), 1000));
    test::TvSystem<float> system{of};
    double const found = of.objective(fista_image(system, strength, 300));
    BOOST_TEST(found <= least * (1 + 1e-4));
    BOOST_TEST(found >= least * (1 - 1e-6));
  }
}

BOOST_AUTO_TEST_CASE(one_number_is_left) {
  test::TvProblem const of = test::tv_problem();
  double const expected = best_constant(of);
  for (double const strength : {50.0, 1e4, 1e6, 1e12}) {
    for (double const start : {0.0, 3.0}) {
      test::TvSystem<float> system{of, start};
      BOOST_TEST(worst_distance(fista_image(system, strength), expected) < 1e-5);
    }
    test::TvSystem<float> bounded{of};
    bounded.problem.bounds = {0, 0.5};
    BOOST_TEST(fista_image(bounded, strength) == Floats(of.pixels(), 0.5F),
               boost::test_tools::per_element());
  }
}

// Where nothing is seen nothing is too strong.
BOOST_AUTO_TEST_CASE(of_no_data) {
  test::TvSystem<float> system;
  system.measure(0.0F);
  BOOST_TEST(worst_distance(fista_image(system, 1e6), 0) == 0);
  system.begin_with(1.0F);
  BOOST_TEST(worst_distance(fista_image(system, 1e6), 0) < 1e-6);
}

// Pixels around stay 0, and pull all others there.
BOOST_AUTO_TEST_CASE(within_a_mask) {
  test::TvProblem const of = test::tv_problem();
  Floats sought;
  for (int n = 0; n < 100; ++n)
    sought.push_back(std::hypot(n % 10 - 4.5, n / 10 - 4.5) < 4.6 ? 1.0F : 0.0F);
  test::Array<float, 2> mask{{10, 10}, sought};
  double const usual = [&] {
    test::TvSystem<float> system{of};
    system.problem.mask = mask.view();
    return range_of(fista_image(system, 0.1));
  }();
  for (double const strength : {1e3, 1e6}) {
    test::TvSystem<float> system{of};
    system.problem.mask = mask.view();
    BOOST_TEST(worst_distance(fista_image(system, strength), 0) < 2e-3 * usual);
  }
}

BOOST_AUTO_TEST_CASE(scales_and_bits_of_strong_ones) {
  for (double const strength : {12.0, 1e4}) {
    test::TvProblem const of = test::tv_problem();
    test::TvSystem<float> system{of};
    Floats const expected = fista_image(system, strength, 30);
    system.begin_with(0.0F);
    BOOST_TEST(fista_image(system, strength, 30) == expected, boost::test_tools::per_element());
    for (double const scale : {0x1p-20, 0x1p20}) {
      test::TvProblem with_data = of;
      for (double& value : with_data.data) value *= scale;
      test::TvSystem<float> scaled{with_data};
      Floats image = fista_image(scaled, strength * scale, 30);
      for (float& value : image) value /= static_cast<float>(scale);
      BOOST_TEST(image == expected, boost::test_tools::per_element());
    }
#if !defined(__CUDACC__)
    for (int const threads : {1, 3}) {
      test::TvSystem<float> other{of};
      FistaTv solver{pyronn::CpuExecutor{threads}, other.problem,
                     test::tv_options<Fista>(strength)};
      solver.start(other.image.view());
      pyronn::iterate(solver, 30);
      BOOST_TEST(other.image.values() == expected, boost::test_tools::per_element());
    }
#endif
  }
}

// The bound holds, and the weights below it are not lost in 16 bits.
BOOST_AUTO_TEST_CASE(steps) {
  int const size = 32;
  Floats const noisy = hill(size);
  double const mean = mean_of(noisy);
  for (double const weight : {4.0, 8.0, 12.0, 1e4, 1e30})
    BOOST_TEST(worst_distance(step_of(noisy, size, weight, {{1, 1, 1}, 3000}), mean) < 3e-3);
  for (double const weight : {12.0, 1e4, 1e30})
    BOOST_TEST(worst_distance(step_of(noisy, size, weight, {{1, 1, 1}, 3000}), mean) < 1e-6);
  BOOST_TEST(step_of(noisy, size, 1e4, {{1, 1, 1}, 20, {0.5, 2}}) == Floats(noisy.size(), 0.5F),
             boost::test_tools::per_element());
}

// In double, to which 16 bits come near.
BOOST_AUTO_TEST_CASE(steps_that_leave_something) {
  int const size = 24;
  Floats const noisy = hill(size);
  test::TvProblem of{{size, size}, {}, {noisy.begin(), noisy.end()}, 0};
  for (double const weight : {0.1, 0.5, 1.0}) {
    of.strength = weight;
    TvProx<double, 2, test::Executor> in_double{test::executor(), {size, size}, {{1, 1, 1}, 4000}};
    test::Array<double, 2> in{{size, size}, of.data};
    test::Array<double, 2> out{{size, size}, 0.0};
    in_double(in.view(), weight, out.view());
    double const least = of.objective(out.values());
    double const found = of.objective(step_of(noisy, size, weight, {{1, 1, 1}, 4000}));
    BOOST_TEST(found <= least + 1e-5 * weight * 8 * size * size);  // as TvProx says
    BOOST_TEST(found >= least * (1 - 1e-5));
  }
}

BOOST_AUTO_TEST_CASE(steps_within_a_mask) {
  int const size = 16;
  Floats noisy = hill(size);
  Floats mask;
  for (int n = 0; n < size * size; ++n) {
    bool const is_edge = n % size % 15 == 0 || n / size % 15 == 0;
    mask.push_back(is_edge ? 0.0F : 1.0F);
    if (is_edge) noisy[static_cast<std::size_t>(n)] = 0.25F;
  }
  Floats const found = step_of(noisy, size, 1e6, {{1, 1, 1}, 1000}, mask);
  BOOST_TEST(worst_distance(found, 0.25) < 2e-3);
}

// The duals of these are not of 16 bits: they need longer, no more.
BOOST_AUTO_TEST_CASE(other_solvers) {
  test::TvProblem const of = test::tv_problem();
  double const expected = best_constant(of);
  test::TvSystem<float> system{of};
  pyronn::PdhgOptions pdhg;
  pdhg.strength = 1e4;
  pyronn::Pdhg first{test::executor(), system.problem, pdhg};
  first.start(system.image.view());
  pyronn::iterate(first, 2000);
  BOOST_TEST(worst_distance(system.image.values(), expected) < 1e-4);
  system.begin_with(0.0F);
  pyronn::AdmmTvOptions admm;
  admm.strength = 1e4;
  admm.penalty = 10;
  pyronn::AdmmTv second{test::executor(), system.problem, admm};
  second.start(system.image.view());
  pyronn::iterate(second, 60);
  BOOST_TEST(worst_distance(system.image.values(), expected) < 1e-4);
}

BOOST_AUTO_TEST_SUITE_END()
