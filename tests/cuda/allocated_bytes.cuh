// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What this process holds of a device's memory, whatever others do beside it.
#include <cstdint>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/error.cuh>

namespace test {

/// The bytes that are allocated from the current device's pool, and by graphs, once what the stream
/// was given has been done.
inline std::uint64_t allocated_bytes(cudaStream_t stream) {
  pyronn::check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  int device = 0;
  pyronn::check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  cudaMemPool_t pool = nullptr;
  pyronn::check_cuda(cudaDeviceGetDefaultMemPool(&pool, device), "cudaDeviceGetDefaultMemPool");
  std::uint64_t of_pool = 0;
  pyronn::check_cuda(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &of_pool),
                     "cudaMemPoolGetAttribute");
  std::uint64_t of_graphs = 0;
  pyronn::check_cuda(
      cudaDeviceGetGraphMemAttribute(device, cudaGraphMemAttrUsedMemCurrent, &of_graphs),
      "cudaDeviceGetGraphMemAttribute");
  return of_pool + of_graphs;
}

}  // namespace test
