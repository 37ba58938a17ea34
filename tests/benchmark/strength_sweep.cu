// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// On a CUDA device.
#include <cuda_runtime.h>

#include <pyronn/cuda.cuh>

#include "strength_sweep.hpp"

int main(int count, char** arguments) {
  cudaStream_t stream = nullptr;
  pyronn::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
                     "cudaStreamCreateWithFlags");
  int const status = benchmark::run_strength_sweep(pyronn::CudaExecutor{stream}, count, arguments);
  pyronn::check_cuda(cudaStreamDestroy(stream), "cudaStreamDestroy");
  return status;
}
