// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// NamedBarrier: barriers between some warps of a block.
#include <pyronn/backend/cuda/require_cuda.cuh>

namespace pyronn::detail {

/// One of the barriers 1 to 15 of a block; 0 is __syncthreads's. It opens when `threads` have
/// arrived, waiting or not, and can be used anew at once. What was written before an arrival is
/// seen by who waited. All lanes of a warp must call.
struct NamedBarrier {
  int number;
  int threads;

  __device__ void wait() const {
    __syncwarp();
    asm volatile("bar.sync %0, %1;" ::"r"(number), "r"(threads) : "memory");
  }
  __device__ void arrive() const {
    __syncwarp();
    asm volatile("bar.arrive %0, %1;" ::"r"(number), "r"(threads) : "memory");
  }
};

}  // namespace pyronn::detail
