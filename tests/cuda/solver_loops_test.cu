// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Solvers whose iterations a device repeats by itself, and what that saves.
#include "support/backends.hpp"
//
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/ramp_preconditioner.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>
#include <pyronn/recon/solver/solver_loop.hpp>

#include "cuda/allocated_bytes.cuh"
#include "cuda/streams.cuh"
#include "support/dense_map.hpp"
#include "support/numbers.hpp"

using pyronn::CudaExecutor;
using pyronn::SolverLoop;
using pyronn::StoppingRules;
using Values = std::vector<float>;
template <class Interp>
using Cone = pyronn::SystemMatrix<pyronn::ConeBeam, Interp>;

namespace {

template <class Interp>
Cone<Interp> small_cone() {
  return {
      pyronn::ConeBeam::circular({60, 90, pyronn::equal_angles(12, 0.1)}, {{24, 20}, {1.3, 1.3}}),
      pyronn::Grid::centered({16, 15, 14}, {1, 1, 1})};
}

Values positive_values(std::int64_t count) {
  Values lines = test::random_values(3, count);
  for (float& line : lines) line = std::abs(line);
  return lines;
}

bool repeats_on_device() {
  int version = 0;
  test::check(cudaDriverGetVersion(&version));
  return CUDART_VERSION >= 12040 && version >= 12040;
}

/// Both ways on one scan: a loop must do what run_solver does.
template <class Map, class Make>
void check_like_run_solver(Map const& map, Make const& make) {
  test::Array<float, 3> data{map.range(), positive_values(map.range().count())};
  pyronn::ReconstructionProblem<Map> const problem{map, data.view()};
  test::Array<float, 3> expected{map.domain(), 0.5F};
  auto measured = make(problem);
  measured.start(expected.view());
  double const first = measured.measure().residual;
  StoppingRules rules{60};
  rules.residual = [&] {
    test::Array<float, 3> image{map.domain(), 0.5F};
    auto solver = make(problem);
    solver.start(image.view());
    pyronn::iterate(solver, 7);
    return solver.measure().residual / first * (1 + 1e-12);
  }();
  auto const history = pyronn::run_solver(measured, rules);
  BOOST_TEST(history.iterations > 0);

  test::Array<float, 3> image{map.domain(), 0.5F};
  auto solver = make(problem);
  solver.start(image.view());
  SolverLoop loop{test::executor(), solver, rules};
  loop.run();
  auto const end = loop.end();
  BOOST_TEST(end.iterations == history.iterations);
  BOOST_TEST((end.stopped_by == pyronn::StoppedBy::residual));
  BOOST_TEST(end.residual == history.measures.back().residual);
  BOOST_TEST(image.values() == expected.values(), boost::test_tools::per_element());
  // Started anew, and replayed many times at constant memory.
  auto const before = test::allocated_bytes(test::executor().stream());
  for (int n = 0; n < 100; ++n) {
    pyronn::fill(test::executor(), image.view(), 0.5F);
    solver.start(image.view());
    loop.run();
    BOOST_REQUIRE(loop.end().iterations == history.iterations);
  }
  BOOST_TEST(test::allocated_bytes(test::executor().stream()) == before);
  BOOST_TEST(image.values() == expected.values(), boost::test_tools::per_element());
}

/// A map that takes hardly any time: what is left of an iteration is the solver's own, and its
/// rule.
using Dense = test::DenseMap<float>;
Dense small_map() {
  std::vector<double> entries = test::random_doubles(5, 16 * 16);
  for (double& entry : entries) entry = std::abs(entry);
  return {{4, 4}, {4, 4}, entries};
}

template <class Work>
double microseconds(int iterations, Work const& work) {
  work();
  double best = 1e300;
  for (int repeat = 0; repeat < 5; ++repeat) {
    auto const begin = std::chrono::steady_clock::now();
    work();
    std::chrono::duration<double, std::micro> const taken =
        std::chrono::steady_clock::now() - begin;
    best = std::min(best, taken.count() / iterations);
  }
  return best;
}

template <class Make>
void compare_times(char const* name, Make const& make) {
  constexpr int iterations = 500;
  Dense const map = small_map();
  test::Array<float, 2> data{map.range(), positive_values(16)};
  test::Array<float, 2> image{map.domain()};
  pyronn::ReconstructionProblem<Dense> const problem{map, data.view()};
  auto solver = make(problem);
  solver.start(image.view());
  StoppingRules const rules{iterations};
  SolverLoop loop{test::executor(), solver, rules};
  double const on_device = microseconds(iterations, [&] {
    loop.run();
    BOOST_TEST(loop.end().iterations == iterations);
  });
  double const on_host = microseconds(iterations, [&] { pyronn::run_solver(solver, rules); });
  double const blind = microseconds(iterations, [&] {
    pyronn::iterate(solver, iterations);
    test::check(cudaStreamSynchronize(test::executor().stream()));
  });
  BOOST_TEST_MESSAGE(name << ", us an iteration: rule on the device " << on_device
                          << ", rule on the host (run_solver) " << on_host
                          << ", no rule and no graph " << blind);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(solver_loops, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(sirt_stops_on_the_device) {
  using Map = Cone<pyronn::SoftwareInterp>;
  check_like_run_solver(small_cone<pyronn::SoftwareInterp>(), [](auto const& problem) {
    return pyronn::Sirt<Map, CudaExecutor>{test::executor(), problem};
  });
}

BOOST_AUTO_TEST_CASE(preconditioned_gradients_stop_on_the_device) {
  using Map = Cone<pyronn::SoftwareInterp>;
  Map const map = small_cone<pyronn::SoftwareInterp>();
  auto const ramp = pyronn::ramp_preconditioner(map);
  check_like_run_solver(map, [&](auto const& problem) {
    return pyronn::Cgls{test::executor(), problem, {}, ramp};
  });
  check_like_run_solver(map, [&](auto const& problem) {
    return pyronn::Lsqr{test::executor(), problem, {}, ramp};
  });
}

// Textures that the graph reads live as long as the loop.
BOOST_AUTO_TEST_CASE(projections_through_textures_stop_on_the_device) {
  using Map = Cone<pyronn::TextureInterp>;
  check_like_run_solver(small_cone<pyronn::TextureInterp>(), [](auto const& problem) {
    return pyronn::Cgls<Map, CudaExecutor>{test::executor(), problem};
  });
}

// The host does not wait: a run returns while work before it still keeps the device busy.
BOOST_AUTO_TEST_CASE(a_run_is_queued) {
  if (!repeats_on_device()) return;
  Dense const map = small_map();
  test::Array<float, 2> data{map.range(), positive_values(16)};
  test::Array<float, 2> image{map.domain()};
  pyronn::ReconstructionProblem<Dense> const problem{map, data.view()};
  pyronn::Cgls solver{test::executor(), problem};
  solver.start(image.view());
  SolverLoop loop{test::executor(), solver, {20000}};
  loop.run();
  BOOST_TEST(loop.end().iterations == 20000);
  loop.run();
  BOOST_TEST(cudaStreamQuery(test::executor().stream()) == cudaErrorNotReady);
  BOOST_TEST(loop.end().iterations == 20000);
  static_cast<void>(cudaGetLastError());
}

BOOST_AUTO_TEST_CASE(a_loop_is_no_part_of_a_graph) {
  Dense const map = small_map();
  test::Array<float, 2> data{map.range(), positive_values(16)};
  test::Array<float, 2> image{map.domain()};
  pyronn::ReconstructionProblem<Dense> const problem{map, data.view()};
  pyronn::Cgls solver{test::executor(), problem};
  solver.start(image.view());
  SolverLoop loop{test::executor(), solver, {3}};
  auto const capture = [&] {
    test::Graph const graph{test::executor().stream(), [&] { loop.run(); }};
  };
  BOOST_CHECK_THROW(capture(), pyronn::InvalidArgument);
  loop.run();
  BOOST_TEST(loop.end().iterations == 3);
}

BOOST_AUTO_TEST_CASE(rules_on_the_device_save_time) {
  compare_times("Sirt", [](auto const& problem) {
    return pyronn::Sirt{test::executor(), problem};
  });
  compare_times("Cgls", [](auto const& problem) {
    return pyronn::Cgls{test::executor(), problem};
  });
}

BOOST_AUTO_TEST_SUITE_END()
