// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times the operators on the current CUDA device: whole calls, input and output on the device, the
// workspace reused. Median of five after a first call; random input; the output is poisoned before
// each run. Prints one line a measurement. Arguments: --csv, --filter TEXT.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <pyronn/cuda.cuh>

#include "problems.hpp"
#include "report.hpp"

namespace {

using pyronn::CudaExecutor;
using pyronn::SoftwareInterp;
using pyronn::TextureInterp;
using Workspace = pyronn::Workspace<CudaExecutor>;

template <class Interp>
char const* name_of() {
  return std::is_same_v<Interp, TextureInterp> ? "texture" : "software";
}

template <class T>
char const* storage_name() {
  return std::is_same_v<T, float> ? "float" : "half";
}

/// Counts what the library takes.
class CountingResource : public pyronn::DeviceMemoryResource {
 public:
  void* allocate(std::size_t bytes, cudaStream_t stream) override {
    in_use_ += bytes;
    peak = pyronn::max(peak, in_use_);
    return pyronn::default_memory_resource().allocate(bytes, stream);
  }
  void deallocate(void* memory, std::size_t bytes, cudaStream_t stream) noexcept override {
    in_use_ -= bytes;
    pyronn::default_memory_resource().deallocate(memory, bytes, stream);
  }
  std::size_t peak = 0;

 private:
  std::size_t in_use_ = 0;
};

template <class T>
__global__ void fill_random(T* data, std::size_t count) {
  for (std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x; i < count;
       i += std::size_t{gridDim.x} * blockDim.x) {
    auto bits = static_cast<unsigned>(i) * 2654435761U;
    bits = (bits ^ (bits >> 15U)) * 2246822519U;
    float const value = static_cast<float>((bits ^ (bits >> 13U)) & 0xffffffU) / 16777216.0F;
    data[i] = static_cast<T>(value - 0.25F);
  }
}

class Stopwatch {
 public:
  explicit Stopwatch(cudaStream_t stream) : stream_{stream} {
    pyronn::check_cuda(cudaEventCreate(&start_), "cudaEventCreate");
    pyronn::check_cuda(cudaEventCreate(&stop_), "cudaEventCreate");
  }
  Stopwatch(Stopwatch const&) = delete;
  Stopwatch& operator=(Stopwatch const&) = delete;
  ~Stopwatch() {
    static_cast<void>(cudaEventDestroy(start_));
    static_cast<void>(cudaEventDestroy(stop_));
  }

  template <class Call>
  double milliseconds(Call const& call) const {
    pyronn::check_cuda(cudaEventRecord(start_, stream_), "cudaEventRecord");
    call();
    pyronn::check_cuda(cudaEventRecord(stop_, stream_), "cudaEventRecord");
    pyronn::check_cuda(cudaEventSynchronize(stop_), "cudaEventSynchronize");
    float result = 0;
    pyronn::check_cuda(cudaEventElapsedTime(&result, start_, stop_), "cudaEventElapsedTime");
    return static_cast<double>(result);
  }

 private:
  cudaStream_t stream_;
  cudaEvent_t start_ = nullptr;
  cudaEvent_t stop_ = nullptr;
};

/// The operators of one problem on `samples` samples, a batch where `Rank` says so.
template <class Geometry, int Rank, class T = float>
class Bench {
 public:
  Bench(benchmark::Report const& report, cudaStream_t stream, benchmark::Problem<Geometry> problem,
        int samples = 1)
      : Bench{report, stream, problem, {problem.geometry}, samples} {}

  /// With one geometry for all samples, or one for each.
  Bench(benchmark::Report const& report, cudaStream_t stream, benchmark::Problem<Geometry> problem,
        std::vector<Geometry> geometries, int samples)
      : report_{report},
        stream_{stream},
        watch_{stream},
        problem_{std::move(problem)},
        geometries_{std::move(geometries)},
        samples_{samples},
        volume_extents_{
            pyronn::detail::volume_extents<dimension, Rank>(problem_.grid.size, samples)},
        projection_extents_{pyronn::detail::projection_extents<dimension, Rank>(
            problem_.geometry.detector_size(), problem_.geometry.num_views(), samples)} {
    if (samples > 1) problem_.name += " x" + std::to_string(samples);
    if (geometries_.size() > 1) problem_.name += " geometries";
  }

