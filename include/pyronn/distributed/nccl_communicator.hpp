// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// NcclCommunicator: CUDA devices of an ncclComm_t. No umbrella includes this header, which needs
/// NCCL and CUDA's runtime.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <cuda_runtime_api.h>
#include <nccl.h>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/nccl_state.hpp>
#include <pyronn/distributed/detail/peer_access.hpp>
#include <pyronn/distributed/nccl_options.hpp>
#include <pyronn/exec/backend.hpp>

namespace pyronn {

/// The ranks of the caller's ncclComm_t, one device each, which must be there as long as it and is
/// used for nothing else meanwhile: one process a device, or one thread a device, in which that
/// device is current. Messages lie in the devices' memory and are queued on a stream of high
/// priority. Copies are the same communicator, and are used by one thread at a time.
///
/// NCCL does not notice that a rank is gone: who waits for one longer than NcclOptions say throws
/// CommunicationError. What the host waits for is told by NCCL as well, in less than 0.1 ms. NCCL
/// holds memory of each device, 1.3 GiB of an H200, which no limit of pyronn's counts.
///
///   cudaSetDevice(rank);
///   ncclCommInitRank(&comm, size, id, rank);
///   NcclCommunicator const ranks{comm};
class NcclCommunicator {
 public:
  /// Whose memory is exchanged.
  using Backend = CudaBackend;
  /// Graphs may hold its messages.
  using CanBeCaptured = void;

  /// Every rank of `comm` makes one, at the same time, with the same options, and all of them meet.
  /// Devices of one process may from then on reach each other's default memory pools, as NCCL takes
  /// for granted. Throws InvalidArgument for a null pointer and where another device is current
  /// than that of `comm`, CudaError, OutOfMemory and CommunicationError.
  explicit NcclCommunicator(ncclComm_t comm, NcclOptions const& options = {})
      : state_{std::make_shared<detail::NcclState>(comm, options)} {
    meet();
  }

  /// From 0.
  [[nodiscard]] int rank() const { return state_->rank(); }
  /// At least 1.
  [[nodiscard]] int size() const { return state_->size(); }
  /// In whose order messages are queued.
  [[nodiscard]] cudaStream_t stream() const { return state_->stream(); }

  /// Returns when all ranks have called it. Throws CommunicationError, as all that follow do.
  void barrier() const { static_cast<void>(largest(0)); }

  /// The largest of all ranks' values.
  [[nodiscard]] std::int64_t largest(std::int64_t value) const {
    std::int64_t result = value;
    state_->collective("largest()", {&value, sizeof(value), &result, sizeof(result), 0},
                       [](std::byte* data, ncclComm_t comm, cudaStream_t stream) {
                         return ncclAllReduce(data, data, 1, ncclInt64, ncclMax, comm, stream);
                       });
    return result;
  }

  /// The bytes of one rank come to all; arrays of the host.
  void broadcast(void* data, std::size_t bytes, int from) const {
    auto* const all = static_cast<std::byte*>(data);
    constexpr std::size_t most = detail::NcclState::buffer_bytes;
    for (std::size_t first = 0; first < bytes; first += most) {
      std::size_t const count = std::min(most, bytes - first);
      state_->collective("broadcast()", {all + first, count, all + first, count, 0},
                         [&](std::byte* piece, ncclComm_t comm, cudaStream_t stream) {
                           return ncclBcast(piece, count, ncclInt8, from, comm, stream);
                         });
    }
  }

