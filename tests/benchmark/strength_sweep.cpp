// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

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

#include <pyronn/recon/solver/pdhg.hpp>
#include <pyronn/recon/solver/reconstruct_iteratively.hpp>
#include <pyronn/recon/solver/run_solver.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "sparse_scans.hpp"

namespace {

using benchmark::SparseScan;
using benchmark::Values;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The scan's problem, and how good images of solvers are.
template <class Geometry>
class Comparison {
 public:
  using Map = pyronn::SystemMatrix<Geometry, pyronn::SoftwareInterp>;

  explicit Comparison(SparseScan<Geometry> const& scan)
      : scan_{scan}, map_{scan.geometry, scan.grid}, problem_{map_, data()} {
    problem_.bounds.lower = 0;
  }

  /// From zeros.
  template <class Solver, class Options>
  double error_after(int iterations, Options const& options) {
    Values image = zeros();
    go_on<Solver>(iterations, options, image);
    return benchmark::error_of(scan_, image);
  }

  void print(int iterations) {
    Clock::time_point const start = Clock::now();
    Values image = zeros();
    pyronn::LevelArrays<float, 2> const arrays{data(), {}, view(image)};
    auto const choices =
        pyronn::reconstruct_iteratively(executor_, scan_.geometry, scan_.grid, arrays);
    double const seconds = seconds_since(start);
    double const chosen = benchmark::error_of(scan_, image);
    std::printf("%s: error %.4f in %.1f s; FBP %.4f, 200 iterations of SIRT %.4f\n",
                scan_.name.c_str(), chosen, seconds,
                benchmark::error_of(scan_, benchmark::fbp(scan_.geometry, scan_.grid, scan_.lines)),
                error_after<pyronn::Sirt<Map, pyronn::CpuExecutor>>(200, pyronn::SirtOptions{}));
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
      Values image = zeros();
      go_on<pyronn::FistaTv<Map, pyronn::CpuExecutor>>(iterations, options, image);
      double const error = benchmark::error_of(scan_, image);
      pyronn::PdhgOptions more;
      more.strength = strength;
      more.balance = 0.5;
      more.balanced = pyronn::PdhgBalance::of_start;
      go_on<pyronn::Pdhg<Map, pyronn::CpuExecutor>>(iterations, more, image);
      double const error_of_more = benchmark::error_of(scan_, image);
      best = std::min(best, error);
      best_of_more = std::min(best_of_more, error_of_more);
      std::printf("  by hand: strength %10.4g error %.4f, of Pdhg %.4f\n", strength, error,
                  error_of_more);
      std::fflush(stdout);
    }
    std::printf("  best by hand %.4f, chosen %.4f: %+.1f %%; best of Pdhg %.4f: %+.1f %%\n\n", best,
                chosen, 100 * (chosen / best - 1), best_of_more, 100 * (chosen / best_of_more - 1));
  }

  /// So many iterations more.
  template <class Solver, class Options>
  void go_on(int iterations, Options const& options, Values& image) {
    Solver solver{executor_, problem_, options};
    solver.start(view(image));
    pyronn::iterate(solver, iterations);
  }

  [[nodiscard]] Values zeros() const {
    return Values(static_cast<std::size_t>(scan_.grid.size.count()));
  }
  [[nodiscard]] pyronn::ArrayView<float, 2> view(Values& image) const {
    return {image.data(), map_.domain()};
  }
  [[nodiscard]] pyronn::ArrayView<float const, 2> data() const {
    return {scan_.lines.data(), map_.range()};
  }

  pyronn::CpuExecutor executor_;
  SparseScan<Geometry> const& scan_;
  Map map_;
  pyronn::ReconstructionProblem<Map> problem_;
};

template <class Geometry>
void compare(SparseScan<Geometry> const& scan, int iterations) {
  Comparison<Geometry>{scan}.print(iterations);
}

void run(std::filesystem::path const& data, int size, int iterations, int which) {
  auto const wants = [&](int number) { return which == number || (which == 0 && number <= 5); };
  constexpr double photons = 20000;
  if (wants(1)) compare(benchmark::pepper(data, size), iterations);
  if (wants(2)) compare(benchmark::helsinki(data, size), iterations);
  if (wants(3)) compare(benchmark::tooth(data, size), iterations);
  if (wants(4)) compare(benchmark::noisy_head(photons, size), iterations);
  if (wants(5)) compare(benchmark::noisy_fan(size), iterations);
  if (wants(6)) compare(benchmark::noisy_head(photons, size, 90), iterations);
  if (wants(7)) compare(benchmark::noisy_head(2000, size, 120), iterations);
  if (wants(8)) compare(benchmark::noisy_head(200000, size, 60), iterations);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: strength_sweep DATA [SIZE [ITERATIONS [CASE]]]\n");
    return 2;
  }
  auto const number = [&](int n, int otherwise) {
    return count > n ? std::atoi(arguments[n]) : otherwise;
  };
  try {
    run(arguments[1], number(2, 2), number(3, 300), number(4, 0));
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
