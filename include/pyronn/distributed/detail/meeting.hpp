// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where threads meet, and show each other what they have.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <exception>
#include <mutex>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/detail/failure.hpp>

namespace pyronn::detail {

/// What each rank shows to all.
using Shown = std::vector<void const*>;

class Meeting {
 public:
  Meeting(int ranks, std::chrono::milliseconds longest_wait) : longest_wait_{longest_wait} {
    expects(ranks >= 1, "ThreadGroup: ", ranks, " ranks must be at least 1");
    shown_.resize(static_cast<std::size_t>(ranks));
    calls_.resize(shown_.size());
  }

  [[nodiscard]] int ranks() const { return static_cast<int>(shown_.size()); }

  /// Shows `mine`, calls `look(what all showed)` and returns when all have looked, or throws what
  /// looking threw.
  template <class Look>
  void meet(int rank, char const* call, void const* mine, Look const& look) {
    {
      std::lock_guard<std::mutex> const lock{mutex_};
      shown_[static_cast<std::size_t>(rank)] = mine;
      calls_[static_cast<std::size_t>(rank)] = call;
    }
    wait_for_all(rank, call);
    std::exception_ptr failure;
    try {
      check_calls(rank);
      look(shown_);
    } catch (...) {
      failure = std::current_exception();
    }
    wait_for_all(rank, call);
    if (failure) std::rethrow_exception(failure);
  }

 private:
  /// Ranks that call something else have shown something else.
  void check_calls(int rank) const {
    char const* const mine = calls_[static_cast<std::size_t>(rank)];
    for (std::size_t other = 0; other < calls_.size(); ++other) {
      if (std::strcmp(mine, calls_[other]) == 0) continue;
      throw CommunicationError(message("pyronn::ThreadCommunicator: rank ", rank, " of ",
                                       calls_.size(), ": ", mine, " meets ", calls_[other],
                                       " of rank ", other,
                                       "; all ranks must call the same functions in the same "
                                       "order"));
    }
  }

  void wait_for_all(int rank, char const* call) {
    std::unique_lock<std::mutex> lock{mutex_};
    std::size_t const turn = turn_;
    if (!is_lost_ && ++there_ == shown_.size()) {
      there_ = 0;
      ++turn_;
      changed_.notify_all();
      return;
    }
    bool const came =
        changed_.wait_for(lock, longest_wait_, [&] { return is_lost_ || turn_ != turn; });
    if (came && turn_ != turn) return;
    is_lost_ = true;
    changed_.notify_all();
    throw CommunicationError(message("pyronn::ThreadCommunicator: rank ", rank, " of ",
                                     shown_.size(), ": ", call, ": another rank did not come for ",
                                     longest_wait_.count(),
                                     " ms; the group can no longer be used"));
  }

  std::chrono::milliseconds longest_wait_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Shown shown_;
  std::vector<char const*> calls_;
  std::size_t there_ = 0;
  std::size_t turn_ = 0;
  bool is_lost_ = false;
};

/// Messages of a rank, shown to others.
struct ShownMessages {
  std::vector<SentBytes> sent;
  std::vector<ReceivedBytes> received;

  /// Calls `take(what another rank sent, where it comes to)` for all that come to `rank`, where all
  /// show their messages: of the rank behind it first, so that ranks that do so at once do not all
  /// take from the same one, whose link would be shared.
  template <class Take>
  void for_received(int rank, Shown const& all, Take const& take) const {
    for (std::size_t n = 1; n < all.size(); ++n) {
      std::size_t const other = (static_cast<std::size_t>(rank) + n) % all.size();
      auto const& theirs = static_cast<ShownMessages const*>(all[other])->sent;
      auto from = theirs.begin();
      for (ReceivedBytes const& message : received) {
        if (message.from != static_cast<int>(other)) continue;
        while (from != theirs.end() && from->to != rank) ++from;
        expects(from != theirs.end() && from->bytes == message.bytes, "ThreadCommunicator: rank ",
                rank, " expects ", message.bytes, " bytes of rank ", other, ", which sends ",
                from == theirs.end() ? 0 : from->bytes);
        take(*from, message);
        ++from;
      }
    }
  }
};

}  // namespace pyronn::detail
