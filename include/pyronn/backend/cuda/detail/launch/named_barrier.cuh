// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// NamedBarrier: barriers between some warps of a block. wait_for_block: one that warps reach from
/// different places.
#include <pyronn/backend/cuda/require_cuda.cuh>

namespace pyronn::detail {

/// One of the barriers 1 to 15 of a block; 0 is __syncthreads's. It opens when `threads` have
/// arrived, waiting or not, and can be used anew at once. What was written before an arrival is
/// seen by who waited. All lanes of a warp must call, and all that wait at one place in the code.
/// compute-sanitizer's racecheck does not follow arrive() and reports what it keeps in order.
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

/// __syncthreads for warps that are at different places in the code, which it does not allow. All
/// lanes of a warp must call.
__device__ inline void wait_for_block() {
  __syncwarp();
  asm volatile("barrier.sync 0;" ::: "memory");
}

}  // namespace pyronn::detail
