// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Executors of one call with memory of a framework, on CUDA devices and on cores.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/executor.cuh>
#include <pyronn/backend/cuda/memory_resource.cuh>
#include <pyronn/core/error.hpp>
#include <pyronn/interop/detail/lent_executors.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// Memory of a framework, which takes it back itself.
class LentMemoryResource : public DeviceMemoryResource {
 public:
  explicit LentMemoryResource(CallMemory& memory) : memory_{&memory} {}
  void* allocate(std::size_t bytes, cudaStream_t) override { return memory_->allocate(bytes); }
  void deallocate(void*, std::size_t, cudaStream_t) noexcept override {}

 private:
  CallMemory* memory_;
};

struct CudaExecutors {
  template <class Work>
  static void with(dlpack::Device device, CallContext const& context, Work const& work) {
    if (device.type == dlpack::Device::cpu) return CpuExecutors::with(device, context, work);
    expects(device.is_cuda(), "CudaExecutors: the tensors are on a device of DLPack's type ",
            device.type, "; it must be the host or CUDA");
    LentMemoryResource memory{*context.memory};
    work(CudaExecutor{static_cast<cudaStream_t>(context.stream), memory});
  }
};

}  // namespace pyronn::detail
