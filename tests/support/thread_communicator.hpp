// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Ranks that are threads of one program.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>

namespace test {

/// Where threads meet.
class Meeting {
 public:
  explicit Meeting(int ranks)
      : places_(static_cast<std::size_t>(ranks)), ranks_{static_cast<std::size_t>(ranks)} {}

  [[nodiscard]] int ranks() const { return static_cast<int>(ranks_); }

  /// Shows `mine` to all, calls `look(what all showed)`, and waits until all have looked.
  template <class Look>
  void meet(int rank, void const* mine, Look const& look) {
    places_[static_cast<std::size_t>(rank)] = mine;
    wait();
    look(places_);
    wait();
  }

 private:
  void wait() {
    std::unique_lock<std::mutex> lock{mutex_};
    std::size_t const turn = turn_;
    if (++there_ == ranks_) {
      there_ = 0;
      ++turn_;
      all_there_.notify_all();
    } else if (!all_there_.wait_for(lock, std::chrono::seconds{60},
                                    [&] { return turn_ != turn; })) {
      throw pyronn::CommunicationError{"a thread did not come"};
    }
  }

  std::vector<void const*> places_;
  std::size_t ranks_;
  std::size_t there_ = 0;
  std::size_t turn_ = 0;
  std::mutex mutex_;
  std::condition_variable all_there_;
};

/// Messages of the host's memory, which are brought when all run their exchange.
class ThreadCommunicator {
 public:
  ThreadCommunicator(std::shared_ptr<Meeting> meeting, int rank)
      : meeting_{std::move(meeting)}, rank_{rank} {}

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return meeting_->ranks(); }
  void barrier() const { static_cast<void>(largest(0)); }
  [[nodiscard]] std::int64_t largest(std::int64_t value) const {
    std::int64_t most = value;
    meeting_->meet(rank_, &value, [&](auto const& all) {
      for (void const* one : all) most = std::max(most, *static_cast<std::int64_t const*>(one));
    });
    return most;
  }
  void broadcast(void* data, std::size_t bytes, int from) const {
    meeting_->meet(rank_, data, [&](auto const& all) {
      if (rank_ != from) std::memcpy(data, all[static_cast<std::size_t>(from)], bytes);
    });
  }
  void gather(void const* mine, std::size_t bytes, void* all) const {
    auto* to = static_cast<std::byte*>(all);
    meeting_->meet(rank_, mine, [&](auto const& shown) {
      for (void const* one : shown) to = std::copy_n(static_cast<std::byte const*>(one), bytes, to);
    });
  }

  class Exchange {
   public:
    void run() {
      meeting_->meet(rank_, this, [&](auto const& all) {
        for (int other = 0; other < meeting_->ranks(); ++other) {
          auto const& theirs =
              static_cast<Exchange const*>(all[static_cast<std::size_t>(other)])->sent_;
          take(other, theirs);
        }
      });
    }

   protected:
    friend ThreadCommunicator;
    void take(int other, std::vector<pyronn::SentBytes> const& theirs) const {
      auto from = theirs.begin();
      for (auto const& message : received_) {
        if (message.from != other) continue;
        while (from != theirs.end() && from->to != rank_) ++from;
        if (from == theirs.end() || from->bytes != message.bytes) {
          throw std::logic_error{"a message is of another length than is expected"};
        }
        std::memcpy(message.data, from->data, message.bytes);
        ++from;
      }
    }

    std::shared_ptr<Meeting> meeting_;
    int rank_ = 0;
    std::vector<pyronn::SentBytes> sent_;
    std::vector<pyronn::ReceivedBytes> received_;
  };

  [[nodiscard]] Exchange exchange(std::vector<pyronn::SentBytes> const& sent,
                                  std::vector<pyronn::ReceivedBytes> const& received) const {
    Exchange result;
    fill(result, sent, received);
    return result;
  }

 protected:
  void fill(Exchange& exchange, std::vector<pyronn::SentBytes> const& sent,
            std::vector<pyronn::ReceivedBytes> const& received) const {
    exchange.meeting_ = meeting_;
    exchange.rank_ = rank_;
    exchange.sent_ = sent;
    exchange.received_ = received;
  }

 private:
  std::shared_ptr<Meeting> meeting_;
  int rank_;
};

/// The same, whose messages are under way as soon as they are begun: what is received is then
/// spoilt, and what is sent must not change any more.
class EagerThreadCommunicator : public ThreadCommunicator {
 public:
  using ThreadCommunicator::ThreadCommunicator;

  class Exchange : public ThreadCommunicator::Exchange {
   public:
    void start() {
      copies_.clear();
      for (auto& message : sent_) {
        auto const* const from = static_cast<std::byte const*>(message.data);
        copies_.emplace_back(from, from + message.bytes);
      }
      for (auto const& message : received_) std::memset(message.data, 0xFF, message.bytes);
    }
    void run() {
      for (std::size_t n = 0; n < sent_.size(); ++n) {
        if (std::memcmp(copies_[n].data(), sent_[n].data, sent_[n].bytes) != 0) {
          throw std::logic_error{"what is being sent was changed"};
        }
      }
      ThreadCommunicator::Exchange::run();
    }

   private:
    friend EagerThreadCommunicator;
    std::vector<std::vector<std::byte>> copies_;
  };

  [[nodiscard]] Exchange exchange(std::vector<pyronn::SentBytes> const& sent,
                                  std::vector<pyronn::ReceivedBytes> const& received) const {
    Exchange result;
    fill(result, sent, received);
    return result;
  }
};

/// Calls `work(rank's communicator)` on as many threads, and throws what the first of them threw.
template <class Communicator, class Work>
void on_threads(int ranks, Work const& work) {
  auto const meeting = std::make_shared<Meeting>(ranks);
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        work(Communicator{meeting, rank});
      } catch (...) {
        failures[static_cast<std::size_t>(rank)] = std::current_exception();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (auto const& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace test
