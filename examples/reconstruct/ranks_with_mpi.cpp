// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
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
  void share_errors(std::function<void()> const& step) const override {
    pyronn::share_errors(*ranks_, step);
  }
  void bring_to_first(int from, float* numbers, std::size_t count) const override {
    std::vector<pyronn::SentBytes> sent;
    std::vector<pyronn::ReceivedBytes> received;
    if (rank() == from) sent.push_back({0, numbers, count * sizeof(float)});
    if (rank() == 0) received.push_back({from, numbers, count * sizeof(float)});
    ranks_->exchange(sent, received).run();
  }

 private:
  std::optional<pyronn::MpiCommunicator> ranks_;
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
