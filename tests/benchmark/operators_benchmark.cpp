// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times the operators on the host's cores: P4 with 60 views, and P3. Arguments: number of threads
// (all cores where absent), --csv. Median of three after a first call; random input, poisoned
// output. Compile it as you compile your own code: -O3 -march=native, say.
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

template <class Geometry>
class Bench {
 public:
  static constexpr int rank = pyronn::dimension_v<Geometry>;

  Bench(benchmark::Report const& report, CpuExecutor const& executor,
        benchmark::Problem<Geometry> problem)
      : report_{report},
        executor_{executor},
        problem_{std::move(problem)},
        volume_{pyronn::detail::volume_extents<rank, rank>(problem_.grid.size, 1)},
        projections_{pyronn::detail::projection_extents<rank, rank>(
            problem_.geometry.detector_size(), problem_.geometry.num_views(), 1)} {}

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
  template <class Interp, class Call>
  void measure(char const* operation, double work, char const* unit, Array<rank>& output,
               std::size_t workspace_bytes, Call const& call) {
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
                 work, unit, static_cast<double>(workspace_bytes) / (1 << 20)});
  }

  benchmark::Report const& report_;
  CpuExecutor const& executor_;
  benchmark::Problem<Geometry> problem_;
  Array<rank> volume_;
  Array<rank> projections_;
};

}  // namespace

int main(int argc, char** argv) {
  int const threads = argc > 1 ? std::atoi(argv[1]) : 0;
  CpuExecutor const executor = threads > 0 ? CpuExecutor{threads} : CpuExecutor{};
  benchmark::Report const report{argc, argv};
  report.begin("P4 with 60 views, " + std::to_string(executor.threads()) + " threads");
  Bench cone{report, executor, benchmark::p4(60)};
  cone.operators<SoftwareInterp>();
  cone.operators<TextureInterp>();
  cone.fbp<SoftwareInterp>();
  Bench fan{report, executor, benchmark::p3_fan()};
  fan.operators<SoftwareInterp>();
  Bench parallel{report, executor, benchmark::p3_parallel()};
  parallel.operators<SoftwareInterp>();
  return 0;
}
