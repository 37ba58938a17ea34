// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DeviceMemoryResource: where device memory comes from.
#include <cstddef>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/core/error.hpp>

namespace pyronn {

/// Where the device memory of a CudaExecutor comes from. A class that derives from it plugs in a
/// framework's allocator or a buffer of its own; both functions are stream-ordered and should not
/// synchronise. Executors hold a pointer to the resource, and every Workspace and Buffer holds a
/// copy of its executor and gives memory back when it is destroyed: the resource must outlive all
/// of them. It is called from whichever thread makes, destroys or uses these objects.
class DeviceMemoryResource {
 public:
  DeviceMemoryResource() = default;
  DeviceMemoryResource(DeviceMemoryResource const&) = delete;
  DeviceMemoryResource& operator=(DeviceMemoryResource const&) = delete;
  virtual ~DeviceMemoryResource() = default;

  /// Memory aligned to 512 bytes, which textures need. Throws OutOfMemory, whose message has the
  /// bytes that were asked for.
  virtual void* allocate(std::size_t bytes, cudaStream_t stream) = 0;
  /// Gives back memory that `allocate` returned for as many bytes; it may be reused once the work
  /// that is queued on the stream by then is done.
  virtual void deallocate(void* memory, std::size_t bytes, cudaStream_t stream) noexcept = 0;
};

/// Memory of cudaMallocAsync, from the default pool of the current device.
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
    check_cuda(code, "cudaMallocAsync");
    return memory;
  }

  /// Calls cudaFreeAsync.
  void deallocate(void* memory, std::size_t, cudaStream_t stream) noexcept override {
    static_cast<void>(cudaFreeAsync(memory, stream));
  }
};

/// The resource of executors that are given none: an AsyncMemoryResource that lives as long as the
/// program.
inline DeviceMemoryResource& default_memory_resource() {
  static AsyncMemoryResource resource;
  return resource;
}

}  // namespace pyronn
