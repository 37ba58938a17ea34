// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <vector>

#include <cuda_runtime_api.h>

#include <pyronn/cuda.cuh>

#include "backend.hpp"
#include "cuda_place.cuh"
#include "pipeline.hpp"
#include "several_places.hpp"

namespace example {

int cuda_device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  static_cast<void>(cudaGetLastError());
  return 0;
}

Device cuda_device(int number) {
  cudaDeviceProp properties{};
  std::size_t free_bytes = 0;
  std::size_t all_bytes = 0;
  if (cudaSetDevice(number) != cudaSuccess ||
      cudaGetDeviceProperties(&properties, number) != cudaSuccess ||
      cudaMemGetInfo(&free_bytes, &all_bytes) != cudaSuccess) {
    static_cast<void>(cudaGetLastError());
    return {};
  }
  return {number, properties.name, free_bytes};
}

void use_cuda_device(Device const& device) {
  pyronn::check_cuda(cudaSetDevice(device.number), "cudaSetDevice");
}

Cost reconstruct_on_cuda(Job const& job, std::vector<Device> const& devices) {
  return reconstruct_on_places(job, [&](int place, Job const& part) {
    use_cuda_device(devices[static_cast<std::size_t>(place)]);
    CountedMemory memory;
    Stream const stream;
    CudaPlace at_device{pyronn::CudaExecutor{stream.get(), memory}};
    Cost cost = reconstruct_at(at_device, part);
    cost.device_peak_bytes = memory.peak();
    return cost;
  });
}

}  // namespace example
