// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Page-locked memory that pageable arrays and functions pass through.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <thread>
#include <vector>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/detail/event.cuh>
#include <pyronn/backend/cuda/detail/stream/copy_stream.cuh>
#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/detail/run_on_threads.hpp>
#include <pyronn/exec/host_array.hpp>

namespace pyronn::detail {

/// Pieces of page-locked memory, used in turn.
class Staging {
 public:
  /// So many: one is filled, one copied, one ready.
  static constexpr int pieces = 3;
  /// A copy of a piece takes far longer than to begin it.
  static constexpr std::size_t usual_piece_bytes = std::size_t{32} << 20;

  /// A piece of at most a third of `limit`, which holds at least a row and at most a block.
  static std::size_t piece_bytes(std::size_t row_bytes, std::size_t block_bytes,
                                 std::size_t limit) {
    std::size_t const most = std::min({usual_piece_bytes, limit / pieces, block_bytes});
    return std::max(row_bytes, most / row_bytes * row_bytes);
  }

  /// Allocates. Throws OutOfMemory.
  explicit Staging(std::size_t piece_bytes) : piece_bytes_{piece_bytes}, copied_(pieces) {
    void* memory = nullptr;
    check_cuda(cudaHostAlloc(&memory, piece_bytes * pieces, cudaHostAllocDefault), "cudaHostAlloc");
    memory_ = static_cast<std::byte*>(memory);
  }
  Staging(Staging const&) = delete;
  Staging& operator=(Staging const&) = delete;
  ~Staging() { static_cast<void>(cudaFreeHost(memory_)); }

  /// Bytes of a piece.
  [[nodiscard]] std::size_t piece_bytes() const { return piece_bytes_; }
  /// A piece, by any number.
  [[nodiscard]] std::byte* piece(std::size_t n) const {
    return memory_ + n % pieces * piece_bytes_;
  }
  /// When a piece has been copied last.
  [[nodiscard]] Event& copied(std::size_t n) { return copied_[n % pieces]; }

 private:
  std::size_t piece_bytes_;
  std::byte* memory_ = nullptr;
  std::vector<Event> copied_;
};

/// A block in pieces that `piece_bytes` hold, in order: several planes, or rows of one.
inline std::vector<HostBlock> pieces_of(HostBlock const& block, std::size_t row_bytes,
                                        std::size_t piece_bytes) {
  auto const rows = static_cast<int>(
      std::min<std::size_t>(static_cast<std::size_t>(block.num_rows), piece_bytes / row_bytes));
  int const planes =
      rows < block.num_rows
          ? 1
          : static_cast<int>(std::min<std::size_t>(
                static_cast<std::size_t>(block.num_planes),
                piece_bytes / (row_bytes * static_cast<std::size_t>(block.num_rows))));
  std::vector<HostBlock> pieces;
  for (int plane = 0; plane < block.num_planes; plane += planes) {
    for (int row = 0; row < block.num_rows; row += rows) {
      pieces.push_back({block.first_plane + plane, std::min(planes, block.num_planes - plane),
                        block.first_row + row, std::min(rows, block.num_rows - row)});
    }
  }
  return pieces;
}

/// std::memcpy of planes by several threads: one does not fill the bus.
inline void copy_on_threads(PlaneCopy const& copy) {
  constexpr std::size_t share = std::size_t{1} << 20;
  std::size_t const shares = (copy.bytes - 1) / share + 1;
  int const threads =
      static_cast<int>(std::min(8U, std::max(1U, std::thread::hardware_concurrency())));
  for_each_on_threads(threads, copy.planes * shares, [&](std::size_t n) {
    std::size_t const plane = n / shares;
    std::size_t const begin = n % shares * share;
    std::memcpy(static_cast<std::byte*>(copy.to) + plane * copy.to_pitch + begin,
                static_cast<std::byte const*>(copy.from) + plane * copy.from_pitch + begin,
                std::min(share, copy.bytes - begin));
  });
}

}  // namespace pyronn::detail
