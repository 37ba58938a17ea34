// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times FDK and the exact pair on one CUDA device, and on several by a thread each, with arrays in
// their memory, and compares FDK's bits:
//   fdk_on_devices [nccl|peer|host] [DEVICES] [CALLS] [PROBLEM]
// `peer` copies from device to device, and `host` brings messages through the host's memory; with
// both there may be more ranks than devices.
// Medians of CALLS calls (5 unless given) after a first one; PROBLEM is P1 or 1024^3, or both.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <cuda_runtime.h>
#include <nccl.h>

#include <pyronn/cuda.cuh>
#include <pyronn/distributed/nccl_communicator.hpp>
#include <pyronn/distributed/on_ranks.hpp>
#include <pyronn/distributed/peer_communicator.cuh>
#include <pyronn/distributed/thread_communicator.hpp>

#include "device_group.cuh"
#include "problems.hpp"
#include "report.hpp"

namespace {

using benchmark::Group;
using benchmark::Numbers;
using benchmark::on_devices;
using benchmark::Stream;
using pyronn::ConeBeam;
using pyronn::CudaExecutor;
using pyronn::Extents;
using Clock = std::chrono::steady_clock;
using Interp = pyronn::SoftwareInterp;
using Array = pyronn::ArrayView<float, 3>;
using Problem = benchmark::Problem<ConeBeam>;

void check(ncclResult_t result) {
  if (result != ncclSuccess) throw std::runtime_error{ncclGetErrorString(result)};
}

/// What one call took, and what one slab of the result of one device is compared with.
struct Result {
  double milliseconds = 0;
  std::vector<float> values;
};

/// `call(input, output)` with random input, whose first element is number `first` of the whole.
template <class Call, class Meet>
Result timed(CudaExecutor const& executor, Stream const& stream, Extents<3> from,
             std::int64_t first, Extents<3> to, int calls, bool keeps, Call const& call,
             Meet const& meet) {
  pyronn::Buffer<float, CudaExecutor> in{executor, static_cast<std::size_t>(from.count())};
  pyronn::Buffer<float, CudaExecutor> out{executor, static_cast<std::size_t>(to.count())};
  Numbers const numbers{in.data(), first, from};
  executor.for_each(numbers.items(), numbers);
  std::vector<double> times;
  for (int n = 0; n <= calls; ++n) {
    stream.wait();
    meet();
    auto const start = Clock::now();
    call(Array{in.data(), from}, Array{out.data(), to});
    stream.wait();
    meet();
    if (n > 0) {
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
  }
  Result result;
  result.milliseconds = benchmark::median(times);
  if (keeps) {
    result.values = pyronn::detail::on_host(executor, out);
  }
  return result;
}

/// On the current device.
template <class Op>
Result on_one(Op const& op, Extents<3> from, Extents<3> to, int calls, bool keeps) {
  Stream const stream;
  CudaExecutor const executor{stream.get()};
  pyronn::Workspace<CudaExecutor> workspace{
      executor, op.workspace_bytes(executor, pyronn::ArrayView<float const, 3>{nullptr, from})};
  return timed(
      executor, stream, from, 0, to, calls, keeps,
      [&](Array in, Array out) { op(executor, in, out, workspace); }, [] {});
}

template <class Communicator, class Op>
Result on_rank(Communicator const& ranks, pyronn::ThreadCommunicator const& threads, Op const& op,
               int calls, bool keeps) {
  Stream const stream;
  CudaExecutor const executor{stream.get()};
  pyronn::OnRanks call{ranks, executor, op};
  if (ranks.rank() == 0) std::printf("  %s\n", pyronn::detail::message(call.plan()).c_str());
  Extents<3> const from = call.input_extents();
  bool const takes_views = from[1] == op.geometry().detector_size()[1] &&
                           from[0] == op.geometry().detector_size()[0] &&
                           call.output_extents()[2] == call.slab().count;
  int const first = (takes_views ? call.views() : call.slab()).first;
  return timed(
      executor, stream, from, std::int64_t{first} * from[0] * from[1], call.output_extents(), calls,
      keeps, [&](Array in, Array out) { call(in, out); }, [&] { threads.barrier(); });
}

template <class Op>
void compare(Group const& group, char const* name, Op const& op, Extents<3> from, Extents<3> to,
             int calls, bool keeps, double& sum_one, double& sum_all) {
  Result one;
  // Kernels are loaded on each device before ranks wait for one another.
  on_devices(group.ranks, [&](int rank) {
    Result const result = on_one(op, from, to, rank == 0 ? calls : 1, keeps && rank == 0);
    if (rank == 0) one = result;
  });
  std::vector<Result> all(static_cast<std::size_t>(group.ranks));
  pyronn::ThreadGroup const threads{group.ranks, std::chrono::seconds{60}};
  on_devices(group.ranks, [&](int rank) {
    auto const n = static_cast<std::size_t>(rank);
    pyronn::ThreadCommunicator const here{threads, rank};
    if (group.kind == "nccl") {
      pyronn::NcclCommunicator const ranks{group.comms[n]};
      all[n] = on_rank(ranks, here, op, calls, keeps);
    } else if (group.kind == "peer") {
      pyronn::PeerCommunicator const ranks{threads, rank};
      all[n] = on_rank(ranks, here, op, calls, keeps);
    } else {
      all[n] = on_rank(here, here, op, calls, keeps);
    }
  });
  double most = 0;
  std::size_t first = 0;
  bool are_equal = true;
  for (Result const& result : all) {
    most = std::max(most, result.milliseconds);
    if (!keeps) continue;
    are_equal = are_equal && std::memcmp(result.values.data(), one.values.data() + first,
                                         result.values.size() * sizeof(float)) == 0;
    first += result.values.size();
  }
  are_equal = are_equal && first == one.values.size();
  sum_one += one.milliseconds;
  sum_all += most;
  std::printf("  %-14s 1 device %8.2f ms, %d ranks %8.2f ms, %.3f times as fast%s\n", name,
              one.milliseconds, group.ranks, most, one.milliseconds / most,
              keeps ? (are_equal ? ", bits equal" : ", BITS DIFFER") : "");
  std::fflush(stdout);
}

void run(Group const& group, Problem const& problem, int calls) {
  std::printf("%s\n", problem.name.c_str());
  Extents<3> const views = problem.projections();
  Extents<3> const volume = problem.grid.size;
  double unused = 0;
  compare(group, "FDK", pyronn::Fdk<ConeBeam, Interp>{problem.geometry, problem.grid}, views,
          volume, calls, true, unused, unused);
  compare(group, "backprojection",
          pyronn::Backprojector<ConeBeam, Interp>{problem.geometry, problem.grid}, views, volume,
          calls, true, unused, unused);
  double one = 0;
  double all = 0;
  pyronn::Projector<ConeBeam, Interp> const projector{problem.geometry, problem.grid};
  compare(group, "projection", projector, volume, views, calls, true, one, all);
  compare(group, "its transpose", projector.adjoint(), views, volume, calls, false, one, all);
  std::printf("  pair           1 device %8.2f ms, %d ranks %8.2f ms, %.3f times as fast\n", one,
              group.ranks, all, one / all);
}

/// Rows of views from device 0 to device 1, as messages and as a copy.
void time_messages(Group const& group) {
  constexpr int views = 256;
  constexpr std::size_t view = std::size_t{1248} * 960 * 4;
  constexpr std::size_t rows = view / 960 * 560;
  pyronn::ThreadGroup const threads{group.ranks, std::chrono::seconds{60}};
  std::vector<std::byte*> memory(static_cast<std::size_t>(group.ranks));
  on_devices(group.ranks, [&](int rank) {
    auto const n = static_cast<std::size_t>(rank);
    pyronn::ThreadCommunicator const here{threads, rank};
    Stream const stream;
    CudaExecutor const executor{stream.get()};
    pyronn::Buffer<std::byte, CudaExecutor> const buffer{executor, view * views};
    memory[n] = buffer.data();
    stream.wait();
    pyronn::NcclCommunicator const ranks{group.comms[n]};
    std::vector<pyronn::SentBytes> sent;
    std::vector<pyronn::ReceivedBytes> received;
    for (std::size_t k = 0; k < views; ++k) {
      if (rank == 0) sent.push_back({1, buffer.data() + k * view, rows});
      if (rank == 1) received.push_back({0, buffer.data() + k * view, rows});
    }
    auto exchange = ranks.exchange(sent, received);
    auto const time = [&](char const* what, auto const& work) {
      std::vector<double> times;
      for (int call = 0; call < 8; ++call) {
        here.barrier();
        auto const start = Clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
      }
      double const ms = benchmark::median(times);
      if (rank == 1) {
        std::printf("%d views' rows of %.2f MB by %s: %.3f ms, %.0f GB/s\n", views, rows * 1e-6,
                    what, ms, static_cast<double>(rows) * views * 1e-6 / ms);
      }
    };
    time("messages", [&] { exchange.run(); });
    pyronn::PeerCommunicator const peers{threads, rank};
    auto copies = peers.exchange(sent, received);
    time("copies", [&] { copies.run(); });
    time("a copy", [&] {
      if (rank != 1) return;
      pyronn::check_cuda(cudaMemcpy2DAsync(memory[1], view, memory[0], view, rows, views,
                                           cudaMemcpyDeviceToDevice, stream.get()),
                         "cudaMemcpy2DAsync");
      stream.wait();
    });
    for (std::int64_t count = 0; count < 2; ++count) {
      time("no messages but an agreement", [&] { static_cast<void>(ranks.largest(count)); });
    }
    here.barrier();
  });
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    int devices = 0;
    pyronn::check_cuda(cudaGetDeviceCount(&devices), "cudaGetDeviceCount");
    Group group{argc < 2 ? "nccl" : argv[1], devices, {}};
    if (group.kind != "nccl" && group.kind != "peer" && group.kind != "host") {
      throw std::invalid_argument{"'" + group.kind + "' must be nccl, peer or host"};
    }
    if (argc > 2) group.ranks = std::max(1, std::atoi(argv[2]));
    if (group.kind == "nccl" && group.ranks > devices) {
      throw std::invalid_argument{"nccl has a device for each rank, and there are " +
                                  std::to_string(devices)};
    }
    int const calls = argc > 3 ? std::max(1, std::atoi(argv[3])) : 5;
    std::string const wanted = argc > 4 ? argv[4] : "";
    if (group.kind == "nccl") {
      std::vector<int> numbers;
      for (int n = 0; n < group.ranks; ++n) numbers.push_back(n);
      group.comms.resize(numbers.size());
      check(ncclCommInitAll(group.comms.data(), group.ranks, numbers.data()));
      if (group.ranks > 1 && wanted.empty()) time_messages(group);
    }
    for (Problem const& problem : {benchmark::p1(), benchmark::large_cone()}) {
      if (wanted.empty() || wanted == problem.name) run(group, problem, calls);
    }
    for (ncclComm_t const comm : group.comms) check(ncclCommDestroy(comm));
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
