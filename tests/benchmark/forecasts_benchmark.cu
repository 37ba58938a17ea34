// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Forecasts of streamed calls on the current CUDA device beside the truth, for sizes that are
// given.
#include <cstdlib>
#include <vector>

#include <pyronn/cuda.cuh>

#include "forecasts.hpp"

int main(int argc, char** argv) {
  std::vector<int> sizes;
  for (int n = 1; n < argc; ++n) sizes.push_back(std::atoi(argv[n]));
  if (sizes.empty()) sizes = {256, 512, 768, 1024};
  cudaStream_t stream = nullptr;
  pyronn::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream");
  benchmark::print_all_forecasts(pyronn::CudaExecutor{stream}, sizes);
  return 0;
}
