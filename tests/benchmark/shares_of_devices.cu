// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times on one CUDA device what each of several would compute, one after the other and without
// messages: the slowest is the least that all of them take together.
//   shares_of_devices [RANKS] [CALLS] [PROBLEM]
// Medians of CALLS calls (5 unless given) after a first one; PROBLEM is P1 or 1024^3, or both.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <pyronn/cuda.cuh>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/distributed/rank_slabs.hpp>

#include "device_group.cuh"
#include "problems.hpp"
#include "report.hpp"

namespace {

using pyronn::ConeBeam;
using pyronn::CudaExecutor;
using pyronn::Extents;
using pyronn::Part;
using Array = pyronn::ArrayView<float, 3>;
using Clock = std::chrono::steady_clock;
using Interp = pyronn::SoftwareInterp;
using Problem = benchmark::Problem<ConeBeam>;

/// `part` of the output, of which there are so many planes [ms].
template <class Op>
double milliseconds(Op const& op, Extents<3> from, Extents<3> to, Part const& part, int calls) {
  benchmark::Stream const stream;
  CudaExecutor const executor{stream.get()};
  pyronn::Buffer<float, CudaExecutor> in{executor, static_cast<std::size_t>(from.count())};
  pyronn::Buffer<float, CudaExecutor> out{executor, static_cast<std::size_t>(to.count())};
  benchmark::Numbers const numbers{in.data(), 0, from};
  executor.for_each(numbers.items(), numbers);
  pyronn::Workspace<CudaExecutor> workspace{
      executor, op.workspace_bytes(executor, pyronn::ArrayView<float const, 3>{nullptr, from})};
  std::vector<double> times;
  for (int n = 0; n <= calls; ++n) {
    stream.wait();
    auto const start = Clock::now();
    op(executor, Array{in.data(), from}, Array{out.data(), to}, workspace, part);
    stream.wait();
    if (n > 0) {
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
  }
  return benchmark::median(times);
}

/// The shares are slabs of a volume, or views.
template <class Op>
void compare(char const* name, Op const& op, Extents<3> from, Extents<3> to, bool makes_volume,
             std::vector<pyronn::RankShare> const& shares, int calls) {
  double const whole = milliseconds(op, from, to, {}, calls);
  std::printf("  %-14s whole %8.2f ms, shares", name, whole);
  double most = 0;
  for (pyronn::RankShare const& share : shares) {
    Part part;
    if (makes_volume) {
      part.slab = pyronn::Slab{share.first, share.count};
    } else {
      part.views = pyronn::ViewSelection::range(share.first, share.count);
    }
    double const time = milliseconds(op, from, {to[0], to[1], share.count}, part, calls);
    std::printf(" %.2f", time);
    most = std::max(most, time);
  }
  std::printf(" ms, at most %.3f times as fast\n", whole / most);
}

void run(Problem const& problem, int ranks, int calls) {
  std::printf("%s, %d ranks\n", problem.name.c_str(), ranks);
  Extents<3> const views = problem.projections();
  Extents<3> const volume = problem.grid.size;
  pyronn::Backprojector<ConeBeam, Interp> const back{problem.geometry, problem.grid};
  pyronn::Projector<ConeBeam, Interp> const projector{problem.geometry, problem.grid};
  auto const equal = [&](int planes) {
    std::vector<pyronn::RankShare> shares;
    for (int n = 0; n < ranks; ++n) shares.push_back(pyronn::share_of_rank(planes, n, ranks));
    return shares;
  };
  compare("projection", projector, volume, views, false, equal(views[2]), calls);
  for (auto const& slabs :
       {equal(volume[2]), pyronn::slabs_of_ranks(problem.geometry, problem.grid, ranks)}) {
    std::printf("  slabs of");
    for (auto const& slab : slabs) std::printf(" %d", slab.count);
    std::printf(" slices\n");
    compare("backprojection", back, views, volume, true, slabs, calls);
    compare("its transpose", projector.adjoint(), views, volume, true, slabs, calls);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    int const ranks = argc > 1 ? std::max(1, std::atoi(argv[1])) : 4;
    int const calls = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
    std::string const wanted = argc > 3 ? argv[3] : "";
    for (Problem const& problem : {benchmark::p1(), benchmark::large_cone()}) {
      if (wanted.empty() || wanted == problem.name) run(problem, ranks, calls);
    }
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
