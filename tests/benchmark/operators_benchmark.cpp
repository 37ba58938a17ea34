// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times the operators on the host's cores: P4 with 60 views and with 20, P3, and slices of 2560^2.
// Arguments: number of threads (all cores where absent), then those of Report. Median of three
// after a first call, or of as many as began within 20 s; random input, poisoned output. Compile it
// as you compile your own code: -O3 -march=native, say.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/io/npy.hpp>

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
        volume_{"volume",
                pyronn::detail::volume_extents<dimension, rank>(problem_.grid.size, samples)},
        projections_{"projections", pyronn::detail::projection_extents<dimension, rank>(
                                        problem_.geometry.detector_size(),
                                        problem_.geometry.num_views(), samples)} {
    if (samples > 1) problem_.name += " x" + std::to_string(samples);
  }

  template <class Interp>
  void operators() const {
    pyronn::Projector<Geometry, Interp> const project{problem_.geometry, problem_.grid};
    pyronn::Backprojector<Geometry, Interp> const back{problem_.geometry, problem_.grid};
    measure<Interp>("forward", volume_, projections_, project);
    measure<Interp>("back", projections_, volume_, back);
    measure<Interp>("transpose", projections_, volume_, project.adjoint());
  }

  template <class Interp>
  void fbp() const {
    pyronn::Fbp<Geometry, Interp> const fbp{problem_.geometry, problem_.grid};
    measure<Interp>("FBP", projections_, volume_, fbp);
  }

 private:
  static constexpr int dimension = pyronn::dimension_v<Geometry>;

  struct Side {
    std::string name;
    pyronn::Extents<rank> extents;
  };

  [[nodiscard]] std::vector<float> input(Side const& side) const {
    std::filesystem::path const file = report_.file(problem_.name + ' ' + side.name);
    if (std::filesystem::exists(file)) return pyronn::read_npy<float>(file).data;
    std::vector<float> values(static_cast<std::size_t>(side.extents.count()));
    std::mt19937 engine{1};
    for (float& value : values) value = static_cast<float>(engine() >> 8) * 0x1p-24F - 0.25F;
    return values;
  }

  template <class Interp, class Operator>
  void measure(std::string const& operation, Side const& from, Side const& to,
               Operator const& op) const {
    if (!report_.wants(problem_.name + ' ' + operation + ' ' + name_of<Interp>() + " float"))
      return;
    std::vector<float> const values = input(from);
    std::vector<float> results(static_cast<std::size_t>(to.extents.count()));
    auto const in = pyronn::view_of(values, from.extents);
    auto const out = pyronn::view_of(results, to.extents);
    pyronn::Workspace<CpuExecutor> workspace{executor_, op.workspace_bytes(executor_, in)};
    auto const call = [&] {
      std::fill(results.begin(), results.end(), std::numeric_limits<float>::quiet_NaN());
      auto const start = std::chrono::steady_clock::now();
      op(executor_, in, out, workspace);
      std::chrono::duration<double, std::milli> const time =
          std::chrono::steady_clock::now() - start;
      return time.count();
    };
    call();
    std::vector<double> times;
    for (double total = 0; times.size() < 3 && total < 20e3; total += times.back()) {
      times.push_back(call());
    }
    bool const is_of_rays = operation == "forward";
    double const work = samples_ * (is_of_rays ? problem_.rays() : problem_.updates());
    report_.add({problem_.name, operation, name_of<Interp>(), "float", benchmark::median(times),
                 work, is_of_rays ? "Grays/s" : "GUPS",
                 static_cast<double>(workspace.bytes()) / (1 << 20)});
    std::filesystem::path const file =
        report_.file(problem_.name + ' ' + operation + ' ' + name_of<Interp>());
    if (!file.empty()) pyronn::write_npy(file, out);
  }

  benchmark::Report const& report_;
  CpuExecutor const& executor_;
  benchmark::Problem<Geometry> problem_;
  int samples_;
  Side volume_;
  Side projections_;
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
  auto few_views = benchmark::p4(20);
  few_views.name += " 20 views";
  Bench{report, executor, few_views}.operators<SoftwareInterp>();
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
