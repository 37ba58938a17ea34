// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/io/npy.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/reconstruct_iteratively.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "image_errors.hpp"
#include "sparse_scans.hpp"

namespace benchmark {

/// What methods make of one scan, a row each.
template <class Geometry, class Executor>
class Table {
 public:
  using Map = pyronn::SystemMatrix<Geometry, pyronn::SoftwareInterp>;
  using Image = pyronn::Buffer<float, Executor>;

  Table(Executor const& executor, SparseScan<Geometry> const& scan, std::filesystem::path folder)
      : executor_{executor},
        scan_{scan},
        folder_{std::move(folder)},
        map_{scan.geometry, scan.grid},
        lines_{pyronn::detail::in_memory_of(executor, scan.lines)},
        image_{zeros()} {
    std::printf("\n%s\n\n| method | passes | residual | error | s |\n|---|---|---|---|---|\n",
                scan.name.c_str());
  }

  void fbp() {
    row("FBP", 0, [&] {
      image_ = pyronn::detail::in_memory_of(
          executor_, benchmark::fbp(scan_.geometry, scan_.grid, scan_.lines));
    });
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
      image_ = zeros();
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
      image_ = zeros();
      Solver<Map, Executor> solver{executor_, problem, options};
      solver.start(image());
      pyronn::iterate(solver, passes);
    });
  }

  template <class Work>
  void row(std::string const& name, int passes, Work const& work) {
    auto const begin = std::chrono::steady_clock::now();
    work();
    Values const image = pyronn::detail::on_host(executor_, image_);
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - begin;
    std::string const count = passes > 0 ? std::to_string(passes) : "";
    std::printf("| %s | %s | %.4g | %.4f | %.2f |\n", name.c_str(), count.c_str(), residual(),
                error_of(scan_, image), passed.count());
    std::fflush(stdout);
    if (folder_.empty()) return;
    pyronn::write_npy(folder_ / (scan_.name + ", " + name + ".npy"),
                      pyronn::ArrayView<float const, 2>{image.data(), map_.domain()});
  }

  [[nodiscard]] double residual() {
    auto const lines = pyronn::detail::in_memory_of(executor_, Values(scan_.lines.size()));
    pyronn::Workspace<Executor> workspace{
        executor_, map_.workspace_bytes(executor_, pyronn::default_workspace_limit)};
    map_.apply(executor_, image(), lines.view(map_.range()), workspace);
    Values const projected = pyronn::detail::on_host(executor_, lines);
    double squares = 0;
    for (std::size_t n = 0; n < projected.size(); ++n) {
      double const difference = double{projected[n]} - double{scan_.lines[n]};
      squares += difference * difference;
    }
    return std::sqrt(squares);
  }

  [[nodiscard]] Image zeros() const {
    return pyronn::detail::in_memory_of(executor_, Values(scan_.expected.size()));
  }
  [[nodiscard]] pyronn::ArrayView<float, 2> image() const { return image_.view(map_.domain()); }
  [[nodiscard]] pyronn::ArrayView<float const, 2> data() const { return lines_.view(map_.range()); }

  Executor executor_;
  SparseScan<Geometry> const& scan_;
  std::filesystem::path folder_;
  Map map_;
  Image lines_;
  Image image_;
};

/// All methods, or those that race for the residual of 200 iterations of SIRT in ten passes.
enum class Methods { all, race };

template <class Executor, class Geometry>
void compare(Executor const& executor, SparseScan<Geometry> const& scan,
             std::filesystem::path const& folder, Methods methods) {
  Table table{executor, scan, folder};
  table.sirt({}, "SIRT");
  table.os_sart({}, "OS-SART");
  if (methods == Methods::race) return;
  table.fbp();
  table.sirt({0}, "SIRT, x >= 0");
  table.os_sart({0}, "OS-SART, x >= 0");
  table.sart();
  table.automatic();
}

template <class Executor>
void print_few_views(Executor const& executor, std::filesystem::path const& data, int size,
                     std::filesystem::path const& folder) {
  constexpr double photons = 20000;
  compare(executor, pepper(data, size, 3), folder, Methods::race);
  compare(executor, helsinki(data, size, 720), folder, Methods::race);
  compare(executor, noisy_head(photons, size), folder, Methods::race);
  for (int const views : {181, 121, 61}) {
    compare(executor, helsinki(data, size, views), folder, Methods::all);
  }
  compare(executor, pepper(data, size, 6), folder, Methods::all);
  compare(executor, tooth(data, size), folder, Methods::all);
}

/// What `main` returns.
template <class Executor>
int run_few_views_table(Executor const& executor, int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: few_views_table DATA [SIZE [FOLDER]]\n");
    return 2;
  }
  try {
    print_few_views(executor, arguments[1], count > 2 ? std::atoi(arguments[2]) : 1,
                    count > 3 ? arguments[3] : "");
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace benchmark
