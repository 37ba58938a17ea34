// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times an iteration of solvers on one CUDA device, and on several by a thread each that copy from
// device to device, with arrays in their memory, and compares the images:
//   solvers_on_devices [DEVICES] [ITERATIONS] [PROBLEM]
// Medians of ITERATIONS (5 unless given) after a first one; PROBLEM is P1 or 1024^3, or both.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <pyronn/cuda.cuh>
#include <pyronn/distributed/peer_communicator.cuh>
#include <pyronn/distributed/rank_map.hpp>
#include <pyronn/distributed/thread_communicator.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "device_group.cuh"
#include "problems.hpp"
#include "report.hpp"

namespace {

using benchmark::Numbers;
using benchmark::on_devices;
using benchmark::Stream;
using pyronn::ConeBeam;
using pyronn::CudaExecutor;
using pyronn::Extents;
using pyronn::SoftwareInterp;
using Clock = std::chrono::steady_clock;
using Projector = pyronn::Projector<ConeBeam, SoftwareInterp>;
using Problem = benchmark::Problem<ConeBeam>;

/// What an iteration took, and this rank's slab of the image after all of them.
struct Result {
  double milliseconds = 0;
  std::vector<float> image;
};

struct CglsOf {
  template <class Map, class Executor>
  auto operator()(Executor const& executor,
                  pyronn::ReconstructionProblem<Map> const& problem) const {
    return pyronn::Cgls<Map, Executor>{executor, problem};
  }
};
struct SirtOf {
  template <class Map, class Executor>
  auto operator()(Executor const& executor,
                  pyronn::ReconstructionProblem<Map> const& problem) const {
    return pyronn::Sirt<Map, Executor>{executor, problem};
  }
};
struct FistaTvOf {
  double norm;  ///< the same steps on all numbers of devices
  template <class Map, class Executor>
  auto operator()(Executor const& executor,
                  pyronn::ReconstructionProblem<Map> const& problem) const {
    pyronn::FistaTvOptions options{1e-3};
    options.norm = norm;
    return pyronn::FistaTv<Map, Executor>{executor, problem, options};
  }
};

/// From zeros, with data whose first element is number `first` of the whole.
template <class Make, class Map, class Executor, class Meet>
Result timed(Make const& make, Map const& map, Executor const& executor, Stream const& stream,
             std::int64_t first, int iterations, Meet const& meet) {
  pyronn::Buffer<float, CudaExecutor> data{executor, static_cast<std::size_t>(map.range().count())};
  pyronn::Buffer<float, CudaExecutor> image{executor,
                                            static_cast<std::size_t>(map.domain().count())};
  Numbers const numbers{data.data(), first, map.range()};
  executor.for_each(numbers.items(), numbers);
  pyronn::check_cuda(cudaMemsetAsync(image.data(), 0, image.size() * sizeof(float), stream.get()),
                     "cudaMemsetAsync");
  pyronn::ReconstructionProblem<Map> const problem{
      map, pyronn::ArrayView<float const, 3>{data.data(), map.range()}};
  auto solver = make(executor, problem);
  solver.start(pyronn::ArrayView<float, 3>{image.data(), map.domain()});
  std::vector<double> times;
  for (int n = 0; n <= iterations; ++n) {
    stream.wait();
    meet();
    auto const start = Clock::now();
    solver.iterate();
    stream.wait();
    meet();
    if (n > 0) {
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
  }
  CudaExecutor const& own = executor;
  return {benchmark::median(times), pyronn::detail::on_host(own, image)};
}

template <class Make>
Result on_one(Make const& make, Projector const& projector, int iterations) {
  Stream const stream;
  CudaExecutor const executor{stream.get()};
  return timed(make, pyronn::SystemMatrix{projector}, executor, stream, 0, iterations, [] {});
}

template <class Make>
Result on_rank(Make const& make, pyronn::ThreadGroup const& threads, int rank,
               Projector const& projector, int iterations) {
  Stream const stream;
  CudaExecutor const executor{stream.get()};
  pyronn::ThreadCommunicator const here{threads, rank};
  pyronn::PeerCommunicator const ranks{threads, rank};
  Result result;
  pyronn::share_errors(ranks, [&] {
    pyronn::RankMap const map{ranks, executor, projector};
    if (rank == 0) {
      std::printf("  %s\n  %s\n", pyronn::detail::message(map.projection_plan()).c_str(),
                  pyronn::detail::message(map.backprojection_plan()).c_str());
    }
    Extents<3> const views = map.range();
    std::int64_t const first = std::int64_t{map.own_views().first} * views[0] * views[1];
    result = timed(make, map, pyronn::RankExecutor{ranks, executor}, stream, first, iterations,
                   [&] { here.barrier(); });
  });
  return result;
}

double relative_error(std::vector<Result> const& parts, std::vector<float> const& whole) {
  double error = 0;
  double norm = 0;
  std::size_t n = 0;
  for (Result const& part : parts) {
    for (float const value : part.image) {
      double const difference = double{value} - double{whole[n]};
      error += difference * difference;
      norm += double{whole[n]} * double{whole[n]};
      ++n;
    }
  }
  return std::sqrt(error / norm);
}

template <class Make>
void compare(char const* name, Make const& make, Projector const& projector, int ranks,
             int iterations) {
  Result one;
  // Kernels are loaded on each device before ranks wait for one another.
  on_devices(ranks, [&](int rank) {
    Result result = on_one(make, projector, rank == 0 ? iterations : 1);
    if (rank == 0) one = std::move(result);
  });
  std::vector<Result> all(static_cast<std::size_t>(ranks));
  pyronn::ThreadGroup const threads{ranks, std::chrono::seconds{60}};
  on_devices(ranks, [&](int rank) {
    all[static_cast<std::size_t>(rank)] = on_rank(make, threads, rank, projector, iterations);
  });
  double most = 0;
  for (Result const& result : all) most = std::max(most, result.milliseconds);
  std::printf(
      "  %-9s 1 device %8.2f ms, %d ranks %8.2f ms, %.3f times as fast, images differ by "
      "%.1e\n",
      name, one.milliseconds, ranks, most, one.milliseconds / most, relative_error(all, one.image));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    int ranks = 0;
    pyronn::check_cuda(cudaGetDeviceCount(&ranks), "cudaGetDeviceCount");
    if (argc > 1) ranks = std::max(1, std::atoi(argv[1]));
    int const iterations = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
    std::string const wanted = argc > 3 ? argv[3] : "";
    for (Problem const& problem : {benchmark::p1(), benchmark::large_cone()}) {
      if (!wanted.empty() && wanted != problem.name) continue;
      std::printf("%s\n", problem.name.c_str());
      Projector const projector{problem.geometry, problem.grid};
      compare("CGLS", CglsOf{}, projector, ranks, iterations);
      compare("SIRT", SirtOf{}, projector, ranks, iterations);
      compare("FISTA-TV", FistaTvOf{1e4}, projector, ranks, iterations);
    }
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
