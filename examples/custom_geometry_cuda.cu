// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// A scanner of one's own inside CUDA kernels, which need nothing but its struct.
#include <cstddef>
#include <cstdio>

#include <cuda_runtime_api.h>

#include <pyronn/cuda.cuh>

#include "custom_geometry/check.hpp"

/// Memory that host and device both read, so that the check can look at the results.
class ManagedMemory : public pyronn::DeviceMemoryResource {
 public:
  void* allocate(std::size_t bytes, cudaStream_t) override {
    void* memory = nullptr;
    pyronn::check_cuda(cudaMallocManaged(&memory, bytes), "cudaMallocManaged");
    return memory;
  }
  void deallocate(void* memory, std::size_t, cudaStream_t stream) noexcept override {
    static_cast<void>(cudaStreamSynchronize(stream));
    static_cast<void>(cudaFree(memory));
  }
};

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("there is no CUDA device: skipped\n");
    return 77;
  }
  std::printf("curved cone beam on a CUDA device\n");
  cudaStream_t stream = nullptr;
  pyronn::check_cuda(cudaStreamCreate(&stream), "cudaStreamCreate");
  bool good = false;
  {
    ManagedMemory memory;
    pyronn::CudaExecutor const executor{stream, memory};
    CurvedConeBeamCheck const check{
        executor,
        [stream] { pyronn::check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize"); }};
    good = check();
  }
  static_cast<void>(cudaStreamDestroy(stream));
  return good ? 0 : 1;
}
