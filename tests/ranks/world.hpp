// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The ranks that a test runs on, and arrays that are shared out to them.
#include <cstddef>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/distributed/mpi_communicator.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/distributed/rank_slabs.hpp>

namespace test {

/// Its messages go in small pieces.
inline pyronn::MpiCommunicator world() { return pyronn::MpiCommunicator{MPI_COMM_WORLD, 1000}; }

/// The slab that a rank has of an operator's volume.
template <class Op, class Communicator>
pyronn::RankShare slab_of(Op const& op, Communicator const& ranks) {
  auto const slabs = pyronn::slabs_of_ranks(op.geometry(), op.grid(), ranks.size());
  return slabs[static_cast<std::size_t>(ranks.rank())];
}

/// A rank's planes of an array.
inline std::vector<float> part_of(std::vector<float> const& whole, pyronn::Extents<3> extents,
                                  pyronn::RankShare share) {
  auto const plane = std::ptrdiff_t{extents[0]} * extents[1];
  return {whole.begin() + share.first * plane, whole.begin() + (share.first + share.count) * plane};
}

}  // namespace test
