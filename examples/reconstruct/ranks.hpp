// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>

#include "bad_input.hpp"

namespace example {

/// The programs that work together: several where MPI has started them, each with the same command
/// line. The first alone speaks and writes. Its members are those of a communicator; these are of a
/// program that is alone.
class Ranks {
 public:
  Ranks() = default;
  Ranks(Ranks const&) = delete;
  Ranks& operator=(Ranks const&) = delete;
  virtual ~Ranks() = default;

  [[nodiscard]] virtual int rank() const { return 0; }
  [[nodiscard]] virtual int size() const { return 1; }
  /// How many of them share this machine.
  [[nodiscard]] virtual int on_machine() const { return 1; }

  virtual void barrier() const {}
  [[nodiscard]] virtual std::int64_t largest(std::int64_t value) const { return value; }
  virtual void broadcast(void* /*data*/, std::size_t /*bytes*/, int /*from*/) const {}
  virtual void gather(void const* mine, std::size_t bytes, void* all) const {
    pyronn::SingleRank{}.gather(mine, bytes, static_cast<std::byte*>(all) + own(bytes));
  }
  /// What waits until all messages have come and gone.
  [[nodiscard]] virtual std::function<void()> exchange(
      std::vector<pyronn::SentBytes> const& /*sent*/,
      std::vector<pyronn::ReceivedBytes> const& /*received*/) const {
    return [] {};
  }

 private:
  [[nodiscard]] std::size_t own(std::size_t bytes) const {
    return static_cast<std::size_t>(rank()) * bytes;
  }
};

/// Ranks as a value: the library's communicator. They must outlive it.
class RankCommunicator {
 public:
  explicit RankCommunicator(Ranks const& ranks) : ranks_{&ranks} {}

  [[nodiscard]] int rank() const { return ranks_->rank(); }
  [[nodiscard]] int size() const { return ranks_->size(); }
  void barrier() const { ranks_->barrier(); }
  [[nodiscard]] std::int64_t largest(std::int64_t value) const { return ranks_->largest(value); }
  void broadcast(void* data, std::size_t bytes, int from) const {
    ranks_->broadcast(data, bytes, from);
  }
  void gather(void const* mine, std::size_t bytes, void* all) const {
    ranks_->gather(mine, bytes, all);
  }
  class Exchange {
   public:
    explicit Exchange(std::function<void()> run) : run_{std::move(run)} {}
    void run() { run_(); }

   private:
    std::function<void()> run_;
  };
  [[nodiscard]] Exchange exchange(std::vector<pyronn::SentBytes> const& sent,
                                  std::vector<pyronn::ReceivedBytes> const& received) const {
    return Exchange{ranks_->exchange(sent, received)};
  }

 private:
  Ranks const* ranks_;
};

/// Calls `step` on every rank. What one of them throws all throw, an InvalidArgument for BadInput.
template <class Step>
void share_errors(Ranks const& ranks, Step const& step) {
  if (ranks.size() == 1) return step();
  pyronn::share_errors(RankCommunicator{ranks}, [&] {
    try {
      step();
    } catch (BadInput const& error) {
      throw pyronn::InvalidArgument(error.what());
    }
  });
}

/// Those that there are; standard output and error of all but the first go nowhere. All end when it
/// goes, so that the first has said what it says. Throws BadInput where there are several and the
/// program was built without MPI, as all would write the same files.
[[nodiscard]] std::unique_ptr<Ranks> started_ranks();

/// Of `count` ranks, as `variable` of the environment says.
[[nodiscard]] std::unique_ptr<Ranks> ranks_of_mpi(int count, char const* variable);

}  // namespace example
