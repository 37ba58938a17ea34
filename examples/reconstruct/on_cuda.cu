// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include <cuda_runtime_api.h>

#include <pyronn/cuda.cuh>

#include "backend.hpp"
#include "cuda_place.cuh"
#include "pipeline.hpp"

namespace example {

Device cuda_device() {
  int count = 0;
  cudaDeviceProp properties{};
  std::size_t free_bytes = 0;
  std::size_t all_bytes = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0 ||
      cudaGetDeviceProperties(&properties, 0) != cudaSuccess ||
      cudaMemGetInfo(&free_bytes, &all_bytes) != cudaSuccess) {
    static_cast<void>(cudaGetLastError());
    return {};
  }
  return {properties.name, free_bytes};
}

Cost reconstruct_on_cuda(Job const& job) {
  CountedMemory memory;
  Stream const stream;
  CudaPlace place{pyronn::CudaExecutor{stream.get(), memory}};
  Cost cost = reconstruct_at(place, job);
  cost.device_peak_bytes = memory.peak();
  return cost;
}

}  // namespace example
