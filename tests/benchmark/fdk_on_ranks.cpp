// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times FDK of P4 with 60 views on one rank, then on all of them, one thread each:
//   mpirun -n 4 --bind-to core fdk_on_ranks
// Medians of five calls after a first one, or of as many as the first argument says; random input.
// What ranks take beyond kernels is the mean of all, waiting for others included.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <mpi.h>

#include <pyronn/cpu.hpp>
#include <pyronn/distributed/mpi_communicator.hpp>
#include <pyronn/distributed/on_ranks.hpp>

#include "problems.hpp"
#include "report.hpp"

namespace {

using pyronn::CpuExecutor;
using Clock = std::chrono::steady_clock;
using Fdk = pyronn::Fdk<pyronn::ConeBeam, pyronn::SoftwareInterp>;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Of one thread; notes how long kernels run.
class TimedExecutor : public CpuExecutor {
 public:
  explicit TimedExecutor(std::shared_ptr<double> milliseconds)
      : CpuExecutor{1}, milliseconds_{std::move(milliseconds)} {}

  template <class Kernel>
  void for_each(pyronn::Extents<3> items, Kernel const& kernel) const {
    auto const start = Clock::now();
    CpuExecutor::for_each(items, kernel);
    *milliseconds_ += milliseconds_since(start);
  }

 private:
  std::shared_ptr<double> milliseconds_;
};

struct Times {
  double call;     ///< [ms] the least of some
  double kernels;  ///< [ms] of the same call
};

template <class Communicator>
Times time_of(Communicator const& ranks, Fdk const& fdk, int calls) {
  auto const kernels = std::make_shared<double>(0.0);
  pyronn::OnRanks call{ranks, TimedExecutor{kernels}, fdk};
  if (ranks.rank() == 0) std::puts(pyronn::detail::message(call.plan()).c_str());
  std::vector<float> lines(static_cast<std::size_t>(call.input_extents().count()));
  std::minstd_rand random;
  for (float& line : lines) line = std::uniform_real_distribution<float>{}(random);
  std::vector<float> slab(static_cast<std::size_t>(call.output_extents().count()));
  std::vector<std::pair<double, double>> times;
  for (int n = 0; n <= calls; ++n) {
    ranks.barrier();
    *kernels = 0;
    auto const start = Clock::now();
    call({lines.data(), call.input_extents()}, {slab.data(), call.output_extents()});
    ranks.barrier();
    if (n > 0) times.emplace_back(milliseconds_since(start), *kernels);
  }
  auto const least = *std::min_element(times.begin(), times.end());
  return {least.first, least.second};
}

/// Until rank 0 is done, without keeping a core busy.
void wait_for_first_rank() {
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibarrier(MPI_COMM_WORLD, &request);
  for (int is_there = 0;;) {
    MPI_Test(&request, &is_there, MPI_STATUS_IGNORE);
    if (is_there != 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

void run(int calls) {
  pyronn::MpiCommunicator const ranks{MPI_COMM_WORLD};
  auto const problem = benchmark::p4(60);
  Fdk const fdk{problem.geometry, problem.grid};
  Times one{};
  if (ranks.rank() == 0) one = time_of(pyronn::SingleRank{}, fdk, calls);
  wait_for_first_rank();
  Times const all = time_of(ranks, fdk, calls);
  double const share = (all.call - all.kernels) / all.call;
  std::vector<double> shares(static_cast<std::size_t>(ranks.size()));
  ranks.gather(&share, sizeof(share), shares.data());
  double mean = 0;
  for (double const of_rank : shares) mean += of_rank / ranks.size();
  if (ranks.rank() != 0) return;
  std::printf("1 rank %.0f ms; %d ranks %.0f ms, %.2f times as fast, %.1f %% beyond kernels\n",
              one.call, ranks.size(), all.call, one.call / all.call, 100 * mean);
}

}  // namespace

int main(int argc, char** argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 15);
  MPI_Finalize();
  return 0;
}
