// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <mpi.h>

#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/mpi_communicator.hpp>

#include "bad_input.hpp"
#include "ranks.hpp"

namespace example {
namespace {

class RanksOfMpi : public Ranks {
 public:
  RanksOfMpi() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    ranks_.emplace(MPI_COMM_WORLD);
    MPI_Comm machine = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &on_machine_);
    MPI_Comm_free(&machine);
    if (ranks_->rank() == 0) return;
    for (std::FILE* const stream : {stdout, stderr}) {
      // What cannot be opened is closed, and as silent.
      static_cast<void>(std::freopen("/dev/null", "w", stream));
    }
  }
  RanksOfMpi(RanksOfMpi const&) = delete;
  RanksOfMpi& operator=(RanksOfMpi const&) = delete;
  ~RanksOfMpi() override {
    ranks_.reset();
    MPI_Finalize();
  }

  [[nodiscard]] int rank() const override { return ranks_->rank(); }
  [[nodiscard]] int size() const override { return ranks_->size(); }
  [[nodiscard]] int on_machine() const override { return on_machine_; }
  void barrier() const override { ranks_->barrier(); }
  [[nodiscard]] std::int64_t largest(std::int64_t value) const override {
    return ranks_->largest(value);
  }
  void broadcast(void* data, std::size_t bytes, int from) const override {
    ranks_->broadcast(data, bytes, from);
  }
  void gather(void const* mine, std::size_t bytes, void* all) const override {
    ranks_->gather(mine, bytes, all);
  }
  [[nodiscard]] std::function<void()> exchange(
      std::vector<pyronn::SentBytes> const& sent,
      std::vector<pyronn::ReceivedBytes> const& received) const override {
    return [messages = ranks_->exchange(sent, received)]() mutable { messages.run(); };
  }

 private:
  std::optional<pyronn::MpiCommunicator> ranks_;
  int on_machine_ = 1;
};

}  // namespace

std::unique_ptr<Ranks> ranks_of_mpi(int count, char const* variable) {
  auto ranks = std::make_unique<RanksOfMpi>();
  if (ranks->size() == count) return ranks;
  throw BadInput(std::string{variable} + " says " + std::to_string(count) +
                 " ranks, but MPI knows " + std::to_string(ranks->size()) +
                 "; start it with the mpirun of the MPI that it was built with");
}

}  // namespace example
