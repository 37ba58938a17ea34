// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Copies from device to device, few of which are queued.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/detail/stream/copy_stream.cuh>

namespace pyronn::detail {

/// Copies that follow one another at equal distances, as the rows of views do, are queued as one:
/// to queue a copy takes the host some microseconds, for which the device waits.
class PeerCopies {
 public:
  explicit PeerCopies(cudaStream_t stream) : stream_{stream} {}

  /// From a rank, whose memory no other one's follows.
  void add(int rank, void const* from, void* to, std::size_t bytes) {
    auto const* const source = static_cast<std::byte const*>(from);
    auto* const target = static_cast<std::byte*>(to);
    if (rank == rank_ && continues(source, target, bytes)) {
      ++planes_;
      return;
    }
    queue();
    rank_ = rank;
    from_ = source;
    to_ = target;
    bytes_ = bytes;
    planes_ = 1;
  }
  /// Those that are not yet queued.
  void queue() {
    if (planes_ == 0) return;
    PlaneCopy const copy{to_, to_pitch_, from_, from_pitch_, bytes_, planes_};
    copy.queue(cudaMemcpyDefault, stream_);
    planes_ = 0;
  }

 private:
  /// Whether a copy follows those before. The second one says at what distances.
  bool continues(std::byte const* from, std::byte* to, std::size_t bytes) {
    if (planes_ == 0 || bytes != bytes_) return false;
    if (planes_ == 1) {
      if (from < from_ + bytes || to < to_ + bytes) return false;
      from_pitch_ = static_cast<std::size_t>(from - from_);
      to_pitch_ = static_cast<std::size_t>(to - to_);
    }
    return from == from_ + planes_ * from_pitch_ && to == to_ + planes_ * to_pitch_;
  }

  cudaStream_t stream_;
  int rank_ = -1;
  std::byte const* from_ = nullptr;
  std::byte* to_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t planes_ = 0;  ///< that wait
  std::size_t from_pitch_ = 0;
  std::size_t to_pitch_ = 0;
};

}  // namespace pyronn::detail
