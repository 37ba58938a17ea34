// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/core/error.hpp>

namespace pyronn {

/// Where device memory comes from. Derive from it to plug in a framework's allocator or a buffer of
/// your own; both functions are stream-ordered.
class DeviceMemoryResource {
 public:
  DeviceMemoryResource() = default;
  DeviceMemoryResource(DeviceMemoryResource const&) = delete;
  DeviceMemoryResource& operator=(DeviceMemoryResource const&) = delete;
  virtual ~DeviceMemoryResource() = default;

  /// Memory aligned to 512 bytes, as textures ask. Throws OutOfMemory with the bytes asked for.
  virtual void* allocate(std::size_t bytes, cudaStream_t stream) = 0;
  /// Gives back what `allocate` returned for as many bytes, once the work queued on the stream is
  /// done.
  virtual void deallocate(void* memory, std::size_t bytes, cudaStream_t stream) noexcept = 0;
};

/// cudaMallocAsync from the device's default pool.
class AsyncMemoryResource : public DeviceMemoryResource {
 public:
  void* allocate(std::size_t bytes, cudaStream_t stream) override {
    void* memory = nullptr;
    cudaError_t const code = cudaMallocAsync(&memory, bytes, stream);
    if (code == cudaErrorMemoryAllocation) {
      static_cast<void>(cudaGetLastError());
      throw OutOfMemory(
          detail::message("pyronn: ", bytes, " bytes of device memory could not be had"));
    }
    detail::check_cuda(code, "cudaMallocAsync");
    return memory;
  }

  /// cudaFreeAsync.
  void deallocate(void* memory, std::size_t, cudaStream_t stream) noexcept override {
    static_cast<void>(cudaFreeAsync(memory, stream));
  }
};

/// The resource of executors that are given none.
inline DeviceMemoryResource& default_memory_resource() {
  static AsyncMemoryResource resource;
  return resource;
}

}  // namespace pyronn
