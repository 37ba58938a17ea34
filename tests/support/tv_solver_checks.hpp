// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every solver of least squares with total variation must show on a small system. A `Kind` has
// Solver<Map>, Options, name, and how many iterations are enough. After support/backends.hpp.
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/recon/solver/problem.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

#include "dense_map.hpp"
#include "numbers.hpp"
#include "tv_reference.hpp"

namespace test {

inline constexpr int tv_size = 10;
inline constexpr int tv_views = 5;

/// Strips of width 1 across pixels of size 1, each pixel of 16 points; row by row.
inline Doubles tv_matrix() {
  Doubles result(std::size_t{tv_views} * tv_size * tv_size * tv_size);
  for (int view = 0; view < tv_views; ++view) {
    double const angle = 0.1 + view * pyronn::pi / tv_views;
    for (int point = 0; point < 16 * tv_size * tv_size; ++point) {
      double const x = (point % (4 * tv_size) + 0.5) / 4 - tv_size / 2.0;
      double const y = (point / (4 * tv_size) + 0.5) / 4 - tv_size / 2.0;
      int const pixel = point / (16 * tv_size) * tv_size + point % (4 * tv_size) / 4;
      double const u = std::floor(x * std::cos(angle) + y * std::sin(angle) + tv_size / 2.0);
      if (u < 0 || u >= tv_size) continue;
      int const ray = view * tv_size + static_cast<int>(u);
      result[static_cast<std::size_t>(ray * tv_size * tv_size + pixel)] += 1.0 / 16;
    }
  }
  return result;
}

/// Two discs, and data with errors.
inline Doubles tv_truth() {
  Doubles result(std::size_t{tv_size} * tv_size);
  for (std::size_t n = 0; n < result.size(); ++n) {
    double const x = static_cast<double>(n % tv_size) - 4.5;
    double const y = static_cast<double>(n / tv_size) - 4.5;
    result[n] = (std::hypot(x, y) < 4 ? 1 : 0) + (std::hypot(x - 1, y - 1) < 1.6 ? 0.7 : 0);
  }
  return result;
}

/// The reference's problem with these parts; data with errors.
inline TvProblem tv_problem(double strength = 0.1) {
  TvProblem problem{{tv_size, tv_size}, tv_matrix(), {}, strength};
  problem.data.resize(std::size_t{tv_size} * tv_views);
  problem.data = problem.project(tv_truth());
  Doubles const errors = random_doubles(7, static_cast<std::int64_t>(problem.data.size()));
  for (std::size_t n = 0; n < errors.size(); ++n) problem.data[n] += 0.3 * errors[n];
  return problem;
}

/// The same for the library, in memory of the executor.
template <class T>
struct TvSystem {
  explicit TvSystem(TvProblem const& of = tv_problem(), double start = 0)
      : map{{tv_size, tv_size}, {tv_size, tv_views}, of.matrix},
        data{map.range(), std::vector<T>(of.data.begin(), of.data.end())},
        image{map.domain(), static_cast<T>(start)} {}

  /// The image becomes one of these values.
  void begin_with(std::vector<T> const& values) {
    Array<T, 2> other{map.domain(), values};
    pyronn::copy(executor(), other.view(), image.view());
  }
  void begin_with(T value) { pyronn::fill(executor(), image.view(), value); }
  /// The same of the data.
  void measure(std::vector<T> const& values) {
    Array<T, 2> other{map.range(), values};
    pyronn::copy(executor(), other.view(), data.view());
  }
  void measure(T value) { pyronn::fill(executor(), data.view(), value); }

