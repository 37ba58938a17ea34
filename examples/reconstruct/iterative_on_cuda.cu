// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include <pyronn/cuda.cuh>

#include "backend.hpp"
#include "cuda_place.cuh"
#include "iterative.hpp"

namespace example {

Cost reconstruct_iteratively_on_cuda(Job const& job) {
  CountedMemory memory;
  Stream const stream;
  CudaPlace place{pyronn::CudaExecutor{stream.get(), memory}};
  Cost cost = reconstruct_iteratively_at(place, job, scan_map<pyronn::CudaExecutor>(job));
  cost.device_peak_bytes = memory.peak();
  return cost;
}

std::size_t solver_bytes_on_cuda(IterationTask const& task) {
  Stream const stream;
  return solver_bytes_at(pyronn::CudaExecutor{stream.get()}, task);
}

}  // namespace example
