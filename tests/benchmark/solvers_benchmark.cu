// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times iterations of solvers on the current CUDA device beside a call of the projector and one of
// its transpose on the same arrays: median of five after a first one. Prints one line a solver.
// Then times FistaTv from an image of zeros until it is near a phantom whose lines are noisy.
// Argument:
// --filter TEXT.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/cuda.cuh>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/phantom/phantom.hpp>
#include <pyronn/phantom/shepp_logan.hpp>
#include <pyronn/recon/solver/cgls.hpp>
#include <pyronn/recon/solver/fista_tv.hpp>
#include <pyronn/recon/solver/os_sart.hpp>
#include <pyronn/recon/solver/sirt.hpp>

#include "problems.hpp"
#include "report.hpp"

namespace {

using pyronn::CudaExecutor;
using Map = pyronn::SystemMatrix<pyronn::ConeBeam, pyronn::SoftwareInterp>;

/// Milliseconds that queued work takes.
template <class Work>
double milliseconds(cudaStream_t stream, Work const& work) {
  cudaEvent_t begin = nullptr;
  cudaEvent_t end = nullptr;
  pyronn::check_cuda(cudaEventCreate(&begin), "cudaEventCreate");
  pyronn::check_cuda(cudaEventCreate(&end), "cudaEventCreate");
  work();
  std::vector<double> times;
  for (int n = 0; n < 5; ++n) {
    pyronn::check_cuda(cudaEventRecord(begin, stream), "cudaEventRecord");
    work();
    pyronn::check_cuda(cudaEventRecord(end, stream), "cudaEventRecord");
    pyronn::check_cuda(cudaEventSynchronize(end), "cudaEventSynchronize");
    float time = 0;
    pyronn::check_cuda(cudaEventElapsedTime(&time, begin, end), "cudaEventElapsedTime");
    times.push_back(static_cast<double>(time));
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return benchmark::median(times);
}

class SolverBench {
 public:
  SolverBench(cudaStream_t stream, std::string filter, benchmark::Problem<pyronn::ConeBeam> problem)
      : executor_{stream},
        filter_{std::move(filter)},
        name_{problem.name},
        map_{problem.geometry, problem.grid},
        data_{executor_, static_cast<std::size_t>(map_.range().count())},
        image_{executor_, static_cast<std::size_t>(map_.domain().count())} {
    if (!wants("")) return;
    // Of a head and its lines: a card's clock falls with the bits that change.
    pyronn::Phantom const phantom = pyronn::shepp_logan_3d(0.25 * problem.grid.size[0]);
    pyronn::project(executor_, phantom, problem.geometry, data());
    pyronn::voxelise(executor_, phantom, problem.grid, image(), 1);
    pair_ = time_pair();
  }

  template <template <class...> class Solver, class Options>
  void time(std::string const& solver_name, Options const& options) {
    if (!wants(solver_name)) return;
    Solver<Map, CudaExecutor> solver{executor_, pyronn::ReconstructionProblem<Map>{map_, data()},
                                     options};
    pyronn::fill(executor_, image(), 0);
    solver.start(image());
    double const time = milliseconds(executor_.stream(), [&] { solver.iterate(); });
    auto const memory =
        static_cast<double>(Solver<Map, CudaExecutor>::memory_bytes(executor_, map_, options));
    std::printf(
        "%-5s %-14s %9.2f ms an iteration, %9.2f ms of the pair, %5.1f %% more, %7.0f MiB\n",
        name_.c_str(), solver_name.c_str(), time, pair_, 100 * (time / pair_ - 1),
        memory / (1 << 20));
    std::fflush(stdout);
  }

 private:
  /// Of the image and the data, which stay as they are.
  [[nodiscard]] double time_pair() const {
    pyronn::Workspace<CudaExecutor> workspace{
        executor_, map_.workspace_bytes(executor_, pyronn::default_workspace_limit)};
    pyronn::Buffer<float, CudaExecutor> const projected{executor_, data_.size()};
    pyronn::Buffer<float, CudaExecutor> const backprojected{executor_, image_.size()};
    return milliseconds(executor_.stream(), [&] {
      map_.apply(executor_, image(), projected.view(map_.range()), workspace);
      map_.apply_transpose(executor_, data(), backprojected.view(map_.domain()), workspace);
    });
  }
  [[nodiscard]] bool wants(std::string const& solver_name) const {
    return (name_ + ' ' + solver_name).find(filter_) != std::string::npos || solver_name.empty();
  }
  [[nodiscard]] pyronn::ProjectionView<float> data() const { return data_.view(map_.range()); }
  [[nodiscard]] pyronn::VolumeView<float> image() const { return image_.view(map_.domain()); }

  CudaExecutor executor_;
  std::string filter_;
  std::string name_;
  Map map_;
  pyronn::Buffer<float, CudaExecutor> data_;
  pyronn::Buffer<float, CudaExecutor> image_;
  double pair_ = 0;
};

/// Lines of bodies, or of their voxels.
enum class LinesOf { bodies, voxels };

/// FistaTv from zeros to a relative error of 0.09 within 60 voxels of the middle: Shepp and Logan's
/// head of 128^3 voxels of 1 mm, 60 views of 192^2 pixels of 1.5 mm, lines with noise of 3 % of the
/// largest.
class TimeToError {
 public:
  TimeToError(cudaStream_t stream, LinesOf lines_of)
      : executor_{stream},
        grid_{pyronn::Grid::centered({size, size, size}, {1, 1, 1})},
        map_{pyronn::ConeBeam::circular({500, 750, benchmark::angles(60, 360)},
                                        {{192, 192}, {1.5, 1.5}}),
             grid_},
        data_{executor_, static_cast<std::size_t>(map_.range().count())},
        image_{executor_, static_cast<std::size_t>(map_.domain().count())} {
    pyronn::Phantom const phantom = pyronn::shepp_logan_3d(0.5 * size);
    pyronn::voxelise(executor_, phantom, grid_, image(), 4);
    truth_ = pyronn::detail::on_host(executor_, image_);
    if (lines_of == LinesOf::bodies) {
      pyronn::project(executor_, phantom, map_.geometry(), data());
    } else {
      pyronn::Workspace<CudaExecutor> workspace{
          executor_, map_.workspace_bytes(executor_, pyronn::default_workspace_limit)};
      map_.apply(executor_, image(), data(), workspace);
    }
    auto lines = pyronn::detail::on_host(executor_, data_);
    float largest = 0;
    for (float const line : lines) largest = std::max(largest, line);
    std::mt19937 engine{1};
    std::normal_distribution<float> noise{0, 0.03F * largest};
    for (float& line : lines) line += noise(engine);
    data_ = pyronn::detail::in_memory_of(executor_, lines);
  }

  void operator()(double strength, int inner_iterations) {
    pyronn::ReconstructionProblem<Map> problem{map_, data()};
    problem.bounds.lower = 0;
    pyronn::FistaTvOptions options;
    options.strength = strength;
    options.inner_iterations = inner_iterations;
    pyronn::FistaTv<Map, CudaExecutor> solver{executor_, problem, options};
    double seconds = 0;
    double least = 1;
    for (int round = 0; round < 2; ++round) {  // the second one is timed
      pyronn::fill(executor_, image(), 0);
      wait();
      seconds = timed([&] { solver.start(image()); });
      double error = 1;
      int iterations = 0;
      for (least = 1; iterations < 400 && error > 0.09; iterations += 5) {
        seconds += timed([&] {
          for (int n = 0; n < 5; ++n) solver.iterate();
        });
        error = error_of_image();
        least = std::min(least, error);
      }
      if (round == 1) {
        std::printf("c %8.5f, %2d inner: error %.4f (least %.4f) after %3d iterations, %.3f s\n",
                    strength, inner_iterations, error, least, iterations, seconds);
      }
    }
    std::fflush(stdout);
  }

 private:
  static constexpr int size = 128;

  void wait() const {
    pyronn::check_cuda(cudaStreamSynchronize(executor_.stream()), "cudaStreamSynchronize");
  }
  template <class Work>
  double timed(Work const& work) const {
    auto const begin = std::chrono::steady_clock::now();
    work();
    wait();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  [[nodiscard]] double error_of_image() const {
    auto const found = pyronn::detail::on_host(executor_, image_);
    double squares = 0;
    double of_truth = 0;
    std::size_t n = 0;
    for (int z = 0; z < size; ++z) {
      for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x, ++n) {
          pyronn::Vec3d const at = grid_.to_world({1.0 * x, 1.0 * y, 1.0 * z});
          if (length(at) > 60) continue;
          double const difference = static_cast<double>(found[n]) - static_cast<double>(truth_[n]);
          squares += difference * difference;
          of_truth += static_cast<double>(truth_[n]) * static_cast<double>(truth_[n]);
        }
      }
    }
    return std::sqrt(squares / of_truth);
  }

  [[nodiscard]] pyronn::ProjectionView<float> data() const { return data_.view(map_.range()); }
  [[nodiscard]] pyronn::VolumeView<float> image() const { return image_.view(map_.domain()); }

  CudaExecutor executor_;
  pyronn::Grid grid_;
  Map map_;
  pyronn::Buffer<float, CudaExecutor> data_;
  pyronn::Buffer<float, CudaExecutor> image_;
  std::vector<float> truth_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string const filter = argc == 3 && std::strcmp(argv[1], "--filter") == 0 ? argv[2] : "";
  cudaDeviceProp device{};
  if (cudaGetDeviceProperties(&device, 0) != cudaSuccess) {
    std::fprintf(stderr, "there is no CUDA device\n");
    return 1;
  }
  cudaStream_t stream = nullptr;
  pyronn::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
                     "cudaStreamCreateWithFlags");
  std::printf("%s, CUDA %d\n", device.name, CUDART_VERSION);
  auto const bench = [&](benchmark::Problem<pyronn::ConeBeam> const& problem) {
    return SolverBench{stream, filter, problem};
  };
  {
    // 360 views over 360 degrees of 1024 x 768 pixels of 0.4 mm.
    auto c1 = bench(benchmark::cone("C1", 785, 360, 360, {{1024, 768}, {0.4, 0.4}}, 512));
    c1.time<pyronn::Cgls>("CGLS", pyronn::CglsOptions{});
  }
  {
    auto p1 = bench(benchmark::p1());
    p1.time<pyronn::Cgls>("CGLS", pyronn::CglsOptions{});
    p1.time<pyronn::Sirt>("SIRT", pyronn::SirtOptions{});
    pyronn::OsSartOptions options;
    options.subsets = 20;
    options.column_sums_limit = std::size_t{16} << 30;
    p1.time<pyronn::OsSart>("OS-SART", options);
    options.column_sums_limit = 0;
    p1.time<pyronn::OsSart>("OS-SART, lean", options);
  }
  {
    // 500 views over 360 degrees of 512^2 pixels of 0.8 mm.
    auto t1 = bench(benchmark::cone("T1", 785, 500, 360, {{512, 512}, {0.8, 0.8}}, 512));
    pyronn::FistaTvOptions options;
    t1.time<pyronn::FistaTv>("FISTA", options);
    options.strength = 1e-3;
    for (int const inner : {2, 4, 10}) {
      options.inner_iterations = inner;
      t1.time<pyronn::FistaTv>("FISTA-TV " + std::to_string(inner), options);
    }
  }
  if (std::string{"to error"}.find(filter) != std::string::npos) {
    for (LinesOf const lines_of : {LinesOf::bodies, LinesOf::voxels}) {
      std::printf("%s\n", lines_of == LinesOf::bodies ? "lines of bodies" : "lines of voxels");
      TimeToError time_to_error{stream, lines_of};
      for (int const inner : {2, 4}) {
        for (double const strength : {0.2, 0.3, 0.4}) time_to_error(strength, inner);
      }
    }
  }
  return 0;
}
