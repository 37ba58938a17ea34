// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times the cone-beam operators and FDK on the current CUDA device: whole calls, input and output
// on the device, the workspace reused. Median of five after a first call; random input; the output
// is poisoned before each run. Prints one line a measurement, as CSV with the argument --csv.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <pyronn/cuda.cuh>

#include "problems.hpp"

namespace {

using pyronn::ConeBeam;
using pyronn::SoftwareInterp;
using pyronn::TextureInterp;

/// Counts what the library takes.
class CountingResource : public pyronn::DeviceMemoryResource {
 public:
  void* allocate(std::size_t bytes, cudaStream_t stream) override {
    taken += bytes;
    return pyronn::default_memory_resource().allocate(bytes, stream);
  }
  void deallocate(void* memory, std::size_t bytes, cudaStream_t stream) noexcept override {
    pyronn::default_memory_resource().deallocate(memory, bytes, stream);
  }
  std::size_t taken = 0;
};

__global__ void fill_random(float* data, std::size_t count) {
  for (std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x; i < count;
       i += std::size_t{gridDim.x} * blockDim.x) {
    auto bits = static_cast<unsigned>(i) * 2654435761U;
    bits = (bits ^ (bits >> 15U)) * 2246822519U;
    data[i] = static_cast<float>((bits ^ (bits >> 13U)) & 0xffffffU) / 16777216.0F - 0.25F;
  }
}

class Bench {
 public:
  explicit Bench(bool csv) : csv_{csv} {
    cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking);
    std::printf(
        csv_ ? "problem,operator,interpolation,ms,rate,unit,extra_MiB\n"
             : "problem  operator      interpolation        ms       rate      extra memory\n");
  }

  void run(benchmark::Problem const& problem, bool with_forward) {
    pyronn::CudaExecutor const setup{stream_};
    pyronn::Buffer<float, pyronn::CudaExecutor> const volume{
        setup, static_cast<std::size_t>(problem.grid.size.count())};
    pyronn::Buffer<float, pyronn::CudaExecutor> const projections{
        setup, static_cast<std::size_t>(problem.projections().count())};
    back<TextureInterp>(problem, projections, volume);
    back<SoftwareInterp>(problem, projections, volume);
    if (!with_forward) return;
    forward<TextureInterp>(problem, volume, projections);
    forward<SoftwareInterp>(problem, volume, projections);
    forward<SoftwareInterp>(problem, volume, projections, 0);
    if (problem.name == "P4") {
      fdk<TextureInterp>(problem, projections, volume);
      fdk<SoftwareInterp>(problem, projections, volume);
    }
  }

 private:
  using Buffer = pyronn::Buffer<float, pyronn::CudaExecutor>;

  template <class Interp>
  static char const* name() {
    return std::is_same_v<Interp, TextureInterp> ? "texture" : "software";
  }

  template <class Interp>
  void back(benchmark::Problem const& problem, Buffer const& input, Buffer const& output) {
    pyronn::Backprojector<ConeBeam, Interp> const op{problem.geometry, problem.grid};
    auto const in = input.view(problem.projections());
    auto const out = output.view(problem.grid.size);
    measure(
        problem, "back", name<Interp>(), problem.updates(), "GUPS", input, output,
        [&](auto const& executor) { return op.workspace_bytes(executor, in); },
        [&](auto const& executor, auto& workspace) { op(executor, in, out, workspace); });
  }

  template <class Interp>
  void forward(benchmark::Problem const& problem, Buffer const& input, Buffer const& output,
               std::size_t limit = pyronn::default_workspace_limit) {
    pyronn::Projector<ConeBeam, Interp> const op{problem.geometry, problem.grid};
    auto const in = input.view(problem.grid.size);
    auto const out = output.view(problem.projections());
    measure(
        problem, "forward", name<Interp>(), problem.rays(), "Grays/s", input, output,
        [&](auto const& executor) { return op.workspace_bytes(executor, in, limit); },
        [&](auto const& executor, auto& workspace) { op(executor, in, out, workspace); });
  }

  template <class Interp>
  void fdk(benchmark::Problem const& problem, Buffer const& input, Buffer const& output) {
    pyronn::Fdk<ConeBeam, Interp> const op{problem.geometry, problem.grid};
    auto const in = input.view(problem.projections());
    auto const out = output.view(problem.grid.size);
    measure(
        problem, "FDK", name<Interp>(), problem.updates(), "GUPS", input, output,
        [&](auto const& executor) { return op.workspace_bytes(executor, in); },
        [&](auto const& executor, auto& workspace) { op(executor, in, out, workspace); });
  }

  template <class Bytes, class Call>
  void measure(benchmark::Problem const& problem, char const* operation, char const* interpolation,
               double work, char const* unit, Buffer const& input, Buffer const& output,
               Bytes const& bytes, Call const& call) {
    CountingResource memory;
    pyronn::CudaExecutor const executor{stream_, memory};
    fill_random<<<1024, 256, 0, stream_>>>(input.data(), input.size());
    pyronn::Workspace<pyronn::CudaExecutor> workspace{executor, bytes(executor)};
    std::vector<float> times;
    for (int run = 0; run < 6; ++run) {
      cudaMemsetAsync(output.data(), 0xff, output.size() * sizeof(float), stream_);
      float const time = timed([&] { call(executor, workspace); });
      if (run > 0) times.push_back(time);
    }
    std::sort(times.begin(), times.end());
    float const ms = times[times.size() / 2];
    std::printf(
        csv_ ? "%s,%s,%s,%.3f,%.2f,%s,%.3f\n" : "%-8s %-13s %-13s %9.2f  %9.2f %-8s %8.3f MiB\n",
        problem.name.c_str(), operation, interpolation, static_cast<double>(ms),
        work * 1e-6 / static_cast<double>(ms), unit, static_cast<double>(memory.taken) / 1048576.0);
  }

  template <class Call>
  float timed(Call const& call) {
    cudaEvent_t start = nullptr;
    cudaEvent_t stop = nullptr;
    cudaEventCreate(&start);
    cudaEventCreate(&stop);
    cudaEventRecord(start, stream_);
    call();
    cudaEventRecord(stop, stream_);
    pyronn::detail::check_cuda(cudaEventSynchronize(stop), "cudaEventSynchronize");
    float ms = 0;
    cudaEventElapsedTime(&ms, start, stop);
    cudaEventDestroy(start);
    cudaEventDestroy(stop);
    return ms;
  }

  bool csv_;
  cudaStream_t stream_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  cudaDeviceProp device{};
  if (cudaGetDeviceProperties(&device, 0) != cudaSuccess) {
    std::fprintf(stderr, "there is no CUDA device\n");
    return 1;
  }
  bool const csv = argc > 1 && std::strcmp(argv[1], "--csv") == 0;
  if (!csv) std::printf("%s, CUDA %d\n", device.name, CUDART_VERSION);
  Bench bench{csv};
  bench.run(benchmark::p4(), true);
  bench.run(benchmark::p1(), true);
  bench.run(benchmark::p1b(), false);
  bench.run(benchmark::p1c(), false);
  return 0;
}