  DenseMap<T> map;
  Array<T, 2> data;
  Array<T, 2> image;
  pyronn::ReconstructionProblem<DenseMap<T>> problem{map, data.view()};
};

template <class Kind>
typename Kind::Options tv_options(double strength = 0.1) {
  typename Kind::Options options;
  options.strength = strength;
  return options;
}

/// The image after some iterations.
template <class Kind, class T>
std::vector<T> tv_image(TvSystem<T>& system, typename Kind::Options const& options,
                        int iterations) {
  typename Kind::template Solver<DenseMap<T>> solver{executor(), system.problem, options};
  solver.start(system.image.view());
  pyronn::iterate(solver, iterations);
  return system.image.values();
}

/// Within 1e-4 of the least objective, and says so.
template <class Kind, class T>
void check_objective(TvProblem const& of, TvSystem<T>& system,
                     typename Kind::Options const& options) {
  double const least = of.least(20000);
  BOOST_REQUIRE(std::abs(of.least(10000) - least) < 1e-6 * least);
  typename Kind::template Solver<DenseMap<T>> solver{executor(), system.problem, options};
  solver.start(system.image.view());
  pyronn::iterate(solver, Kind::iterations);
  double const found = of.objective(system.image.values());
  BOOST_TEST_MESSAGE(Kind::name << ": " << found / least - 1 << " above the least objective");
  BOOST_TEST(found >= least * (1 - 1e-6));
  BOOST_TEST(found <= least * (1 + 1e-4));
  auto const measures = solver.measure();
  BOOST_TEST(std::abs(measures.objective / found - 1) < 1e-5);
  auto const image = system.image.values();
  BOOST_TEST(std::abs(measures.residual / of.residual({image.begin(), image.end()}) - 1) < 1e-5);
}

template <class Kind>
void check_least_objective() {
  for (double const strength : {0.02, 0.2, 1.0}) {
    TvProblem of = tv_problem(strength);
    of.lower.assign(of.pixels(), 0);
    TvSystem<double> system{of};
    system.problem.bounds.lower = 0;
    check_objective<Kind>(of, system, tv_options<Kind>(strength));
    TvSystem<float> in_float{of, 0.3};
    in_float.problem.bounds.lower = 0;
    check_objective<Kind>(of, in_float, tv_options<Kind>(strength));
  }
  TvProblem of = tv_problem(0.2);
  of.spacing = {0.5, 0.8, 1};
  TvSystem<double> system{of, 1};
  auto options = tv_options<Kind>(0.2);
  options.spacing = of.spacing;
  check_objective<Kind>(of, system, options);
}

template <class Kind>
void check_bounds_and_mask() {
  TvProblem of = tv_problem();
  Doubles const start = random_doubles(9, static_cast<std::int64_t>(of.pixels()));
  std::vector<double> sought(of.pixels(), 1);
  of.lower.assign(of.pixels(), 0.1);
  of.upper.assign(of.pixels(), 0.8);
  for (std::size_t n = 0; n < of.pixels(); n += 7) {
    of.lower[n] = of.upper[n] = start[n];
    sought[n] = 0;
  }
  TvSystem<double> system{of};
  system.begin_with(start);
  Array<double, 2> mask{system.map.domain(), sought};
  system.problem.mask = mask.view();
  system.problem.bounds = {0.1, 0.8};
  check_objective<Kind>(of, system, tv_options<Kind>());
  for (int iterations = 0; iterations < 4; ++iterations) {
    system.begin_with(start);
    auto const image = tv_image<Kind>(system, tv_options<Kind>(), iterations);
    for (std::size_t n = 0; n < image.size(); ++n) {
      BOOST_TEST(image[n] >= of.lower[n]);
      BOOST_TEST(image[n] <= of.upper[n]);
    }
  }
}

/// Rays of weight 0 say nothing, not even where they are not a number.
template <class Kind>
void check_weights() {
  TvProblem of = tv_problem();
  of.weights = random_doubles(2, static_cast<std::int64_t>(of.data.size()));
  for (double& weight : of.weights) weight = weight < -0.5 ? 0 : 1.5 + weight;
  TvSystem<double> system{of};
  Doubles data = of.data;
  for (std::size_t n = 0; n < data.size(); ++n) {
    if (of.weights[n] == 0) data[n] = not_a_number;
  }
  system.measure(data);
  Array<double, 2> weights{system.map.range(), of.weights};
  system.problem.weights = weights.view();
  check_objective<Kind>(of, system, tv_options<Kind>());
}

/// 3 + 4 = 7, also where numbers are asked for in between, and where it is started once more.
template <class Kind>
void check_goes_on() {
  TvSystem<float> system;
  auto const options = tv_options<Kind>();
  auto const expected = tv_image<Kind>(system, options, 7);
  system.begin_with(0.0F);
  typename Kind::template Solver<DenseMap<float>> solver{executor(), system.problem, options};
  for (int start = 0; start < 2; ++start) {
    system.begin_with(0.0F);
    solver.start(system.image.view());
    static_cast<void>(solver.measure());
    pyronn::iterate(solver, 3);
    static_cast<void>(solver.measure());
    pyronn::iterate(solver, 4);
    BOOST_TEST(system.image.values() == expected, boost::test_tools::per_element());
    BOOST_TEST(solver.image().data == system.image.view().data);
  }
}

template <class Kind>
void check_stays_at_solution() {
  TvProblem of = tv_problem();
  // Whole numbers, so that projections are exact.
  Doubles truth = tv_truth();
  for (double& value : truth) value = std::round(4 * value);
  of.data = of.project(truth);
  TvSystem<double> system{of};
  system.begin_with(truth);
  system.problem.bounds = {0, 8};
  BOOST_TEST(tv_image<Kind>(system, tv_options<Kind>(0), 20) == truth,
             boost::test_tools::per_element());
}

/// Scales of data, of lengths and of weights change the scale of the image and nothing else.
template <class Kind>
void check_scales() {
  TvProblem const of = tv_problem();
  TvSystem<double> system{of};
  auto const expected = tv_image<Kind>(system, tv_options<Kind>(0.1), 30);
  for (double const scale : {0x1p-20, 0x1p20}) {
    TvProblem with_data = of;
    for (double& value : with_data.data) value *= scale;
    TvSystem<double> scaled{with_data};
    auto const image = tv_image<Kind>(scaled, tv_options<Kind>(0.1 * scale), 30);
    TvProblem with_lengths = of;
    for (double& value : with_lengths.matrix) value *= scale;
    TvSystem<double> longer{with_lengths};
    auto options = tv_options<Kind>(0.1 * scale * scale);
    options.spacing = {scale, scale, scale};
    auto const in_lengths = tv_image<Kind>(longer, options, 30);
    TvSystem<double> weighed{of};
    Array<double, 2> weights{weighed.map.range(), scale};
    weighed.problem.weights = weights.view();
    auto const in_weights = tv_image<Kind>(weighed, tv_options<Kind>(0.1 * scale), 30);
    for (std::size_t n = 0; n < expected.size(); ++n) {
      BOOST_TEST(std::abs(image[n] / scale - expected[n]) < 1e-9);
      BOOST_TEST(std::abs(in_lengths[n] * scale - expected[n]) < 1e-9);
      BOOST_TEST(std::abs(in_weights[n] - expected[n]) < 1e-9);
    }
  }
}

#if !defined(__CUDACC__)
template <class Kind>
std::vector<float> tv_image_of_threads(int threads) {
  TvSystem<float> system;
  pyronn::CpuExecutor const cores{threads};
  typename Kind::template Solver<DenseMap<float>> solver{cores, system.problem, tv_options<Kind>()};
  solver.start(system.image.view());
  pyronn::iterate(solver, 5);
  return system.image.values();
}
#endif

/// On every run, and for any number of threads.
template <class Kind>
void check_same_bits() {
  TvSystem<float> system;
  auto const expected = tv_image<Kind>(system, tv_options<Kind>(), 5);
  system.begin_with(0.0F);
  BOOST_TEST(tv_image<Kind>(system, tv_options<Kind>(), 5) == expected,
             boost::test_tools::per_element());
#if !defined(__CUDACC__)
  for (int const threads : {1, 2, 3, 7}) {
    BOOST_TEST(tv_image_of_threads<Kind>(threads) == expected, boost::test_tools::per_element());
  }
#endif
}

}  // namespace test
