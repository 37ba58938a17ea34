// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ThreadCommunicator: ranks that are threads of one program.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/meeting.hpp>

namespace pyronn {

/// So many threads that work together. Copies are the same group.
class ThreadGroup {
 public:
  /// A rank that waits longer than `longest_wait` for another gives up the group, whose calls throw
  /// CommunicationError from then on: more than one ever computes or reads while others wait.
  /// Throws InvalidArgument for less than one rank.
  explicit ThreadGroup(int ranks, std::chrono::milliseconds longest_wait = std::chrono::seconds{10})
      : meeting_{std::make_shared<detail::Meeting>(ranks, longest_wait)} {}

  /// How many there are.
  [[nodiscard]] int size() const { return meeting_->ranks(); }

 private:
  friend class ThreadCommunicator;
  std::shared_ptr<detail::Meeting> meeting_;
};

/// A thread of a group, whose messages are of the host's memory, or of what the host can read. Each
/// is used by its thread alone; copies are the same rank.
///
///   ThreadGroup const group{2};
///   std::thread{[&] { work(ThreadCommunicator{group, 0}); }} ...
class ThreadCommunicator {
 public:
  /// Throws InvalidArgument for a rank that the group does not have.
  ThreadCommunicator(ThreadGroup const& group, int rank) : meeting_{group.meeting_}, rank_{rank} {
    detail::expects(rank >= 0 && rank < size(), "ThreadCommunicator: rank ", rank,
                    " must be from 0 to ", size() - 1);
  }

  /// From 0.
  [[nodiscard]] int rank() const { return rank_; }
  /// At least 1.
  [[nodiscard]] int size() const { return meeting_->ranks(); }

  /// Returns when all ranks have called it. Throws CommunicationError, as all that follow do.
  void barrier() const {
    meeting_->meet(rank_, "barrier()", nullptr, [](detail::Shown const&) {});
  }

  /// The largest of all ranks' values.
  [[nodiscard]] std::int64_t largest(std::int64_t value) const {
    std::int64_t most = value;
    meeting_->meet(rank_, "largest()", &value, [&](detail::Shown const& all) {
      for (void const* one : all) most = std::max(most, *static_cast<std::int64_t const*>(one));
    });
    return most;
  }

  /// The bytes of one rank come to all.
  void broadcast(void* data, std::size_t bytes, int from) const {
    meeting_->meet(rank_, "broadcast()", data, [&](detail::Shown const& all) {
      auto const* const source = static_cast<std::byte const*>(all[static_cast<std::size_t>(from)]);
      if (rank_ != from) std::copy_n(source, bytes, static_cast<std::byte*>(data));
    });
  }

  /// As many bytes of each rank come to all, rank by rank.
  void gather(void const* mine, std::size_t bytes, void* all) const {
    auto* to = static_cast<std::byte*>(all);
    meeting_->meet(rank_, "gather()", mine, [&](detail::Shown const& shown) {
      for (void const* one : shown) to = std::copy_n(static_cast<std::byte const*>(one), bytes, to);
    });
  }

  /// Messages that are to be exchanged.
  class Exchange {
   public:
    /// Each rank copies what comes to it, when all have come.
    void run() {
      meeting_->meet(rank_, "an exchange", &messages_, [&](detail::Shown const& all) {
        messages_.for_received(rank_, all, [](SentBytes const& from, ReceivedBytes const& to) {
          std::copy_n(static_cast<std::byte const*>(from.data), from.bytes,
                      static_cast<std::byte*>(to.data));
        });
      });
    }

   private:
    friend ThreadCommunicator;
    Exchange(std::shared_ptr<detail::Meeting> meeting, int rank, detail::ShownMessages messages)
        : meeting_{std::move(meeting)}, rank_{rank}, messages_{std::move(messages)} {}

    std::shared_ptr<detail::Meeting> meeting_;
    int rank_;
    detail::ShownMessages messages_;
  };

  /// Messages of this rank, which stay where they are until the exchange has run. Throws
  /// InvalidArgument for ranks that do not exist and for messages to itself, and std::bad_alloc.
  [[nodiscard]] Exchange exchange(std::vector<SentBytes> const& sent,
                                  std::vector<ReceivedBytes> const& received) const {
    return {meeting_, rank_, checked(sent, received)};
  }

 protected:
  /// Throws as exchange() does.
  [[nodiscard]] detail::ShownMessages checked(std::vector<SentBytes> const& sent,
                                              std::vector<ReceivedBytes> const& received) const {
    detail::ShownMessages messages;
    auto const check = [&](int other) {
      detail::expects(other >= 0 && other < size() && other != rank_, "ThreadCommunicator: rank ",
                      rank_, " of ", size(), " cannot exchange messages with rank ", other);
    };
    for (SentBytes const& message : sent) {
      check(message.to);
      if (message.bytes > 0) messages.sent.push_back(message);
    }
    for (ReceivedBytes const& message : received) {
      check(message.from);
      if (message.bytes > 0) messages.received.push_back(message);
    }
    return messages;
  }
  /// Where the threads of the group meet.
  [[nodiscard]] std::shared_ptr<detail::Meeting> const& meeting() const { return meeting_; }

 private:
  std::shared_ptr<detail::Meeting> meeting_;
  int rank_;
};

}  // namespace pyronn
