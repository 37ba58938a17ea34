// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times iterations of solvers on the current CUDA device beside a call of the projector and one of
// its transpose on the same arrays: median of five after a first one. Prints one line a solver.
// Argument: --filter TEXT.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <pyronn/cuda.cuh>
#include <pyronn/operators/algebra/system_matrix.hpp>
#include <pyronn/recon/solver/cgls.hpp>
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
    pyronn::fill(executor_, image(), 1);
    pyronn::Workspace<CudaExecutor> workspace{executor_, workspace_bytes()};
    map_.apply(executor_, image(), data(), workspace);
    pair_ = milliseconds(stream, [&] {
      map_.apply(executor_, image(), data(), workspace);
      map_.apply_transpose(executor_, data(), image(), workspace);
    });
    pyronn::fill(executor_, image(), 1);
    map_.apply(executor_, image(), data(), workspace);
  }

  template <template <class, class> class Solver>
  void time(std::string const& solver_name) {
    if (!wants(solver_name)) return;
    Solver<Map, CudaExecutor> solver{executor_, pyronn::ReconstructionProblem<Map>{map_, data()}};
    pyronn::fill(executor_, image(), 0);
    solver.start(image());
    double const time = milliseconds(executor_.stream(), [&] { solver.iterate(); });
    auto const memory =
        static_cast<double>(Solver<Map, CudaExecutor>::memory_bytes(executor_, map_));
    std::printf("%-5s %-9s %9.2f ms an iteration, %9.2f ms of the pair, %5.1f %% more, %7.0f MiB\n",
                name_.c_str(), solver_name.c_str(), time, pair_, 100 * (time / pair_ - 1),
                memory / (1 << 20));
    std::fflush(stdout);
  }

 private:
  [[nodiscard]] bool wants(std::string const& solver_name) const {
    return (name_ + ' ' + solver_name).find(filter_) != std::string::npos || solver_name.empty();
  }
  [[nodiscard]] std::size_t workspace_bytes() const {
    return map_.workspace_bytes(executor_, pyronn::default_workspace_limit);
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
  // C1: 360 views over 360 degrees of 1024 x 768 pixels of 0.4 mm.
  for (auto const& problem :
       {benchmark::cone("C1", 785, 360, 360, {{1024, 768}, {0.4, 0.4}}, 512), benchmark::p1()}) {
    SolverBench bench{stream, filter, problem};
    bench.time<pyronn::Cgls>("CGLS");
    bench.time<pyronn::Sirt>("SIRT");
  }
  return 0;
}
