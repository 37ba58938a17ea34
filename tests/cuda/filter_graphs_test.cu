// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Filtering too queues kernels and nothing else, so a graph can hold it.
#include "support/backends.hpp"
//
#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>
#include <pyronn/pyronn.hpp>

#include "cuda/streams.cuh"
#include "support/numbers.hpp"

using pyronn::Extents;
using Workspace = pyronn::Workspace<pyronn::CudaExecutor>;

BOOST_AUTO_TEST_SUITE(filter_graphs, *boost::unit_test::precondition(test::device_present))

// Short rows and long ones, from the first call on.
BOOST_AUTO_TEST_CASE(of_rows) {
  for (int const columns : {37, 3800}) {
    Extents<3> const extents{columns, 5, 4};
    pyronn::RowFilter const filter{extents};
    test::Array<float, 3> rows{extents, test::random_values(1, extents.count())};
    test::Array<float, 3> filtered{extents, test::nan};
    test::Array<float, 1> response{{filter.response_length()},
                                   test::random_values(2, filter.response_length())};
    Workspace workspace{test::executor(), filter.workspace_bytes(test::executor())};
    auto const call = [&] {
      filter(test::executor(), rows.view(), response.view(), filtered.view(), workspace);
    };
    test::Graph const graph{test::executor().stream(), call};
    graph.launch(test::executor().stream());
    auto const from_graph = filtered.values();
    test::fill_with_nan(filtered.view(), test::executor().stream());
    call();
    BOOST_TEST((filtered.values() == from_graph));
    BOOST_TEST(test::all_finite(from_graph));
  }
}

BOOST_AUTO_TEST_CASE(of_whole_reconstructions) {
  auto const scan =
      pyronn::ConeBeam::circular({100, 170, pyronn::equal_angles(40)}, {{40, 9}, {1.3, 1.9}});
  pyronn::Grid const grid = pyronn::Grid::centered({9, 8, 7}, {1, 1, 1.2});
  pyronn::Fdk<pyronn::ConeBeam, pyronn::SoftwareInterp> const fdk{scan, grid};
  Extents<3> const extents{40, 9, 40};
  test::Array<float, 3> projections{extents, test::random_values(3, extents.count())};
  test::Array<float, 3> volume{grid.size, test::nan};
  // In several shares, the last of which is a smaller one.
  Workspace workspace{test::executor(),
                      fdk.workspace_bytes(test::executor(), projections.view(), 40000)};
  auto const call = [&] { fdk(test::executor(), projections.view(), volume.view(), workspace); };
  call();
  auto const expected = volume.values();
  test::Graph const graph{test::executor().stream(), call};
  test::fill_with_nan(volume.view(), test::executor().stream());
  graph.launch(test::executor().stream());
  BOOST_TEST((volume.values() == expected));
}

BOOST_AUTO_TEST_SUITE_END()
