// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What reconstruct_iteratively chooses, beside 20 strengths set by hand: FistaTv from zeros, and
// Pdhg from its images, which comes to the minimum where views miss a part of the half turn.
//
//   strength_sweep DATA [SIZE [ITERATIONS [CASE]]]
//
// DATA is the folder of the measured scans, SIZE how many times as large pixels are as measured or
// simulated (2 unless given), ITERATIONS those of each solver and strength of the sweep (300), CASE
// one of 1 to 8, or 0 for the first five, which are those of the list.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/reconstruct_iteratively.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "sparse_scans.hpp"

namespace benchmark {

/// The scan's problem, and how good images of solvers are.
template <class Geometry, class Executor>
class Comparison {
 public:
  using Map = pyronn::SystemMatrix<Geometry, pyronn::SoftwareInterp>;
  using Image = pyronn::Buffer<float, Executor>;

  Comparison(Executor const& executor, SparseScan<Geometry> const& scan)
      : executor_{executor},
        scan_{scan},
        map_{scan.geometry, scan.grid},
        lines_{pyronn::detail::in_memory_of(executor, scan.lines)},
        problem_{map_, data()} {
    problem_.bounds.lower = 0;
  }

  /// From zeros.
  template <class Solver, class Options>
  double error_after(int iterations, Options const& options) {
    Image const image = zeros();
    go_on<Solver>(iterations, options, image);
    return error(image);
  }

  void print(int iterations) {
    using Clock = std::chrono::steady_clock;
    auto const start = Clock::now();
    Image const image = zeros();
    pyronn::LevelArrays<float, 2> const arrays{data(), {}, view(image)};
    auto const choices =
        pyronn::reconstruct_iteratively(executor_, scan_.geometry, scan_.grid, arrays);
    double const chosen = error(image);
    double const seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::printf("%s: error %.4f in %.1f s; FBP %.4f, 200 iterations of SIRT %.4f\n",
                scan_.name.c_str(), chosen, seconds,
                error_of(scan_, fbp(scan_.geometry, scan_.grid, scan_.lines)),
                error_after<pyronn::Sirt<Map, Executor>>(200, pyronn::SirtOptions{}));
    std::printf("%s", pyronn::text_of(choices).c_str());
    sweep(choices, iterations, chosen);
  }

 private:
  void sweep(pyronn::IterativeChoices const& choices, int iterations, double chosen) {
    constexpr int strengths = 20;
    constexpr double ratio = 1.6;
    // From one at which edges are lost.
    auto const level = pyronn::resolution_level(scan_.geometry, scan_.grid, choices.search_factor);
    double strength = choices.search.trials.front().strength / level.strength_of(1);
    double best = 1e9;
    double best_of_more = 1e9;
    for (int n = 0; n < strengths; ++n, strength /= ratio) {
      pyronn::FistaTvOptions options;
      options.strength = strength;
      Image const image = zeros();
      go_on<pyronn::FistaTv<Map, Executor>>(iterations, options, image);
      double const error_of_fista = error(image);
      pyronn::PdhgOptions more;
      more.strength = strength;
      more.balance = 0.5;
      more.balanced = pyronn::PdhgBalance::of_start;
      go_on<pyronn::Pdhg<Map, Executor>>(iterations, more, image);
      double const error_of_more = error(image);
      best = std::min(best, error_of_fista);
      best_of_more = std::min(best_of_more, error_of_more);
      std::printf("  by hand: strength %10.4g error %.4f, of Pdhg %.4f\n", strength, error_of_fista,
                  error_of_more);
      std::fflush(stdout);
    }
    std::printf("  best by hand %.4f, chosen %.4f: %+.1f %%; best of Pdhg %.4f: %+.1f %%\n\n", best,
                chosen, 100 * (chosen / best - 1), best_of_more, 100 * (chosen / best_of_more - 1));
  }

  /// So many iterations more.
  template <class Solver, class Options>
  void go_on(int iterations, Options const& options, Image const& image) {
    Solver solver{executor_, problem_, options};
    solver.start(view(image));
    pyronn::iterate(solver, iterations);
  }

  [[nodiscard]] Image zeros() const {
    Values const values(static_cast<std::size_t>(scan_.grid.size.count()));
    return pyronn::detail::in_memory_of(executor_, values);
  }
  [[nodiscard]] double error(Image const& image) const {
    return error_of(scan_, pyronn::detail::on_host(executor_, image));
  }
  [[nodiscard]] pyronn::ArrayView<float, 2> view(Image const& image) const {
    return image.view(map_.domain());
  }
  [[nodiscard]] pyronn::ArrayView<float const, 2> data() const { return lines_.view(map_.range()); }

  Executor executor_;
  SparseScan<Geometry> const& scan_;
  Map map_;
  pyronn::Buffer<float, Executor> lines_;
  pyronn::ReconstructionProblem<Map> problem_;
};

template <class Executor>
void sweep_all(Executor const& executor, std::filesystem::path const& data, int size,
               int iterations, int which) {
  auto const compare = [&](auto const& scan) { Comparison{executor, scan}.print(iterations); };
  auto const wants = [&](int number) { return which == number || (which == 0 && number <= 5); };
  constexpr double photons = 20000;
  if (wants(1)) compare(pepper(data, size));
  if (wants(2)) compare(helsinki(data, size));
  if (wants(3)) compare(tooth(data, size));
  if (wants(4)) compare(noisy_head(photons, size));
  if (wants(5)) compare(noisy_fan(size));
  if (wants(6)) compare(noisy_head(photons, size, 90));
  if (wants(7)) compare(noisy_head(2000, size, 120));
  if (wants(8)) compare(noisy_head(200000, size, 60));
}

/// What `main` returns.
template <class Executor>
int run_strength_sweep(Executor const& executor, int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: strength_sweep DATA [SIZE [ITERATIONS [CASE]]]\n");
    return 2;
  }
  auto const number = [&](int n, int otherwise) {
    return count > n ? std::atoi(arguments[n]) : otherwise;
  };
  try {
    sweep_all(executor, arguments[1], number(2, 2), number(3, 300), number(4, 0));
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace benchmark
