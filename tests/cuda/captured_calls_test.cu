// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Calls of operators in CUDA graphs.
#include "support/backends.hpp"
//
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>

#include "cuda/cone_calls.cuh"
#include "cuda/streams.cuh"
#include "support/numbers.hpp"
#include "support/operators.hpp"

using pyronn::ConeBeam;
using pyronn::CudaExecutor;
using namespace test::cone_calls;
using Workspace = pyronn::Workspace<CudaExecutor>;

BOOST_AUTO_TEST_SUITE(captured_calls, *boost::unit_test::precondition(test::device_present))

/// After a first call a call queues kernels and nothing else, so a graph can hold and repeat it.
BOOST_AUTO_TEST_CASE_TEMPLATE(calls_can_be_captured, Case, test::AllCases) {
  in_both_directions<Case>([](auto const& op) {
    Arrays arrays{op, 51};
    CudaExecutor const& executor = test::executor();
    Workspace workspace{executor, op.workspace_bytes(executor, arrays.in.view())};
    op(executor, arrays.in.view(), arrays.out.view(), workspace);
    auto const expected = arrays.out.values();
    test::Graph const graph{executor.stream(),
                            [&] { op(executor, arrays.in.view(), arrays.out.view(), workspace); }};
    test::fill_with_nan(arrays.out.view(), executor.stream());
    graph.launch(executor.stream());
    BOOST_TEST((arrays.out.values() == expected));
    // What the graph reads is the memory, not what it held.
    test::fill_with_nan(arrays.in.view(), executor.stream());
    graph.launch(executor.stream());
    BOOST_TEST(!test::all_finite(arrays.out.values()));
  });
}

/// So does one without workspace, which makes textures of its own while it is captured.
BOOST_AUTO_TEST_CASE_TEMPLATE(calls_without_workspace_can_be_captured, Case, test::AllCases) {
  in_both_directions<Case>([](auto const& op) {
    Arrays arrays{op, 60};
    CudaExecutor const& executor = test::executor();
    op(executor, arrays.in.view(), arrays.out.view());
    auto const expected = arrays.out.values();
    test::Graph const graph{executor.stream(),
                            [&] { op(executor, arrays.in.view(), arrays.out.view()); }};
    for (int repeat = 0; repeat < 2; ++repeat) {
      test::fill_with_nan(arrays.out.view(), executor.stream());
      graph.launch(executor.stream());
      BOOST_TEST((arrays.out.values() == expected));
    }
  });
}

/// One graph holds calls of several operators in a row, in one workspace: a step of a solver.
BOOST_AUTO_TEST_CASE_TEMPLATE(forward_and_back_can_be_captured_together, Case, test::AllCases) {
  typename Case::template Projector<ConeBeam> const forward{scan, grid};
  auto const back = forward.adjoint();
  Arrays arrays{forward, 61};
  test::Array<float, 3> result{grid.size, test::nan};
  CudaExecutor const& executor = test::executor();
  Workspace workspace{executor, std::max(forward.workspace_bytes(executor, arrays.in.view()),
                                         back.workspace_bytes(executor, arrays.out.view()))};
  auto const step = [&] {
    forward(executor, arrays.in.view(), arrays.out.view(), workspace);
    back(executor, arrays.out.view(), result.view(), workspace);
  };
  step();
  auto const expected = result.values();
  test::Graph const graph{executor.stream(), step};
  test::fill_with_nan(arrays.out.view(), executor.stream());
  test::fill_with_nan(result.view(), executor.stream());
  graph.launch(executor.stream());
  BOOST_TEST((result.values() == expected));
  BOOST_TEST(test::norm(expected) > 0);
}

BOOST_AUTO_TEST_SUITE_END()
