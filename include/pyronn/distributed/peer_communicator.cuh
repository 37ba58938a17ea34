// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PeerCommunicator: CUDA devices of one program, a thread each.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/detail/event.cuh>
#include <pyronn/backend/cuda/detail/stream/copy_stream.cuh>
#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/meeting.hpp>
#include <pyronn/distributed/detail/peer_access.hpp>
#include <pyronn/distributed/detail/peer_copies.cuh>
#include <pyronn/distributed/thread_communicator.hpp>
#include <pyronn/exec/backend.hpp>

namespace pyronn {

/// A thread of a group, and the device that is current in it; several may have the same. Messages
/// lie in the devices' memory and are copied from one to another beside the work of both, on a
/// stream of its own. Ranks tell each other all else by the host, which waits for none of the
/// devices. A call with it cannot be captured into a graph.
class PeerCommunicator : public ThreadCommunicator {
 public:
  /// Whose memory is exchanged.
  using Backend = CudaBackend;

  /// All threads make one at the same time. Devices of the group may from then on reach each
  /// other's memory, that of their default pools included. Throws as ThreadCommunicator does,
  /// InvalidArgument where a device cannot reach another one's memory, and CudaError.
  PeerCommunicator(ThreadGroup const& group, int rank) : ThreadCommunicator{group, rank} {
    share_errors(*this, [&] { state_ = std::make_shared<State>(); });
    int device = 0;
    std::vector<int> devices(static_cast<std::size_t>(size()));
    share_errors(*this, [&] { device = detail::current_device(); });
    gather(&device, sizeof(device), devices.data());
    share_errors(*this, [&] {
      for (int const other : devices) {
        detail::expects(detail::can_reach_memory_of(other), "PeerCommunicator: device ", device,
                        " cannot reach the memory of device ", other,
                        "; ThreadCommunicator sends messages through the host's");
        detail::reach_memory_of(other);
      }
    });
  }

  /// In whose order messages are copied.
  [[nodiscard]] cudaStream_t stream() const { return state_->stream.get(); }

 private:
  struct State {
    detail::CopyStream stream;
    detail::Event made;   ///< what is sent
    detail::Event taken;  ///< what was received
  };
  struct PeerMessages : detail::ShownMessages {
    std::shared_ptr<State> state;

    [[nodiscard]] bool sends_to(int rank) const {
      return std::any_of(sent.begin(), sent.end(),
                         [&](SentBytes const& one) { return one.to == rank; });
    }
    [[nodiscard]] bool receives_from(int rank) const {
      return std::any_of(received.begin(), received.end(),
                         [&](ReceivedBytes const& one) { return one.from == rank; });
    }
    /// Of what a rank shows.
    static PeerMessages const& of(void const* shown) {
      return static_cast<PeerMessages const&>(*static_cast<detail::ShownMessages const*>(shown));
    }
  };

 public:
  /// Messages that are to be exchanged.
  class Exchange {
   public:
    /// Queues copies of what comes to this rank. From then on the stream waits for what others take
    /// from it, too. Waits on the host until all ranks have called it.
    void start() {
      cudaStream_t const stream = messages_.state->stream.get();
      std::vector<std::shared_ptr<State>> takers;
      detail::LateFailure failure;
      failure.guard([&] { messages_.state->made.record(stream); });
      detail::ShownMessages const* const mine = &messages_;
      meeting_->meet(rank_, "an exchange", mine, [&](detail::Shown const& all) {
        failure.raise();
        for (void const* const one : all) {
          auto const& theirs = PeerMessages::of(one);
          if (theirs.receives_from(rank_)) takers.push_back(theirs.state);
          if (theirs.sends_to(rank_)) theirs.state->made.hold(stream);
        }
        queue_copies(all);
        messages_.state->taken.record(stream);
      });
      for (auto const& taker : takers) taker->taken.hold(stream);
    }
    /// Waits on the host until all messages of this rank have come and gone.
    void run() {
      start();
      messages_.state->stream.wait();
    }

   private:
    friend PeerCommunicator;
    Exchange(std::shared_ptr<detail::Meeting> meeting, int rank, PeerMessages messages)
        : meeting_{std::move(meeting)}, rank_{rank}, messages_{std::move(messages)} {}

    void queue_copies(detail::Shown const& all) const {
      detail::PeerCopies copies{messages_.state->stream.get()};
      messages_.for_received(rank_, all, [&](SentBytes const& from, ReceivedBytes const& to) {
        copies.add(to.from, from.data, to.data, to.bytes);
      });
      copies.queue();
    }

    std::shared_ptr<detail::Meeting> meeting_;
    int rank_;
    PeerMessages messages_;
  };

  /// Messages of this rank, in memory of its device, which stay where they are until they have come
  /// and gone. Throws InvalidArgument for ranks that do not exist and for messages to itself, and
  /// std::bad_alloc.
  [[nodiscard]] Exchange exchange(std::vector<SentBytes> const& sent,
                                  std::vector<ReceivedBytes> const& received) const {
    PeerMessages messages{checked(sent, received), state_};
    return {meeting(), rank(), std::move(messages)};
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace pyronn
