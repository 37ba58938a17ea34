// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Vector operations in a graph: numbers go from sums to factors without the host.
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cuda/executor.cuh>
#include <pyronn/exec/vector_operations.hpp>

#include "cuda/streams.cuh"
#include "support/cuda_backend.cuh"
#include "support/numbers.hpp"

using pyronn::CudaExecutor;
using pyronn::Quotient;
using Workspace = pyronn::Workspace<CudaExecutor>;

namespace {

/// More than one fold takes.
constexpr int size = 300007;

}  // namespace

BOOST_AUTO_TEST_SUITE(vector_operations_graph,
                      *boost::unit_test::precondition(test::device_present))

/// What remains of y beside x: y - x (x y) / (x x). A replay finds nothing more to take away.
BOOST_AUTO_TEST_CASE(sums_become_factors_in_a_graph) {
  CudaExecutor const& executor = test::executor();
  std::vector<float> const x = test::random_values(1, size);
  std::vector<float> y = test::random_values(2, size);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += 0.5F * x[i];
  test::Array<float, 1> in{{size}, x};
  test::Array<float, 1> out{{size}, y};
  test::Array<double, 1> sums{{2}};
  double* const product = sums.view().data;
  double* const square = product + 1;
  Workspace workspace{executor, pyronn::reduction_workspace_bytes(executor, size)};
  test::Graph const graph{
      executor.stream(), [&] {
        pyronn::dot(executor, in.view(), out.view(), product, workspace);
        pyronn::dot(executor, in.view(), in.view(), square, workspace);
        pyronn::axpy(executor, -Quotient{product, square}, in.view(), out.view());
      }};
  BOOST_TEST((out.values() == y));

  graph.launch(executor.stream());
  double const factor = test::dot(x, y) / test::dot(x, x);
  BOOST_TEST(factor > 0.4);
  std::vector<float> const expected = test::combine(static_cast<float>(-factor), x, 1, y);
  BOOST_TEST(test::relative_l2(out.values(), expected) < 1e-7);
  std::vector<double> const first = sums.values();
  BOOST_TEST(std::abs(first[0] / first[1] - factor) < 1e-12);

  graph.launch(executor.stream());
  BOOST_TEST(std::abs(sums.values()[0]) < 1e-6 * first[0]);

  // The same arrays give the same bits again.
  pyronn::copy(executor, test::Array<float, 1>{{size}, y}.view(), out.view());
  graph.launch(executor.stream());
  BOOST_TEST((sums.values() == first));
}

/// Elements beyond what 32 bits count are read and written.
BOOST_AUTO_TEST_CASE(large_arrays_are_worked_on_whole) {
  pyronn::Extents<3> const extents{1 << 16, 1 << 15, 2};
  auto const count = static_cast<std::size_t>(extents.count());
  std::size_t available = 0;
  std::size_t total = 0;
  test::check(cudaMemGetInfo(&available, &total));
  if (available < count * 2 + (std::size_t{1} << 30)) {
    BOOST_TEST_MESSAGE("the device has no room for " << count << " halves");
    return;
  }
  CudaExecutor const& executor = test::executor();
  pyronn::Buffer<pyronn::Half, CudaExecutor> const memory{executor, count};
  auto const array = memory.view(extents);
  test::Array<double, 1> sums{{2}};
  Workspace workspace{executor, pyronn::reduction_workspace_bytes(executor, array.count())};
  pyronn::fill(executor, array, 0.5F);
  pyronn::sum(executor, array, sums.view().data, workspace);
  pyronn::axpy(executor, 1, array, array);
  pyronn::norm(executor, array, sums.view().data + 1, workspace);
  BOOST_TEST(sums.values()[0] == 0.5 * static_cast<double>(count));
  BOOST_TEST(sums.values()[1] == std::sqrt(static_cast<double>(count)));
}

BOOST_AUTO_TEST_SUITE_END()
