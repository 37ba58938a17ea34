// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// The solvers of the example `reconstruct`, on maps whose own type is forgotten.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/operators/algebra/check_transpose.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

#include "../examples/reconstruct/backend.hpp"
#include "../examples/reconstruct/scan_map.hpp"
#include "../examples/reconstruct/solver_choice.hpp"
#include "../examples/reconstruct/start_image.hpp"
#include "support/counting_executor.hpp"
#include "support/tv_solver_refusals.hpp"

using example::Method;
using Executor = test::CountingExecutor;
using Values = std::vector<float>;
using Fan = pyronn::SystemMatrix<pyronn::FanBeam, pyronn::SoftwareInterp>;
using Map = example::ScanMap<Executor>;

namespace {

constexpr int size = 16;
constexpr int views = 24;

pyronn::Grid grid() { return pyronn::Grid::flat({size, size}, {1.5, 2}); }

Fan fan() {
  return {
      pyronn::FanBeam::circular({100, 150, pyronn::equal_angles(views, 2 * pyronn::pi)}, {40, 1.5}),
      grid()};
}

/// A disc with an edge, none of it negative.
Values disc() {
  Values result;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      double const value = std::hypot(x - 7.0, y - 8.0) < 6 ? 0.02 : 0.001;
      result.push_back(static_cast<float>(value));
    }
  }
  return result;
}

/// What a method makes of the disc in a few iterations on this map.
template <class AnyMap>
Values solved(AnyMap const& map, example::SolverTask const& task) {
  Executor const executor;
  Values truth = disc();
  Values data(static_cast<std::size_t>(map.range().count()));
  pyronn::Workspace<Executor> workspace{
      executor, map.workspace_bytes(executor, pyronn::default_workspace_limit)};
  map.apply(executor, {truth.data(), map.domain()}, {data.data(), map.range()}, workspace);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] += (i % 7 == 0 ? 0.01F : 0.0F);
  Values image(truth.size(), 0.01F);
  pyronn::ReconstructionProblem<AnyMap> const problem{
      map, pyronn::RangeView<AnyMap, float const>{data.data(), map.range()}};
  example::use_solver<AnyMap, Executor>(task, [&](auto type, auto const& options) {
    typename decltype(type)::Solver solver{executor, problem, options};
    solver.start({image.data(), map.domain()});
    pyronn::iterate(solver, 6);
  });
  return image;
}

example::Iteration iteration_of(Method method) {
  bool const multiplies = method == Method::mlem || method == Method::osem;
  example::MethodFacts const facts{method, "", 6, true, true, true, multiplies};
  example::Iteration iteration{facts, 6, 4, 0.02, false, false};
  iteration.delta = 1e-3;
  return iteration;
}

constexpr Method methods[] = {Method::sirt, Method::sart, Method::os_sart, Method::cgls,
                              Method::lsqr, Method::mlem, Method::osem,    Method::pwls,
                              Method::tv,   Method::pdhg, Method::admm_tv, Method::asd_pocs};

}  // namespace

BOOST_AUTO_TEST_SUITE(reconstruct_solvers_test)

BOOST_AUTO_TEST_CASE(a_map_whose_type_is_forgotten_is_the_same_map) {
  Executor const executor;
  Map const map{fan()};
  BOOST_TEST((map.domain() == pyronn::Extents<3>{size, size, 1}));
  BOOST_TEST((map.range() == pyronn::Extents<3>{40, 1, views}));
  BOOST_TEST(map.num_views() == views);
  Map const subset = map.subset(pyronn::ViewSelection::every(5, 2));
  BOOST_TEST(subset.num_views() == 5);
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(executor, map));
  BOOST_CHECK_NO_THROW(pyronn::check_transpose(executor, subset));
}

/// Slices and rows of one pixel change nothing: neither strengths nor steps.
BOOST_AUTO_TEST_CASE(solvers_make_of_a_plane_in_space_what_they_make_of_the_plane) {
  for (Method const method : methods) {
    BOOST_TEST_CONTEXT("method " << static_cast<int>(method)) {
      example::Iteration const iteration = iteration_of(method);
      std::size_t const limit = pyronn::default_workspace_limit;
      Values const plane = solved(fan(), {iteration, grid(), false, limit});
      Values const space = solved(Map{fan()}, {iteration, grid(), true, limit});
      BOOST_TEST_REQUIRE(plane.size() == space.size());
      double worst = 0;
      for (std::size_t i = 0; i < plane.size(); ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(plane[i] - space[i])));
      }
      BOOST_TEST(worst <= 2e-6);  // of 0.02
    }
  }
}

/// Of starts that are made and of solvers, all that they allocate.
BOOST_AUTO_TEST_CASE(memory_is_what_was_forecast) {
  using Lines = example::LinesOfImage<Executor, Map>;
  std::size_t const limit = pyronn::default_workspace_limit;
  Map const map{fan()};
  Values data(static_cast<std::size_t>(map.range().count()), 1.0F);
  for (Method const method : methods) {
    BOOST_TEST_CONTEXT("method " << static_cast<int>(method)) {
      example::Iteration const iteration = iteration_of(method);
      Executor const executor;
      Values image(static_cast<std::size_t>(map.domain().count()), 0.01F);
      std::size_t forecast = 0;
      if (iteration.makes_even_start()) {
        forecast = Lines::bytes(executor, map, limit);
        Lines{executor, map, limit}.scale_to({data.data(), map.range()},
                                             {image.data(), map.domain()});
        BOOST_TEST(executor.peak() <= forecast);
      }
      example::SolverTask const task{iteration, grid(), true, limit};
      pyronn::ReconstructionProblem<Map> problem{
          map, pyronn::ProjectionView<float const>{data.data(), map.range()}};
      // Without bounds it takes two images less.
      if (method == Method::admm_tv) problem.bounds.lower = 0;
      example::use_solver<Map, Executor>(task, [&](auto type, auto const& options) {
        using Solver = typename decltype(type)::Solver;
        forecast = std::max(forecast, Solver::memory_bytes(executor, map, options));
        Solver solver{executor, problem, options};
        solver.start({image.data(), map.domain()});
        solver.iterate();
        static_cast<void>(solver.measure());
      });
      BOOST_TEST(executor.peak() <= forecast);
      BOOST_TEST(static_cast<double>(executor.peak()) >= 0.95 * static_cast<double>(forecast));
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_to_begin_with_is_said) {
  using Lines = example::LinesOfImage<Executor, Map>;
  Map const map{fan()};
  Values const data(static_cast<std::size_t>(map.range().count()), 0.0F);
  Values image(static_cast<std::size_t>(map.domain().count()), 0.01F);
  Executor const executor;
  Lines lines{executor, map, pyronn::default_workspace_limit};
  test::check_refused(
      [&] {
        lines.scale_to({data.data(), map.range()}, {image.data(), map.domain()});
      },
      "the line integrals add up to 0, and mlem and osem need some above 0");
}

BOOST_AUTO_TEST_CASE(residuals_are_parts_of_the_start) {
  example::Cost cost;
  BOOST_TEST(cost.in_parts(0) == 0);
  cost.start_residual = 4;
  BOOST_TEST(cost.in_parts(1) == 0.25);
}

BOOST_AUTO_TEST_SUITE_END()
