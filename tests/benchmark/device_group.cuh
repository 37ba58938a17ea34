// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Threads of several devices, and what arrays spread over them are filled with.
#include <cstdint>
#include <string>
#include <vector>

#include <cuda_runtime.h>
#include <nccl.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

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

/// Numbers between 0 and 1 that depend on their place in the whole.
struct Numbers {
  using Block = pyronn::BlockShape<128, 1, 1>;
  float* data;
  std::int64_t first;
  pyronn::Extents<3> extents;

  [[nodiscard]] pyronn::Extents<3> items() const { return extents; }
  PYRONN_HOST_DEVICE void operator()(pyronn::Vec<int, 3> item) const {
    std::int64_t const n = (std::int64_t{item[2]} * extents[1] + item[1]) * extents[0] + item[0];
    auto const state = static_cast<std::uint32_t>(n + first) * 2654435761U;
    data[n] = static_cast<float>((state ^ (state >> 15)) >> 8) * 0x1p-24F;
  }
};

}  // namespace benchmark
