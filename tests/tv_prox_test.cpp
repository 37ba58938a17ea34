// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
// Total variation and its proximal step, against values that are known and a reference in double.
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/recon/solver/total_variation.hpp>

#include "support/dense_map.hpp"
#include "support/numbers.hpp"
#include "support/tv_reference.hpp"
#include "support/tv_solver_refusals.hpp"

using pyronn::Extents;
using pyronn::PixelBounds;
using pyronn::TvProx;
using pyronn::TvProxOptions;
using test::Doubles;
using test::TvProblem;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T, int Rank>
double value_of(std::vector<T> const& image, Extents<Rank> const& extents,
                pyronn::Vec3d const& spacing) {
  test::Array<T, Rank> array{extents, image};
  test::Array<double, 1> result{{1}, test::not_a_number};
  pyronn::Workspace<test::Executor> workspace{
      test::executor(), pyronn::reduction_workspace_bytes(test::executor(), extents.count())};
  pyronn::total_variation(test::executor(), array.view(), spacing, result.view().data, workspace);
  return result.values()[0];
}

template <class T, int Rank>
std::vector<T> prox(std::vector<T> const& image, Extents<Rank> const& extents, double weight,
                    TvProxOptions const& options, std::vector<T> const& mask = {}, int calls = 1) {
  test::Array<T, Rank> noisy{extents, image};
  test::Array<T, Rank> out{extents, static_cast<T>(test::nan)};
  TvProx<T, Rank, test::Executor> step{test::executor(), extents, options};
  if (mask.empty()) {
    for (int n = 0; n < calls; ++n) step(noisy.view(), weight, out.view());
  } else {
    test::Array<T, Rank> sought{extents, mask};
    for (int n = 0; n < calls; ++n) step(noisy.view(), weight, out.view(), sought.view());
  }
  return out.values();
}

template <class T>
std::vector<T> as(Doubles const& values) {
  return {values.begin(), values.end()};
}

TvProblem denoising(std::vector<int> const& size, Doubles const& noisy, double weight) {
  return {size, {}, noisy, weight};
}