  template <class Interp, class Model = pyronn::VoxelDriven>
  void back(std::string const& name = "back", Model const& model = {},
            std::size_t limit = pyronn::default_workspace_limit) const {
    using Operator = pyronn::Backprojector<Geometry, Interp, Model>;
    measure<Interp>(name, limit, projection_extents_, volume_extents_,
                    [&] { return Operator::per_sample(geometries_, problem_.grid, model); });
  }

  template <class Interp, class Model = pyronn::Joseph>
  void forward(std::string const& name = "forward", Model const& model = {},
               std::size_t limit = pyronn::default_workspace_limit) const {
    using Operator = pyronn::Projector<Geometry, Interp, Model>;
    measure<Interp>(name, limit, volume_extents_, projection_extents_,
                    [&] { return Operator::per_sample(geometries_, problem_.grid, model); });
  }

  /// Of the forward projection.
  template <class Interp>
  void transpose() const {
    back<Interp>("transpose", pyronn::Joseph{});
  }

  template <class Interp>
  void fbp() const {
    using Operator = pyronn::Fbp<Geometry, Interp>;
    measure<Interp>("FBP", pyronn::default_workspace_limit, projection_extents_, volume_extents_,
                    [&] { return Operator::per_sample(geometries_, problem_.grid); });
  }

 private:
  static constexpr int dimension = pyronn::dimension_v<Geometry>;
  using Buffer = pyronn::Buffer<T, CudaExecutor>;

  template <class Interp, class MakeOperator>
  void measure(std::string const& name, std::size_t limit, pyronn::Extents<Rank> const& from,
               pyronn::Extents<Rank> const& to, MakeOperator const& make_operator) const {
    if (!report_.wants(problem_.name + ' ' + name + ' ' + name_of<Interp>() + ' ' +
                       storage_name<T>())) {
      return;
    }
    CountingResource memory;
    CudaExecutor const executor{stream_, memory};
    CudaExecutor const arrays{stream_};
    Buffer const input{arrays, static_cast<std::size_t>(from.count())};
    Buffer const output{arrays, static_cast<std::size_t>(to.count())};
    pyronn::ArrayView<T const, Rank> const in = input.view(from);
    pyronn::ArrayView<T, Rank> const out = output.view(to);
    fill_random<<<1024, 256, 0, stream_>>>(input.data(), input.size());
    auto const op = make_operator();
    Workspace workspace{executor, op.workspace_bytes(executor, in, limit)};
    std::vector<double> times;
    for (int run = 0; run < 6; ++run) {
      pyronn::check_cuda(cudaMemsetAsync(output.data(), 0xff, output.size() * sizeof(T), stream_),
                         "cudaMemsetAsync");
      double const time = watch_.milliseconds([&] { op(executor, in, out, workspace); });
      if (run > 0) times.push_back(time);
    }
    bool const is_of_rays = from.count() == volume_extents_.count() && name != "back";
    double const work = samples_ * (is_of_rays ? problem_.rays() : problem_.updates());
    benchmark::Measurement const measurement{problem_.name,
                                             name,
                                             name_of<Interp>(),
                                             storage_name<T>(),
                                             benchmark::median(times),
                                             work,
                                             is_of_rays ? "Grays/s" : "GUPS",
                                             static_cast<double>(memory.peak) / 1048576.0};
    report_.add(measurement);
  }

