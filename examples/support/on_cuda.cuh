// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/backend/cuda/executor.cuh>

#include "program.hpp"

namespace example {

using Executor = pyronn::CudaExecutor;

/// On a stream of its own, which other streams do not wait for.
inline Executor const& executor() {
  static cudaStream_t const stream = [] {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
      throw NoDevice{"there is no CUDA device"};
    }
    cudaStream_t result = nullptr;
    pyronn::check_cuda(cudaStreamCreateWithFlags(&result, cudaStreamNonBlocking),
                       "cudaStreamCreateWithFlags");
    return result;
  }();
  static Executor const instance{stream};
  return instance;
}

/// To and from the device, and within either; done when it returns.
template <class T>
void copy(T const* from, T* to, std::size_t count) {
  pyronn::check_cuda(
      cudaMemcpyAsync(to, from, count * sizeof(T), cudaMemcpyDefault, executor().stream()),
      "cudaMemcpyAsync");
  pyronn::check_cuda(cudaStreamSynchronize(executor().stream()), "cudaStreamSynchronize");
}

}  // namespace example
