// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times the operators on the host's cores: P4 with 60 views, P3, and slices of 2560^2. Arguments:
// number of threads (all cores where absent), --csv, --filter TEXT. Median of three after a first
// call; random input, poisoned output. Compile it as you compile your own code: -O3 -march=native,
// say.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <pyronn/cpu.hpp>

#include "problems.hpp"
#include "report.hpp"

namespace {

using pyronn::CpuExecutor;
using pyronn::SoftwareInterp;
using pyronn::TextureInterp;

template <class Interp>
char const* name_of() {
  return std::is_same_v<Interp, TextureInterp> ? "texture" : "software";
}

template <int Rank>
struct Array {
  pyronn::Extents<Rank> extents;
  std::vector<float> values;

  explicit Array(pyronn::Extents<Rank> size)
      : extents{size}, values(static_cast<std::size_t>(size.count())) {
    std::mt19937 engine{1};
    for (float& value : values) value = static_cast<float>(engine() >> 8) * 0x1p-24F - 0.25F;
  }
  [[nodiscard]] pyronn::ArrayView<float, Rank> view() { return {values.data(), extents}; }
};

/// One sample, or a batch where `rank` says so.
template <class Geometry, int rank = pyronn::dimension_v<Geometry>>
class Bench {
 public:
  Bench(benchmark::Report const& report, CpuExecutor const& executor,
        benchmark::Problem<Geometry> problem, int samples = 1)
      : report_{report},
        executor_{executor},
        problem_{std::move(problem)},
        samples_{samples},
        volume_{pyronn::detail::volume_extents<dimension, rank>(problem_.grid.size, samples)},
        projections_{pyronn::detail::projection_extents<dimension, rank>(
            problem_.geometry.detector_size(), problem_.geometry.num_views(), samples)} {
    if (samples > 1) problem_.name += " x" + std::to_string(samples);
  }

  template <class Interp>
  void operators() {
    pyronn::Projector<Geometry, Interp> const project{problem_.geometry, problem_.grid};
    pyronn::Backprojector<Geometry, Interp> const back{problem_.geometry, problem_.grid};
    pyronn::Workspace<CpuExecutor> workspace{executor_,
                                             project.workspace_bytes(executor_, volume_.view())};
    measure<Interp>("forward", problem_.rays(), "Grays/s", projections_, workspace.bytes(),
                    [&] { project(executor_, volume_.view(), projections_.view(), workspace); });
    projections_ = Array<rank>{projections_.extents};
    measure<Interp>("back", problem_.updates(), "GUPS", volume_, 0,
                    [&] { back(executor_, projections_.view(), volume_.view()); });
    volume_ = Array<rank>{volume_.extents};
    auto const transpose = project.adjoint();
    measure<Interp>("transpose", problem_.updates(), "GUPS", volume_, 0,
                    [&] { transpose(executor_, projections_.view(), volume_.view()); });
    volume_ = Array<rank>{volume_.extents};
  }

  template <class Interp>
  void fbp() {
    pyronn::Fbp<Geometry, Interp> const fbp{problem_.geometry, problem_.grid};
    pyronn::Workspace<CpuExecutor> workspace{executor_,
                                             fbp.workspace_bytes(executor_, projections_.view())};
    measure<Interp>("FBP", problem_.updates(), "GUPS", volume_, workspace.bytes(),
                    [&] { fbp(executor_, projections_.view(), volume_.view(), workspace); });
    volume_ = Array<rank>{volume_.extents};
  }

 private:
  static constexpr int dimension = pyronn::dimension_v<Geometry>;

  template <class Interp, class Call>
  void measure(std::string const& operation, double work, char const* unit, Array<rank>& output,
               std::size_t workspace_bytes, Call const& call) {
    if (!report_.wants(problem_.name + ' ' + operation + ' ' + name_of<Interp>() + " float"))
      return;
    std::vector<double> times;
    for (int run = 0; run < 4; ++run) {
      std::fill(output.values.begin(), output.values.end(),
                std::numeric_limits<float>::quiet_NaN());
      auto const start = std::chrono::steady_clock::now();
      call();
      std::chrono::duration<double, std::milli> const time =
          std::chrono::steady_clock::now() - start;
      if (run > 0) times.push_back(time.count());
    }
    report_.add({problem_.name, operation, name_of<Interp>(), "float", benchmark::median(times),
                 samples_ * work, unit, static_cast<double>(workspace_bytes) / (1 << 20)});
  }

  benchmark::Report const& report_;
  CpuExecutor const& executor_;
  benchmark::Problem<Geometry> problem_;
  int samples_;
  Array<rank> volume_;
  Array<rank> projections_;
};

}  // namespace

int main(int argc, char** argv) {
  int const threads = argc > 1 ? std::atoi(argv[1]) : 0;
  CpuExecutor const executor = threads > 0 ? CpuExecutor{threads} : CpuExecutor{};
  benchmark::Report const report{argc, argv};
  report.begin("P4 with 60 views, " + std::to_string(executor.threads()) + " threads");
  using pyronn::ParallelBeam2D;
  Bench cone{report, executor, benchmark::p4(60)};
  cone.operators<SoftwareInterp>();
  cone.operators<TextureInterp>();
  cone.fbp<SoftwareInterp>();
  Bench fan{report, executor, benchmark::p3_fan()};
  fan.operators<SoftwareInterp>();
  Bench parallel{report, executor, benchmark::p3_parallel()};
  parallel.operators<SoftwareInterp>();
  Bench arc{report, executor, benchmark::p3_arc()};
  arc.operators<SoftwareInterp>();
  Bench{report, executor, benchmark::large_slice()}.fbp<SoftwareInterp>();
  Bench<ParallelBeam2D, 3>{report, executor, benchmark::large_slice(), 16}.fbp<SoftwareInterp>();
  return 0;
}
