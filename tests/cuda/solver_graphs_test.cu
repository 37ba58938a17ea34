// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Iterations of solvers in CUDA graphs.
#include "support/backends.hpp"
//
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/admm_tv.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/lsqr.hpp>
#include <pyronn/recon/solver/mlem.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/pwls.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "cuda/allocated_bytes.cuh"
#include "cuda/streams.cuh"
#include "support/numbers.hpp"

using pyronn::CudaExecutor;
using Map = pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp>;
using Values = std::vector<float>;

namespace {

constexpr int replays = 1000;
constexpr int views = 12;

Map small_cone() {
  return {pyronn::ConeBeam::circular({60, 90, pyronn::equal_angles(views, 0.1)},
                                     {{24, 20}, {1.3, 1.3}}),
          pyronn::Grid::centered({16, 15, 14}, {1, 1, 1})};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(solver_graphs, *boost::unit_test::precondition(test::device_present))

template <template <class...> class... Solvers>
using OfSmallCone = boost::mpl::list<Solvers<Map, CudaExecutor>...>;
using Solvers =
    OfSmallCone<pyronn::Sirt, pyronn::OsSart, pyronn::Cgls, pyronn::Lsqr, pyronn::Mlem,
                pyronn::Osem, pyronn::Pwls, pyronn::FistaTv, pyronn::Pdhg, pyronn::AdmmTv>;

// A captured iteration, replayed, is as many iterations, and takes no memory.
BOOST_AUTO_TEST_CASE_TEMPLATE(an_iteration_can_be_replayed, Solver, Solvers) {
  Map const map = small_cone();
  CudaExecutor const& executor = test::executor();
  Values lines = test::random_values(3, map.range().count());
  for (float& line : lines) line = std::abs(line);
  test::Array<float, 3> data{map.range(), lines};
  pyronn::ReconstructionProblem<Map> const problem{map, data.view()};

  test::Array<float, 3> expected{map.domain(), 1.0F};
  Solver queued{executor, problem};
  queued.start(expected.view());
  pyronn::iterate(queued, 1 + replays);

  test::Array<float, 3> image{map.domain(), 1.0F};
  Solver captured{executor, problem};
  captured.start(image.view());
  captured.iterate();
  test::Graph const graph{executor.stream(), [&] { captured.iterate(); }};
  graph.launch(executor.stream());
  auto const before = test::allocated_bytes(executor.stream());
  for (int n = 1; n < replays; ++n) graph.launch(executor.stream());
  BOOST_TEST(test::allocated_bytes(executor.stream()) == before);
  BOOST_TEST(image.values() == expected.values(), boost::test_tools::per_element());
}

// Also where iterations measure the image.
BOOST_AUTO_TEST_CASE(strong_total_variation_can_be_replayed) {
  Map const map = small_cone();
  CudaExecutor const& executor = test::executor();
  Values lines = test::random_values(3, map.range().count());
  for (float& line : lines) line = std::abs(line);
  test::Array<float, 3> data{map.range(), lines};
  pyronn::ReconstructionProblem<Map> const problem{map, data.view()};
  for (double const strength : {10.0, 1e6}) {
    pyronn::FistaTvOptions options;
    options.strength = strength;
    test::Array<float, 3> expected{map.domain(), 1.0F};
    pyronn::FistaTv<Map, CudaExecutor> queued{executor, problem, options};
    queued.start(expected.view());
    pyronn::iterate(queued, 20);

    test::Array<float, 3> image{map.domain(), 1.0F};
    pyronn::FistaTv<Map, CudaExecutor> captured{executor, problem, options};
    captured.start(image.view());
    captured.iterate();
    test::Graph const graph{executor.stream(), [&] { captured.iterate(); }};
    for (int n = 1; n < 20; ++n) graph.launch(executor.stream());
    BOOST_TEST(image.values() == expected.values(), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()