  benchmark::Report const& report_;
  cudaStream_t stream_;
  Stopwatch watch_;
  benchmark::Problem<Geometry> problem_;
  std::vector<Geometry> geometries_;
  int samples_;
  pyronn::Extents<Rank> volume_extents_;
  pyronn::Extents<Rank> projection_extents_;
};

template <class Geometry>
void run_cone(Bench<Geometry, 3> const& bench) {
  bench.template back<TextureInterp>();
  bench.template back<SoftwareInterp>();
  bench.template forward<TextureInterp>();
  bench.template forward<SoftwareInterp>();
  bench.template forward<SoftwareInterp>("forward in place", {}, 0);
  bench.template transpose<SoftwareInterp>();
  bench.template fbp<TextureInterp>();
  bench.template fbp<SoftwareInterp>();
}

/// Marched rays, with steps of these lengths [voxels].
template <class Geometry>
void run_march(Bench<Geometry, 3> const& bench, std::vector<double> const& steps) {
  for (double const step : steps) {
    std::string const name = "march " + std::to_string(step).substr(0, 3);
    bench.template forward<TextureInterp>(name, pyronn::RayMarch{step});
    bench.template forward<SoftwareInterp>(name, pyronn::RayMarch{step});
  }
}
template <class Geometry>
void run_march_transpose(Bench<Geometry, 3> const& bench, std::vector<double> const& steps) {
  for (double const step : steps) {
    std::string const name = "march " + std::to_string(step).substr(0, 3) + " transpose";
    bench.template back<SoftwareInterp>(name, pyronn::RayMarch{step});
  }
}

/// Views of which the kernels know less, and other storage.
template <class Geometry, class T>
void run_general(Bench<Geometry, 3, T> const& bench) {
  bench.template back<TextureInterp>();
  bench.template back<SoftwareInterp>();
  bench.template forward<TextureInterp>();
  bench.template forward<SoftwareInterp>();
  bench.template transpose<SoftwareInterp>();
}

template <class Geometry, int Rank, class T>
void run_plane(Bench<Geometry, Rank, T> const& bench) {
  bench.template forward<SoftwareInterp>();
  bench.template back<SoftwareInterp>();
  bench.template transpose<SoftwareInterp>();
  bench.template forward<TextureInterp>();
  bench.template back<TextureInterp>();
  if constexpr (std::is_same_v<T, float>) bench.template fbp<SoftwareInterp>();
}

}  // namespace

int main(int argc, char** argv) {
  cudaDeviceProp device{};
  if (cudaGetDeviceProperties(&device, 0) != cudaSuccess) {
    std::fprintf(stderr, "there is no CUDA device\n");
    return 1;
  }
  cudaStream_t stream = nullptr;
  pyronn::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
                     "cudaStreamCreateWithFlags");
  benchmark::Report const report{argc, argv};
  report.begin(std::string{device.name} + ", CUDA " + std::to_string(CUDART_VERSION));
  using pyronn::ConeBeam;
  using pyronn::Half;
  Bench<ConeBeam, 3> const p4{report, stream, benchmark::p4()};
  run_cone(p4);
  p4.forward<SoftwareInterp>("back transpose", pyronn::VoxelDriven{});
  p4.forward<SoftwareInterp>("weighted transpose", pyronn::DistanceWeighted{});
  run_march(p4, {0.2, 1.0});
  run_march_transpose(p4, {1.0, 0.5, 0.2});
  Bench<ConeBeam, 3> const p1{report, stream, benchmark::p1()};
  run_cone(p1);
  run_march(p1, {1.0});
  for (auto const& problem : {benchmark::p1b(), benchmark::p1c()}) {
    Bench<ConeBeam, 3> const bench{report, stream, problem};
    bench.back<TextureInterp>();
    bench.back<SoftwareInterp>();
  }
  run_general(Bench<ConeBeam, 3, Half>{report, stream, benchmark::p4()});
  run_general(Bench<ConeBeam, 3, Half>{report, stream, benchmark::p1()});
  run_general(Bench<ConeBeam, 3>{report, stream, benchmark::p1_rolled()});
  run_general(Bench<benchmark::OwnCone, 3>{report, stream, benchmark::p1_own()});
  run_general(Bench<ConeBeam, 3>{report, stream, benchmark::large_cone()});
  run_general(Bench<pyronn::ParallelBeam3D, 3>{report, stream, benchmark::parallel_in_space()});
  run_plane(Bench<pyronn::FanBeam, 2>{report, stream, benchmark::p3_fan()});
  run_plane(Bench<pyronn::FanBeam, 3>{report, stream, benchmark::p3_fan(), 64});
  run_plane(Bench<pyronn::FanBeam, 3, Half>{report, stream, benchmark::p3_fan(), 64});
  run_plane(
      Bench<pyronn::FanBeam, 3>{report, stream, benchmark::p3_fan(), benchmark::p3_fans(64), 64});
  run_plane(Bench<pyronn::ParallelBeam2D, 2>{report, stream, benchmark::p3_parallel()});
  run_plane(Bench<pyronn::ParallelBeam2D, 3>{report, stream, benchmark::p3_parallel(), 64});
  return 0;
}
