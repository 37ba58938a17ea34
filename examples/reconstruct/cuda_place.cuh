// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <cuda_runtime_api.h>
#include <sys/mman.h>

#include <pyronn/backend/cpu/executor.hpp>
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

/// Host memory that a device copies from and to at full speed: huge pages, which many threads touch
/// at once, registered with the device.
class RegisteredMemory {
 public:
  explicit RegisteredMemory(std::size_t bytes) : bytes_{bytes} {
    if (bytes == 0) return;
    data_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED) throw std::bad_alloc{};
    static_cast<void>(madvise(data_, bytes, MADV_HUGEPAGE));  // where there are none: small ones
    touch();
    cudaError_t const error = cudaHostRegister(data_, bytes, cudaHostRegisterDefault);
    if (error != cudaSuccess) {
      munmap(data_, bytes);
      pyronn::check_cuda(error, "cudaHostRegister");
    }
  }
  RegisteredMemory(RegisteredMemory&& other) noexcept
      : bytes_{std::exchange(other.bytes_, 0)}, data_{std::exchange(other.data_, nullptr)} {}
  RegisteredMemory& operator=(RegisteredMemory&&) = delete;
  ~RegisteredMemory() {
    if (bytes_ == 0) return;
    static_cast<void>(cudaHostUnregister(data_));
    munmap(data_, bytes_);
  }

  [[nodiscard]] void* data() { return data_; }

 private:
  void touch() {
    constexpr std::int64_t page = 4096;
    auto* const bytes = static_cast<char*>(data_);
    auto const size = static_cast<std::int64_t>(bytes_);
    constexpr int pieces = 64;
    pyronn::CpuExecutor const host;
    host.for_each({pieces, 1, 1}, TouchPages{bytes, size, (size / pieces / page + 1) * page});
  }

  /// An item is a piece of the memory.
  struct TouchPages {
    using Block = pyronn::BlockShape<1, 1, 1>;
    char* bytes;
    std::int64_t size;
    std::int64_t piece;

    void operator()(pyronn::Vec<int, 3> item) const {
      std::int64_t const end = std::min(size, (item[0] + 1) * piece);
      for (std::int64_t i = item[0] * piece; i < end; i += 4096) bytes[i] = 0;
    }
  };

  std::size_t bytes_;
  void* data_ = nullptr;
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

  using HostMemory = RegisteredMemory;

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
