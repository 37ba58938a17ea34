// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include <pyronn/cuda.cuh>

#include "backend.hpp"
#include "pipeline.hpp"

namespace example {
namespace {

using pyronn::check_cuda;

/// Device memory from the usual place, and how much was taken at once.
class CountedMemory : public pyronn::DeviceMemoryResource {
 public:
  void* allocate(std::size_t bytes, cudaStream_t stream) override {
    void* const memory = pyronn::default_memory_resource().allocate(bytes, stream);
    held_ += bytes;
    peak_ = std::max(peak_, held_);
    return memory;
  }
  void deallocate(void* memory, std::size_t bytes, cudaStream_t stream) noexcept override {
    held_ -= bytes;
    pyronn::default_memory_resource().deallocate(memory, bytes, stream);
  }

  [[nodiscard]] std::size_t peak() const { return peak_; }

 private:
  std::size_t held_ = 0;
  std::size_t peak_ = 0;
};

class Stream {
 public:
  Stream() {
    check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
  }
  Stream(Stream const&) = delete;
  Stream& operator=(Stream const&) = delete;
  ~Stream() { static_cast<void>(cudaStreamDestroy(stream_)); }

  [[nodiscard]] cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// A CUDA device, to which the host's arrays are copied.
struct CudaPlace {
  static constexpr int views_per_share = 64;

  pyronn::CudaExecutor executor;

  void synchronise() {
    check_cuda(cudaStreamSynchronize(executor.stream()), "cudaStreamSynchronize");
  }

  template <class T>
  void copy(T* to, T const* from, std::int64_t count, cudaMemcpyKind kind) {
    check_cuda(cudaMemcpyAsync(to, from, static_cast<std::size_t>(count) * sizeof(T), kind,
                               executor.stream()),
               "cudaMemcpyAsync");
  }

  template <class T>
  class Input {
   public:
    Input(CudaPlace& place, std::int64_t count)
        : place_{place}, memory_{place.executor, static_cast<std::size_t>(count)} {}

    template <int Rank>
    pyronn::ArrayView<T const, Rank> load(pyronn::ArrayView<T const, Rank> host) {
      auto const device = memory_.view(host.extents);
      place_.copy(device.data, host.data, host.count(), cudaMemcpyHostToDevice);
      return device;
    }

   private:
    CudaPlace& place_;
    pyronn::Buffer<T, pyronn::CudaExecutor> memory_;
  };

  class Output {
   public:
    Output(CudaPlace& place, pyronn::VolumeView<float> host)
        : place_{place},
          host_{host},
          memory_{place.executor, static_cast<std::size_t>(host.count())} {}

    [[nodiscard]] pyronn::VolumeView<float> view() const { return memory_.view(host_.extents); }

    void finish() {
      place_.copy(host_.data, memory_.data(), host_.count(), cudaMemcpyDeviceToHost);
      place_.synchronise();
    }

   private:
    CudaPlace& place_;
    pyronn::VolumeView<float> host_;
    pyronn::Buffer<float, pyronn::CudaExecutor> memory_;
  };
};

}  // namespace

std::string cuda_device_name() {
  int count = 0;
  cudaDeviceProp properties{};
  if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0 ||
      cudaGetDeviceProperties(&properties, 0) != cudaSuccess) {
    static_cast<void>(cudaGetLastError());
    return "";
  }
  return properties.name;
}

Cost reconstruct_on_cuda(Job const& job, pyronn::VolumeView<float> volume) {
  CountedMemory memory;
  Stream const stream;
  CudaPlace place{pyronn::CudaExecutor{stream.get(), memory}};
  Cost cost = reconstruct_at(place, job, volume);
  cost.device_peak_bytes = memory.peak();
  return cost;
}

}  // namespace example