  /// As many bytes of each rank come to all, rank by rank; arrays of the host.
  void gather(void const* mine, std::size_t bytes, void* all) const {
    auto const* const from = static_cast<std::byte const*>(mine);
    auto* const to = static_cast<std::byte*>(all);
    auto const ranks = static_cast<std::size_t>(size());
    std::size_t const most = detail::NcclState::buffer_bytes / (ranks + 1);
    std::vector<std::byte> gathered(std::min(most, bytes) * ranks);
    for (std::size_t first = 0; first < bytes; first += most) {
      std::size_t const count = std::min(most, bytes - first);
      // What is gathered lies behind what is sent.
      state_->collective("gather()", {from + first, count, gathered.data(), count * ranks, count},
                         [&](std::byte* piece, ncclComm_t comm, cudaStream_t stream) {
                           return ncclAllGather(piece, piece + count, count, ncclInt8, comm,
                                                stream);
                         });
      for (std::size_t n = 0; n < ranks; ++n) {
        std::copy_n(gathered.data() + n * count, count, to + n * bytes + first);
      }
    }
  }

  /// Messages that are to be exchanged.
  class Exchange {
   public:
    /// Queues them.
    void start() {
      if (sent_.empty() && received_.empty()) return;
      state_->queue("an exchange", [&](ncclComm_t comm, cudaStream_t stream) {
        ncclResult_t result = ncclGroupStart();
        for (SentBytes const& one : sent_) {
          if (result != ncclSuccess) break;
          result = ncclSend(one.data, one.bytes, ncclInt8, one.to, comm, stream);
        }
        for (ReceivedBytes const& one : received_) {
          if (result != ncclSuccess) break;
          result = ncclRecv(one.data, one.bytes, ncclInt8, one.from, comm, stream);
        }
        ncclResult_t const end = ncclGroupEnd();
        return result == ncclSuccess ? end : result;
      });
    }
    /// Waits on the host until all messages of this rank have come and gone.
    void run() {
      start();
      state_->drain();
    }

   private:
    friend NcclCommunicator;
    explicit Exchange(std::shared_ptr<detail::NcclState> state) : state_{std::move(state)} {}

    std::shared_ptr<detail::NcclState> state_;
    std::vector<SentBytes> sent_;
    std::vector<ReceivedBytes> received_;
  };

  /// Messages of this rank, in memory that its device reaches, and that stays where it is until
  /// they have come and gone. Throws InvalidArgument for ranks that do not exist and for messages
  /// to itself, and std::bad_alloc.
  [[nodiscard]] Exchange exchange(std::vector<SentBytes> const& sent,
                                  std::vector<ReceivedBytes> const& received) const {
    Exchange result{state_};
    for (SentBytes const& message : sent) {
      check_rank(message.to);
      if (message.bytes > 0) result.sent_.push_back(message);
    }
    for (ReceivedBytes const& message : received) {
      check_rank(message.from);
      if (message.bytes > 0) result.received_.push_back(message);
    }
    return result;
  }

 private:
  void check_rank(int other) const {
    detail::expects(other >= 0 && other < size() && other != rank(), "NcclCommunicator: rank ",
                    rank(), " of ", size(), " cannot exchange messages with rank ", other);
  }

  /// All that is used later is used once, as NCCL makes connections at first use, and waits for the
  /// other rank then without an end.
  void meet() const {
    barrier();
    std::vector<detail::RankPlace> places(static_cast<std::size_t>(size()));
    detail::RankPlace const here = detail::RankPlace::here();
    gather(&here, sizeof(here), places.data());
    // NCCL copies between devices of a process without asking.
    for (detail::RankPlace const& place : places) {
      if (!place.shares_process_with(here)) continue;
      detail::reach_memory_of(place.device);
      if (place.device != here.device) state_->note_other_device();
    }
    broadcast(places.data(), 1, 0);
    std::vector<SentBytes> sent;
    std::vector<ReceivedBytes> received;
    auto* const room = static_cast<std::byte*>(state_->device_memory());
    for (int other = 0; other < size(); ++other) {
      if (other == rank()) continue;
      sent.push_back({other, room, 1});
      received.push_back({other, room + 1 + other, 1});
    }
    exchange(sent, received).run();
  }

  std::shared_ptr<detail::NcclState> state_;
};

}  // namespace pyronn
