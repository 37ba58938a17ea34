// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "support/backends.hpp"
//
#include <cstddef>
#include <memory>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/cuda.cuh>

#include "cuda/streams.cuh"
#include "support/numbers.hpp"

using pyronn::ConeBeam;
using pyronn::CudaExecutor;
using pyronn::Extents;
using pyronn::Grid;
using pyronn::TextureInterp;
using Values = std::vector<float>;
using Workspace = pyronn::Workspace<CudaExecutor>;

namespace {

Extents<3> const views_size{64, 11, 7};
Grid const grid = Grid::centered({9, 8, 7}, {1.1, 0.7, 1.9});

/// Reads aligned projections through textures of the caller's memory.
pyronn::Backprojector<ConeBeam, TextureInterp> backprojector() {
  return {ConeBeam::circular({60, 90, pyronn::equal_angles(7, 0.1)}, {{64, 11}, {0.4, 0.9}}), grid};
}

/// More arrays than a workspace keeps textures of, with an output each.
struct Scans {
  static constexpr int count = 100;
  std::vector<std::unique_ptr<test::Array<float, 3>>> views;
  std::vector<Values> expected;

  explicit Scans(pyronn::Backprojector<ConeBeam, TextureInterp> const& op) {
    test::Array<float, 3> volume{grid.size};
    for (int n = 0; n < count; ++n) {
      views.push_back(std::make_unique<test::Array<float, 3>>(
          views_size, test::random_values(static_cast<std::uint32_t>(n), views_size.count())));
      Workspace workspace{test::executor()};
      op(test::executor(), views.back()->view(), volume.view(), workspace);
      expected.push_back(volume.values());
    }
  }
  [[nodiscard]] auto view(int n) const { return views[static_cast<std::size_t>(n)]->view(); }
  [[nodiscard]] Values const& result(int n) const { return expected[static_cast<std::size_t>(n)]; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(texture_lifetime, *boost::unit_test::precondition(test::device_present))

BOOST_AUTO_TEST_CASE(in_place_needs_no_memory) {
  auto const op = backprojector();
  test::Array<float, 3> views{views_size};
  BOOST_TEST(op.workspace_bytes(test::executor(), views.view()) == 0U);
}

/// Queued all at once behind a busy stream, each call reads its own array.
BOOST_AUTO_TEST_CASE(any_number_of_arrays_in_flight) {
  auto const op = backprojector();
  Scans const scans{op};
  for (bool const has_workspace : {true, false}) {
    Workspace workspace{test::executor()};
    std::vector<std::unique_ptr<test::Array<float, 3>>> volumes;
    for (int n = 0; n < Scans::count; ++n) {
      volumes.push_back(std::make_unique<test::Array<float, 3>>(grid.size, test::nan));
    }
    for (int n = 0; n < Scans::count; ++n) {
      auto const volume = volumes[static_cast<std::size_t>(n)]->view();
      if (has_workspace) {
        op(test::executor(), scans.view(n), volume, workspace);
      } else {
        op(test::executor(), scans.view(n), volume);
      }
    }
    for (int n = 0; n < Scans::count; ++n) {
      BOOST_TEST((volumes[static_cast<std::size_t>(n)]->values() == scans.result(n)));
    }
  }
}

/// In each mode a user may capture in, with arrays that no call has read before.
BOOST_AUTO_TEST_CASE(calls_in_place_can_be_captured_at_first_sight) {
  auto const op = backprojector();
  Scans const scans{op};
  for (auto const mode : {cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal,
                          cudaStreamCaptureModeRelaxed}) {
    for (bool const has_workspace : {true, false}) {
      test::Array<float, 3> volume{grid.size};
      Workspace workspace{test::executor()};
      auto const stream = test::executor().stream();
      test::Graph const graph{stream, mode, [&] {
                                if (has_workspace) {
                                  op(test::executor(), scans.view(3), volume.view(), workspace);
                                } else {
                                  op(test::executor(), scans.view(3), volume.view());
                                }
                              }};
      for (int repeat = 0; repeat < 2; ++repeat) {
        test::fill_with_nan(volume.view(), stream);
        graph.launch(stream);
        BOOST_TEST((volume.values() == scans.result(3)));
      }
    }
  }
}

/// What a graph reads through stays when the cache has given it up: others never take its place.
BOOST_AUTO_TEST_CASE(graphs_keep_what_they_read_through) {
  auto const op = backprojector();
  Scans const scans{op};
  auto const stream = test::executor().stream();
  test::Array<float, 3> volume{grid.size};
  test::Array<float, 3> other{grid.size};
  Workspace workspace{test::executor()};
  test::Graph const graph{stream,
                          [&] { op(test::executor(), scans.view(0), volume.view(), workspace); }};
  for (int round = 0; round < 3; ++round) {
    for (int n = 1; n < Scans::count; ++n) {
      op(test::executor(), scans.view(n), other.view(), workspace);
    }
    test::check(cudaStreamSynchronize(stream));
    test::fill_with_nan(volume.view(), stream);
    graph.launch(stream);
    BOOST_TEST((volume.values() == scans.result(0)));
  }
}

/// The same where the workspace itself has gone, of which a call in place uses nothing but
/// textures.
BOOST_AUTO_TEST_CASE(graphs_outlive_the_call_in_place) {
  auto const op = backprojector();
  Scans const scans{op};
  auto const stream = test::executor().stream();
  test::Array<float, 3> volume{grid.size};
  test::Array<float, 3> other{grid.size};
  test::Graph const graph{stream, [&] { op(test::executor(), scans.view(0), volume.view()); }};
  for (int n = 1; n < Scans::count; ++n) op(test::executor(), scans.view(n), other.view());
  test::fill_with_nan(volume.view(), stream);
  graph.launch(stream);
  BOOST_TEST((volume.values() == scans.result(0)));
}

BOOST_AUTO_TEST_SUITE_END()
