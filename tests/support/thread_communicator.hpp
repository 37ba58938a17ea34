// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Ranks that are threads of one program.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <pyronn/distributed/thread_communicator.hpp>

namespace test {

/// Its messages are under way as soon as they are begun: what is received is then spoilt, and what
/// is sent must not change any more.
class EagerThreadCommunicator : public pyronn::ThreadCommunicator {
 public:
  using ThreadCommunicator::ThreadCommunicator;

  class Exchange {
   public:
    void start() {
      copies_.clear();
      for (auto& message : sent_) {
        auto const* const from = static_cast<std::byte const*>(message.data);
        copies_.emplace_back(from, from + message.bytes);
      }
      for (auto const& message : received_) {
        std::fill_n(static_cast<std::byte*>(message.data), message.bytes, std::byte{0xFF});
      }
    }
    void run() {
      if (copies_.size() != sent_.size()) start();
      for (std::size_t n = 0; n < sent_.size(); ++n) {
        auto const* const now = static_cast<std::byte const*>(sent_[n].data);
        if (!std::equal(copies_[n].begin(), copies_[n].end(), now)) {
          throw std::logic_error{"what is being sent was changed"};
        }
      }
      exchange_.run();
      copies_.clear();
    }

   private:
    friend EagerThreadCommunicator;
    Exchange(pyronn::ThreadCommunicator::Exchange exchange, std::vector<pyronn::SentBytes> sent,
             std::vector<pyronn::ReceivedBytes> received)
        : exchange_{std::move(exchange)}, sent_{std::move(sent)}, received_{std::move(received)} {}

    pyronn::ThreadCommunicator::Exchange exchange_;
    std::vector<pyronn::SentBytes> sent_;
    std::vector<pyronn::ReceivedBytes> received_;
    std::vector<std::vector<std::byte>> copies_;
  };

  [[nodiscard]] Exchange exchange(std::vector<pyronn::SentBytes> const& sent,
                                  std::vector<pyronn::ReceivedBytes> const& received) const {
    return {ThreadCommunicator::exchange(sent, received), sent, received};
  }
};

/// Calls `work(rank's communicator)` on as many threads, and throws what the first of them threw.
template <class Communicator, class Work>
void on_threads(pyronn::ThreadGroup const& group, Work const& work) {
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(group.size()));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < group.size(); ++rank) {
    threads.emplace_back([&, rank] {
      try {
        work(Communicator{group, rank});
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
template <class Communicator, class Work>
void on_threads(int ranks, Work const& work) {
  on_threads<Communicator>(pyronn::ThreadGroup{ranks, std::chrono::seconds{60}}, work);
}

}  // namespace test
