// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Executors of several devices.
#include <deque>
#include <vector>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/backend/cuda/executor.cuh>

#include "cuda/streams.cuh"

namespace benchmark {

/// Executors on streams of their own, which share out the devices that there are.
class DeviceExecutors {
 public:
  explicit DeviceExecutors(int count) {
    int devices = 0;
    pyronn::check_cuda(cudaGetDeviceCount(&devices), "cudaGetDeviceCount");
    for (int n = 0; n < count; ++n) {
      pyronn::check_cuda(cudaSetDevice(n % devices), "cudaSetDevice");
      streams_.emplace_back();
      executors_.emplace_back(streams_.back().get());
    }
    pyronn::check_cuda(cudaSetDevice(0), "cudaSetDevice");
  }

  [[nodiscard]] std::vector<pyronn::CudaExecutor> const& get() const { return executors_; }

 private:
  std::deque<test::Stream> streams_;
  std::vector<pyronn::CudaExecutor> executors_;
};

}  // namespace benchmark
