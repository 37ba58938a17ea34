// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Reconstructions from few views, or a part of the turn, of measured scans, as Markdown tables:
//
//   few_views_table DATA [SIZE [FOLDER]]
//
// DATA is the folder of the scans, SIZE how many times as large pixels are as measured (1 unless
// given). Images are written to FOLDER as .npy files, if one is named.
//
// Errors are relative to filtered backprojection of all views, or 1 less Matthews correlation with
// a segmentation, after one threshold. A pass takes one projection and one transpose of all views.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/cpu.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/reconstruct_iteratively.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "image_errors.hpp"
#include "sparse_scans.hpp"

namespace {

using benchmark::SparseScan;
using benchmark::Values;
using pyronn::CpuExecutor;

/// What methods make of one scan, a row each.
template <class Geometry>
class Table {
 public:
  using Map = pyronn::SystemMatrix<Geometry, pyronn::SoftwareInterp>;

  Table(SparseScan<Geometry> const& scan, std::filesystem::path folder)
      : scan_{scan},
        folder_{std::move(folder)},
        map_{scan.geometry, scan.grid},
        image_(scan.expected.size()) {
    std::printf("\n%s\n\n| method | passes | residual | error | s |\n|---|---|---|---|---|\n",
                scan.name.c_str());
  }

  void fbp() {
    row("FBP", 0, [&] { image_ = benchmark::fbp(scan_.geometry, scan_.grid, scan_.lines); });
  }
  void sirt(pyronn::PixelBounds const& bounds, char const* name) {
    solve<pyronn::Sirt>(name, 200, pyronn::SirtOptions{}, bounds);
  }
  /// Of three views each.
  void os_sart(pyronn::PixelBounds const& bounds, char const* name) {
    pyronn::OsSartOptions options;
    options.subsets = scan_.geometry.num_views() / 3;
    solve<pyronn::OsSart>(name, 10, options, bounds);
  }
  void sart() {
    pyronn::OsSartOptions options;
    options.subsets = scan_.geometry.num_views();
    solve<pyronn::OsSart>("SART, x >= 0", 10, options, {0});
  }
  void automatic() {
    row("reconstruct_iteratively", -1, [&] {
      std::fill(image_.begin(), image_.end(), 0.0F);
      pyronn::LevelArrays<float, 2> const arrays{data(), {}, image()};
      pyronn::reconstruct_iteratively(executor_, scan_.geometry, scan_.grid, arrays);
    });
  }

 private:
  template <template <class...> class Solver, class Options>
  void solve(char const* name, int passes, Options const& options,
             pyronn::PixelBounds const& bounds) {
    row(name, passes, [&] {
      pyronn::ReconstructionProblem<Map> problem{map_, data()};
      problem.bounds = bounds;
      std::fill(image_.begin(), image_.end(), 0.0F);
      Solver<Map, CpuExecutor> solver{executor_, problem, options};
      solver.start(image());
      pyronn::iterate(solver, passes);
    });
  }

  template <class Work>
  void row(std::string const& name, int passes, Work const& work) {
    auto const begin = std::chrono::steady_clock::now();
    work();
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - begin;
    std::string const count = passes > 0 ? std::to_string(passes) : "";
    std::printf("| %s | %s | %.4g | %.4f | %.2f |\n", name.c_str(), count.c_str(), residual(),
                benchmark::error_of(scan_, image_), passed.count());
    std::fflush(stdout);
    if (folder_.empty()) return;
    pyronn::write_npy(folder_ / (scan_.name + ", " + name + ".npy"),
                      pyronn::ArrayView<float const, 2>{image_.data(), map_.domain()});
  }

  [[nodiscard]] double residual() {
    Values lines(scan_.lines.size());
    pyronn::Workspace<CpuExecutor> workspace{
        executor_, map_.workspace_bytes(executor_, pyronn::default_workspace_limit)};
    map_.apply(executor_, pyronn::ArrayView<float const, 2>{image_.data(), map_.domain()},
               {lines.data(), map_.range()}, workspace);
    double squares = 0;
    for (std::size_t n = 0; n < lines.size(); ++n) {
      double const difference = static_cast<double>(lines[n]) - static_cast<double>(scan_.lines[n]);
      squares += difference * difference;
    }
    return std::sqrt(squares);
  }

  [[nodiscard]] pyronn::ArrayView<float, 2> image() { return {image_.data(), map_.domain()}; }
  [[nodiscard]] pyronn::ArrayView<float const, 2> data() const {
    return {scan_.lines.data(), map_.range()};
  }

  CpuExecutor executor_;
  SparseScan<Geometry> const& scan_;
  std::filesystem::path folder_;
  Map map_;
  Values image_;
};

/// All methods, or those that race for the residual of 200 iterations of SIRT in ten passes.
enum class Methods { all, race };

template <class Geometry>
void compare(SparseScan<Geometry> const& scan, std::filesystem::path const& folder,
             Methods methods) {
  Table<Geometry> table{scan, folder};
  table.sirt({}, "SIRT");
  table.os_sart({}, "OS-SART");
  if (methods == Methods::race) return;
  table.fbp();
  table.sirt({0}, "SIRT, x >= 0");
  table.os_sart({0}, "OS-SART, x >= 0");
  table.sart();
  table.automatic();
}

void run(std::filesystem::path const& data, int size, std::filesystem::path const& folder) {
  constexpr double photons = 20000;
  compare(benchmark::pepper(data, size, 3), folder, Methods::race);
  compare(benchmark::helsinki(data, size, 720), folder, Methods::race);
  compare(benchmark::noisy_head(photons, size), folder, Methods::race);
  for (int const views : {181, 121, 61}) {
    compare(benchmark::helsinki(data, size, views), folder, Methods::all);
  }
  compare(benchmark::pepper(data, size, 6), folder, Methods::all);
  compare(benchmark::tooth(data, size), folder, Methods::all);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: few_views_table DATA [SIZE [FOLDER]]\n");
    return 2;
  }
  try {
    run(arguments[1], count > 2 ? std::atoi(arguments[2]) : 1, count > 3 ? arguments[3] : "");
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