/// Steps of random images in T are within `tolerance` of the least objective.
template <class T, int Rank>
void check_random(Extents<Rank> const& extents, pyronn::Vec3d const& spacing,
                  PixelBounds const& bounds, double tolerance) {
  for (double const weight : {0.05, 0.25}) {
    Doubles noisy = test::random_doubles(3, extents.count());
    for (double& value : noisy) value = static_cast<double>(static_cast<float>(value));
    TvProblem problem = denoising({extents.size, extents.size + Rank}, noisy, weight);
    problem.spacing = spacing;
    problem.lower.assign(noisy.size(), bounds.lower);
    problem.upper.assign(noisy.size(), bounds.upper);
    double const least = problem.least(60000);
    BOOST_REQUIRE(std::abs(problem.least(30000) - least) <= 5e-6 * least);
    auto const found = prox(as<T>(noisy), extents, weight, {spacing, 10000, bounds});
    BOOST_TEST(problem.objective(found) >= least * (1 - 5e-6));
    BOOST_TEST(problem.objective(found) <= least * (1 + tolerance));
    for (T const value : found) {
      BOOST_TEST(value >= static_cast<T>(bounds.lower));
      BOOST_TEST(value <= static_cast<T>(bounds.upper));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tv_prox, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(value_per_unit_of_length) {
  Doubles const image{0, 1, 3, 2, 5, 1};
  double const expected =
      std::sqrt(1.0 + 4) + std::sqrt(4.0 + 16) + std::sqrt(4.0) + std::sqrt(9.0) + std::sqrt(16.0);
  BOOST_TEST(value_of(image, Extents<2>{3, 2}, {1, 1, 1}) == expected,
             boost::test_tools::tolerance(1e-15));
  BOOST_TEST(value_of(as<float>(image), Extents<2>{3, 2}, {1, 1, 1}) == expected,
             boost::test_tools::tolerance(1e-15));
  BOOST_TEST(value_of(image, Extents<2>{3, 2}, {0.5, 0.5, 7}) == 2 * expected,
             boost::test_tools::tolerance(1e-15));
  BOOST_TEST(value_of(image, Extents<2>{3, 2}, {0.5, 1e9, 1}) == 2.0 * (1 + 2 + 3 + 4),
             boost::test_tools::tolerance(1e-8));
  TvProblem problem = denoising({5, 4, 3}, test::random_doubles(1, 60), 1);
  problem.spacing = {0.5, 0.7, 1.1};
  BOOST_TEST(value_of(problem.data, Extents<3>{5, 4, 3}, problem.spacing) ==
                 problem.total_variation(problem.data),
             boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(known_step) {
  Doubles const noisy{0, 1, 3, 2, 5, 1};
  Doubles const expected{0.676922, 1.418122, 2.306765, 2.059342, 3.538849, 2.000000};
  auto const found = prox(noisy, Extents<2>{3, 2}, 0.5, {{1, 1, 1}, 3000});
  for (std::size_t n = 0; n < expected.size(); ++n) {
    BOOST_TEST(std::abs(found[n] - expected[n]) < 6e-7);
  }
  TvProblem const problem = denoising({3, 2}, noisy, 0.5);
  BOOST_TEST(std::abs(problem.objective(found) - 5.722599798644) < 1e-12);
  BOOST_TEST(std::abs(problem.least(3000) - 5.722599798644) < 1e-12);
  auto const in_float = prox(as<float>(noisy), Extents<2>{3, 2}, 0.5, {{1, 1, 1}, 3000});
  BOOST_TEST(std::abs(problem.objective(in_float) / 5.722599798644 - 1) < 1e-6);
}

BOOST_AUTO_TEST_CASE(random_images) {
  check_random<double, 2>(Extents<2>{13, 9}, {1, 1, 1}, {}, 1e-5);
  check_random<double, 3>(Extents<3>{6, 5, 4}, {1, 1, 1}, {}, 1e-5);
  check_random<double, 3>(Extents<3>{6, 5, 4}, {0.5, 0.7, 1.1}, {0, 0.5}, 1e-5);
  check_random<float, 2>(Extents<2>{13, 9}, {1, 1, 1}, {}, 1e-4);
  check_random<float, 3>(Extents<3>{6, 5, 4}, {1, 1, 1}, {}, 1e-4);
  check_random<float, 3>(Extents<3>{6, 5, 4}, {0.5, 0.7, 1.1}, {0, 0.5}, 1e-4);
}

// One pixel, one row, one column: axes without differences.
BOOST_AUTO_TEST_CASE(thin_images) {
  check_random<double, 2>(Extents<2>{40, 1}, {1, 1, 1}, {}, 1e-4);
  check_random<float, 2>(Extents<2>{1, 40}, {1, 1, 1}, {}, 1e-4);
  check_random<float, 3>(Extents<3>{1, 1, 40}, {1, 1, 1}, {}, 1e-4);
  check_random<float, 3>(Extents<3>{1, 1, 1}, {1, 1, 1}, {}, 1e-4);
}

// Pixels outside keep their values, which count in the differences.
BOOST_AUTO_TEST_CASE(mask) {
  Doubles const noisy = test::random_doubles(5, 12 * 7);
  TvProblem problem = denoising({12, 7}, noisy, 0.3);
  Doubles sought(noisy.size(), 1);
  problem.lower.assign(noisy.size(), -infinity);
  problem.upper.assign(noisy.size(), 0.1);
  for (std::size_t n = 0; n < noisy.size(); n += 3) {
    sought[n] = 0;
    problem.lower[n] = problem.upper[n] = noisy[n];
  }
  auto const found =
      prox(noisy, Extents<2>{12, 7}, 0.3, {{1, 1, 1}, 2000, {-infinity, 0.1}}, sought);
  for (std::size_t n = 0; n < noisy.size(); n += 3) BOOST_TEST(found[n] == noisy[n]);
  BOOST_TEST(problem.objective(found) < problem.least(4000) * (1 + 1e-6));
}

// The dual goes on where it was, unless it is started anew.
BOOST_AUTO_TEST_CASE(calls_go_on) {
  auto const noisy = test::random_values(5, 12 * 7);
  Extents<2> const extents{12, 7};
  auto const once = prox(noisy, extents, 0.3, {{1, 1, 1}, 60});
  BOOST_TEST(prox(noisy, extents, 0.3, {{1, 1, 1}, 20}, {}, 3) == once,
             boost::test_tools::per_element());
  test::Array<float, 2> image{extents, noisy};
  test::Array<float, 2> out{extents, 0};
  TvProx<float, 2, test::Executor> step{test::executor(), extents, {{1, 1, 1}, 60}};
  step(image.view(), 7, out.view());
  step.start();
  step(image.view(), 0.3, image.view());
  BOOST_TEST(image.values() == once, boost::test_tools::per_element());
  BOOST_TEST((step.memory_bytes(test::executor(), extents)) ==
             1536U + pyronn::reduction_workspace_bytes(test::executor(), extents.count()));
}

// Nothing but the scale of the result changes.
BOOST_AUTO_TEST_CASE(scales) {
  auto const noisy = test::random_values(5, 12 * 7);
  Extents<2> const extents{12, 7};
  auto const expected = prox(noisy, extents, 0.3, {{1, 1, 1}, 60});
  for (int const exponent : {-60, -20, 20, 60}) {
    auto const scaled = [&](std::vector<float> values, int by) {
      for (float& value : values) value = std::ldexp(value, by);
      return values;
    };
    double const scale = std::ldexp(1.0, exponent);
    auto const found = prox(scaled(noisy, exponent), extents, 0.3 * scale, {{1, 1, 1}, 60});
    BOOST_TEST(scaled(found, -exponent) == expected, boost::test_tools::per_element());
    auto const longer = prox(noisy, extents, 0.3 * scale, {{scale, scale, scale}, 60});
    BOOST_TEST(longer == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(weights_without_any_use) {
  auto const noisy = test::random_values(5, 12 * 7);
  Extents<2> const extents{12, 7};
  BOOST_TEST(prox(noisy, extents, 0, {}) == noisy, boost::test_tools::per_element());
  BOOST_TEST(prox(noisy, extents, 1e-300, {}) == noisy, boost::test_tools::per_element());
  BOOST_TEST(test::all_finite(prox(noisy, extents, 1e-30, {})));
  BOOST_TEST(test::all_finite(prox(noisy, extents, 1e30, {})));
}

BOOST_AUTO_TEST_CASE(refused) {
  Extents<2> const extents{12, 7};
  auto const made = [&](TvProxOptions const& options) {
    return [=] { TvProx<float, 2, test::Executor> step{test::executor(), extents, options}; };
  };
  test::check_refused(made({{1, 1, 1}, 3}),
                      "TvProx: iterations 3 must be an even number of at least 2");
  test::check_refused(made({{1, 1, 1}, 0}), "TvProx: iterations 0 must be");
  test::check_refused(made({{1, 0, 1}, 2}), "TvProx: spacing 0 along axis 1 must be positive");
  test::check_refused(made({{1, infinity, 1}, 2}), "TvProx: spacing inf along axis 1 must be");
  test::check_refused(made({{1, 1, 1}, 2, {1, 0}}),
                      "TvProx: the bounds from 1 to 0 leave no value");
  TvProx<float, 2, test::Executor> step{test::executor(), extents};
  test::Array<float, 2> image{extents, 1.0F};
  test::Array<float, 2> other{{12, 6}, 1.0F};
  auto const called = [&](double weight, auto in, auto out) {
    return [&step, weight, in, out] { step(in, weight, out, in); };
  };
  test::check_refused(called(-1, image.view(), image.view()),
                      "TvProx: weight -1 must be at least 0");
  test::check_refused(called(infinity, image.view(), image.view()), "TvProx: weight inf must be");
  test::check_refused(called(1, other.view(), image.view()), "TvProx: noisy: the extents");
  test::check_refused(called(1, image.view(), other.view()), "TvProx: out: the extents");
}

BOOST_AUTO_TEST_SUITE_END()
