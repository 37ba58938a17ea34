// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Threads of several devices.
#include <string>
#include <vector>

#include <cuda_runtime.h>
#include <nccl.h>

#include <pyronn/backend/cuda/error.cuh>

#include "support/device_threads.cuh"

namespace benchmark {

class Stream {
 public:
  Stream() {
    pyronn::check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream");
  }
  Stream(Stream const&) = delete;
  ~Stream() { static_cast<void>(cudaStreamDestroy(stream_)); }
  [[nodiscard]] cudaStream_t get() const { return stream_; }
  void wait() const { pyronn::check_cuda(cudaStreamSynchronize(stream_), "a wait"); }

 private:
  cudaStream_t stream_ = nullptr;
};

using test::on_devices;

/// Ranks, and what they work together by.
struct Group {
  std::string kind;
  int ranks;
  std::vector<ncclComm_t> comms;
};

}  // namespace benchmark
