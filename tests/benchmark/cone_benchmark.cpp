// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times the cone-beam operators and FDK on the host's cores: P4 with 60 views. Arguments: number of
// threads (all cores where absent). Median of three after a first call; random input. Compile it as
// you compile your own code: -O3 -march=native, say.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <vector>

#include <pyronn/pyronn.hpp>

#include "problems.hpp"

namespace {

using pyronn::ConeBeam;
using pyronn::CpuExecutor;

std::vector<float> random_values(std::int64_t count) {
  std::mt19937 engine{1};
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(engine() >> 8) * 0x1p-24F - 0.25F;
  return values;
}

template <class Call>
void measure(char const* operation, char const* interpolation, double work, char const* unit,
             std::vector<float>& output, Call const& call) {
  std::vector<double> times;
  for (int run = 0; run < 4; ++run) {
    std::fill(output.begin(), output.end(), std::numeric_limits<float>::quiet_NaN());
    auto const start = std::chrono::steady_clock::now();
    call();
    std::chrono::duration<double> const time = std::chrono::steady_clock::now() - start;
    if (run > 0) times.push_back(time.count());
  }
  std::sort(times.begin(), times.end());
  std::printf("%-8s %-9s %8.3f s  %8.4f %s\n", operation, interpolation, times[1],
              work * 1e-9 / times[1], unit);
}

template <class Interp>
void run(char const* interpolation, CpuExecutor const& executor) {
  benchmark::Problem const problem = benchmark::p4(60);
  pyronn::Extents<3> const scan = problem.projections();
  std::vector<float> volume = random_values(problem.grid.size.count());
  std::vector<float> projections = random_values(scan.count());
  pyronn::VolumeView<float> const volume_view{volume.data(), problem.grid.size};
  pyronn::ProjectionView<float> const projection_view{projections.data(), scan};

  pyronn::Projector<ConeBeam, Interp> const project{problem.geometry, problem.grid};
  measure("forward", interpolation, problem.rays(), "Grays/s", projections,
          [&] { project(executor, volume_view, projection_view); });
  pyronn::Backprojector<ConeBeam, Interp> const back{problem.geometry, problem.grid};
  measure("back", interpolation, problem.updates(), "GUPS", volume,
          [&] { back(executor, projection_view, volume_view); });
  pyronn::Fdk<ConeBeam, Interp> const fdk{problem.geometry, problem.grid};
  pyronn::Workspace<CpuExecutor> workspace{executor,
                                           fdk.workspace_bytes(executor, projection_view)};
  measure("FDK", interpolation, problem.updates(), "GUPS", volume,
          [&] { fdk(executor, projection_view, volume_view, workspace); });
}

}  // namespace

int main(int argc, char** argv) {
  CpuExecutor const executor = argc > 1 ? CpuExecutor{std::atoi(argv[1])} : CpuExecutor{};
  std::printf("P4, 60 views, %d threads\n", executor.threads());
  run<pyronn::SoftwareInterp>("software", executor);
  run<pyronn::TextureInterp>("texture", executor);
  return 0;
}
