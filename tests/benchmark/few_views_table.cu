// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// On a CUDA device.
#include <cuda_runtime.h>

#include <pyronn/cuda.cuh>

#include "few_views_table.hpp"

int main(int count, char** arguments) {
  cudaStream_t stream = nullptr;
  pyronn::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
                     "cudaStreamCreateWithFlags");
  int const status = benchmark::run_few_views_table(pyronn::CudaExecutor{stream}, count, arguments);
  pyronn::check_cuda(cudaStreamDestroy(stream), "cudaStreamDestroy");
  return status;
}
