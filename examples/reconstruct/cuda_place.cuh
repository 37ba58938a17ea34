// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/page_locked_memory.cuh>
#include <pyronn/cuda.cuh>

namespace example {

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
    pyronn::check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking),
                       "cudaStreamCreate");
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
  pyronn::CudaExecutor executor;

  void synchronise() {
    pyronn::check_cuda(cudaStreamSynchronize(executor.stream()), "cudaStreamSynchronize");
  }

  void copy(void* to, void const* from, std::size_t bytes, cudaMemcpyKind kind) {
    pyronn::check_cuda(cudaMemcpyAsync(to, from, bytes, kind, executor.stream()),
                       "cudaMemcpyAsync");
  }

  using HostMemory = pyronn::PageLockedMemory;

  class Input {
   public:
    Input(CudaPlace& place, std::size_t bytes)
        : place_{place}, memory_{place.executor, bytes / sizeof(float) + 1} {}

    template <class T, int Rank>
    pyronn::ArrayView<T const, Rank> load(pyronn::ArrayView<T const, Rank> host) {
      auto const bytes = static_cast<std::size_t>(host.count()) * sizeof(T);
      place_.copy(memory_.data(), host.data, bytes, cudaMemcpyHostToDevice);
      void* const device = memory_.data();
      return {static_cast<T const*>(device), host.extents};
    }

   private:
    CudaPlace& place_;
    pyronn::Buffer<float, pyronn::CudaExecutor> memory_;
  };

  class Output {
   public:
    Output(CudaPlace& place, std::size_t count) : place_{place}, memory_{place.executor, count} {}

    [[nodiscard]] pyronn::VolumeView<float> view(pyronn::VolumeView<float> host) {
      return memory_.view(host.extents);
    }

    void finish(pyronn::VolumeView<float> host) {
      auto const bytes = static_cast<std::size_t>(host.count()) * sizeof(float);
      place_.copy(host.data, memory_.data(), bytes, cudaMemcpyDeviceToHost);
      place_.synchronise();
    }

   private:
    CudaPlace& place_;
    pyronn::Buffer<float, pyronn::CudaExecutor> memory_;
  };
};

}  // namespace example
