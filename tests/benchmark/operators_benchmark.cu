// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

// Times the operators on the current CUDA device: whole calls, input and output on the device, the
// workspace reused. Median of five after a first call; random input; the output is poisoned before
// each run. Prints one line a measurement. Arguments: --csv, --filter TEXT.
#include <cstdio>
#include <string>

#include <pyronn/backend/cuda/error.cuh>

#include "cuda/suites.hpp"
#include "report.hpp"

int main(int argc, char** argv) {
  cudaDeviceProp device{};
  if (cudaGetDeviceProperties(&device, 0) != cudaSuccess) {
    std::fprintf(stderr, "there is no CUDA device\n");
    return 1;
  }
  cudaStream_t stream = nullptr;
  pyronn::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
                     "cudaStreamCreateWithFlags");
  benchmark::Report const report{argc, argv};
  report.begin(std::string{device.name} + ", CUDA " + std::to_string(CUDART_VERSION));
  benchmark::time_cones(report, stream);
  benchmark::time_marched_rays(report, stream);
  benchmark::time_half(report, stream);
  benchmark::time_general_views(report, stream);
  benchmark::time_large(report, stream);
  benchmark::time_plane(report, stream);
  return 0;
}
