// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scans, and calls on one rank and on several.
#include <cstddef>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/view_of.hpp>
#include <pyronn/distributed/on_ranks.hpp>

#include "ranks/world.hpp"
#include "support/numbers.hpp"

namespace test {

inline constexpr std::size_t no_limit = std::numeric_limits<std::ptrdiff_t>::max();

/// Prime sizes; the grid lies beside the axis.
inline pyronn::Grid grid(int slices = 37) {
  return pyronn::Grid::from_origin({11, 13, slices}, {1.1, 0.9, 0.7}, {-5.2, -5.1, -11});
}
inline pyronn::ConeBeam cone(int views = 41, pyronn::Vec2d offset = {0, 0}) {
  return pyronn::ConeBeam::circular({80, 130, pyronn::equal_angles(views, 0.1)},
                                    {{19, 31}, {1.6, 1.5}, offset});
}
/// The axis of rotation leans.
inline pyronn::ConeBeam leaning() {
  std::vector<pyronn::ProjectionMatrix> matrices;
  for (int n = 0; n < 29; ++n) {
    auto matrix = cone().view(n).projection_matrix();
    for (int c = 0; c < 4; ++c) {
      matrix.row[0][c] += 0.03 * matrix.row[1][c];
      matrix.row[1][c] -= 0.03 * matrix.row[0][c];
    }
    matrices.push_back(matrix);
  }
  return pyronn::ConeBeam::from_matrices({19, 31}, matrices);
}
inline pyronn::ParallelBeam3D parallel() {
  return pyronn::ParallelBeam3D::circular({pyronn::equal_angles(23)}, {{19, 31}, {1, 0.9}});
}

inline pyronn::CpuExecutor executor() { return pyronn::CpuExecutor{1}; }

template <class Op>
pyronn::Extents<3> extents_of(Op const& op, bool of_views) {
  pyronn::Extents<2> const detector = op.geometry().detector_size();
  return of_views ? pyronn::Extents<3>{detector[0], detector[1], op.geometry().num_views()}
                  : op.grid().size;
}

template <class Op>
std::vector<float> in_one_call(Op const& op, std::vector<float> const& in, pyronn::Extents<3> from,
                               pyronn::Extents<3> to) {
  std::vector<float> out(static_cast<std::size_t>(to.count()), nan);
  auto const source = pyronn::view_of(in, from);
  pyronn::Workspace<pyronn::CpuExecutor> workspace{executor(),
                                                   op.workspace_bytes(executor(), source)};
  op(executor(), source, pyronn::view_of(out, to), workspace);
  return out;
}

/// This rank's part of the output.
template <class Communicator, class Op>
std::vector<float> on(Communicator const& ranks, Op const& op, std::vector<float> const& in,
                      pyronn::Extents<3> from, bool makes_volume, std::size_t limit = no_limit) {
  pyronn::OnRanks call{ranks, executor(), op, limit};
  BOOST_TEST(call.plan().memory_bytes <= limit);
  std::vector<float> const part = part_of(in, from, makes_volume ? call.views() : call.slab());
  std::vector<float> out;
  for (int repeat = 0; repeat < 2; ++repeat) {
    out.assign(static_cast<std::size_t>(call.output_extents().count()), nan);
    call(pyronn::view_of(part, call.input_extents()), pyronn::view_of(out, call.output_extents()));
  }
  return out;
}

}  // namespace test
