// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bench: times the operators of one problem on the current CUDA device.
#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/cuda.cuh>
#include <pyronn/io/npy.hpp>

#include "../problems.hpp"
#include "../report.hpp"

namespace benchmark {

using pyronn::ConeBeam;
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
  Bench(Report const& report, cudaStream_t stream, Problem<Geometry> problem, int samples = 1)
      : Bench{report, stream, problem, {problem.geometry}, samples} {}

  /// With one geometry for all samples, or one for each.
  Bench(Report const& report, cudaStream_t stream, Problem<Geometry> problem,
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
    read(input, &from == &volume_extents_ ? " volume" : " projections");
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
    Measurement const measurement{problem_.name,
                                  name,
                                  name_of<Interp>(),
                                  storage_name<T>(),
                                  median(times),
                                  work,
                                  is_of_rays ? "Grays/s" : "GUPS",
                                  static_cast<double>(memory.peak) / 1048576.0};
    report_.add(measurement);
    write(out, ' ' + name + ' ' + name_of<Interp>());
  }

  /// Where there is a file with the input.
  void read(Buffer const& input, std::string const& name) const {
    std::filesystem::path const file = report_.file(problem_.name + name);
    if (!std::is_same_v<T, float> || !std::filesystem::exists(file)) return;
    std::vector<float> const values = pyronn::read_npy<float>(file).data;
    pyronn::detail::expects(values.size() == input.size(), file.string(), " has another size");
    pyronn::check_cuda(cudaMemcpyAsync(input.data(), values.data(), values.size() * sizeof(float),
                                       cudaMemcpyHostToDevice, stream_),
                       "cudaMemcpyAsync");
    pyronn::check_cuda(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
  }
  void write(pyronn::ArrayView<T, Rank> const& output, std::string const& name) const {
    std::filesystem::path const file = report_.file(problem_.name + name);
    if (!std::is_same_v<T, float> || file.empty()) return;
    std::vector<float> values(static_cast<std::size_t>(output.extents.count()));
    pyronn::check_cuda(cudaMemcpyAsync(values.data(), output.data, values.size() * sizeof(float),
                                       cudaMemcpyDeviceToHost, stream_),
                       "cudaMemcpyAsync");
    pyronn::check_cuda(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
    pyronn::write_npy(file, pyronn::view_of(values, output.extents));
  }

  Report const& report_;
  cudaStream_t stream_;
  Stopwatch watch_;
  Problem<Geometry> problem_;
  std::vector<Geometry> geometries_;
  int samples_;
  pyronn::Extents<Rank> volume_extents_;
  pyronn::Extents<Rank> projection_extents_;
};

}  // namespace benchmark
