// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// FDK again and again on several devices, a process each, until the last one ends: `killed` in a
// kernel, `throws` in a kernel, `memory` that runs out, `gone` without a word, or `throws-outside`
// of any call:
//   ending_devices HOW RANK RANKS FILE
// Rank 0 writes NCCL's name of the group to FILE. The watchdog has five seconds.
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <cuda_runtime.h>
#include <nccl.h>

#include <pyronn/cuda.cuh>
#include <pyronn/distributed/nccl_communicator.hpp>
#include <pyronn/distributed/on_ranks.hpp>

using pyronn::CudaExecutor;

namespace ending {

/// Ends its rank once so many kernels have been queued, if ever.
class EndingExecutor : public CudaExecutor {
 public:
  EndingExecutor(CudaExecutor const& executor, std::string end, int kernels)
      : CudaExecutor{executor}, end_{std::move(end)}, left_{std::make_shared<int>(kernels)} {}

  template <class Kernel>
  void for_each(pyronn::Extents<3> items, Kernel const& kernel) const {
    if (--*left_ == 0) {
      if (end_ == "killed") std::raise(SIGKILL);
      if (end_ == "gone") std::_Exit(0);
      throw std::runtime_error{"a kernel that fails"};
    }
    CudaExecutor::for_each(items, kernel);
  }

 private:
  std::string end_;
  std::shared_ptr<int> left_;
};

}  // namespace ending

namespace {

using ending::EndingExecutor;

class EmptyMemory : public pyronn::AsyncMemoryResource {
 public:
  void* allocate(std::size_t, cudaStream_t) override {
    throw pyronn::OutOfMemory{"no memory left"};
  }
};

ncclUniqueId shared_id(int rank, std::string const& file) {
  ncclUniqueId id{};
  if (rank == 0) {
    if (ncclGetUniqueId(&id) != ncclSuccess) throw std::runtime_error{"no id"};
    std::ofstream{file + ".part", std::ios::binary}.write(id.internal, sizeof(id.internal));
    if (std::rename((file + ".part").c_str(), file.c_str()) != 0) {
      throw std::runtime_error{"no file"};
    }
    return id;
  }
  for (;;) {
    std::ifstream in{file, std::ios::binary};
    if (in.read(id.internal, sizeof(id.internal))) return id;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

void run(std::string const& end, ncclComm_t comm) {
  pyronn::NcclOptions options;
  options.longest_wait = std::chrono::seconds{5};
  options.lost = pyronn::LostNcclComm::is_aborted;
  pyronn::NcclCommunicator const ranks{comm, options};
  bool const is_last = ranks.rank() == ranks.size() - 1;
  bool const ends_in_kernel = is_last && (end == "killed" || end == "gone" || end == "throws");
  pyronn::share_errors(ranks, [&] {
    cudaStream_t stream = nullptr;
    pyronn::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream");
    CudaExecutor const executor{stream};
    EmptyMemory no_memory;
    auto const scan =
        pyronn::ConeBeam::circular({80, 130, pyronn::equal_angles(40)}, {{19, 31}, {1.6, 1.5}});
    pyronn::Fbp<pyronn::ConeBeam, pyronn::SoftwareInterp> const op{
        scan, pyronn::Grid::centered({11, 13, 37}, {1, 1, 0.7})};
    EndingExecutor const ending{
        is_last && end == "memory" ? CudaExecutor{stream, no_memory} : executor, end,
        ends_in_kernel ? 50 : 0};
    pyronn::OnRanks call{ranks, ending, op};
    auto const count = [](pyronn::Extents<3> extents) {
      return static_cast<std::size_t>(extents.count());
    };
    pyronn::Buffer<float, CudaExecutor> const lines{executor, count(call.input_extents())};
    pyronn::Buffer<float, CudaExecutor> const slab{executor, count(call.output_extents())};
    for (int n = 0;; ++n) {
      if (is_last && end == "throws-outside" && n == 5) {
        throw std::runtime_error{"fails between calls"};
      }
      call(lines.view(call.input_extents()), slab.view(call.output_extents()));
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  int const rank = std::atoi(argv[2]);
  int const ranks = std::atoi(argv[3]);
  int status = 0;
  try {
    pyronn::check_cuda(cudaSetDevice(rank), "cudaSetDevice");
    ncclComm_t comm = nullptr;
    if (ncclCommInitRank(&comm, ranks, shared_id(rank, argv[4]), rank) != ncclSuccess) return 3;
    run(argv[1], comm);
  } catch (std::exception const& error) {
    // In one piece, as others write to the same place.
    std::string const line = std::string{error.what()} + "\n";
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
    status = 1;
  }
  std::_Exit(status);  // NCCL's end would wait for others
}
