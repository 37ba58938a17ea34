// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a device reaches the memory of another one.
#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>

namespace pyronn::detail {

/// Lets the current device reach the memory of another one, that of its default pool included, if
/// the machine can.
inline void reach_memory_of(int owner) {
  int guest = 0;
  check_cuda(cudaGetDevice(&guest), "cudaGetDevice");
  if (owner == guest) return;
  int is_possible = 0;
  check_cuda(cudaDeviceCanAccessPeer(&is_possible, guest, owner), "cudaDeviceCanAccessPeer");
  if (is_possible == 0) return;
  cudaError_t const code = cudaDeviceEnablePeerAccess(owner, 0);
  if (code == cudaErrorPeerAccessAlreadyEnabled) {
    static_cast<void>(cudaGetLastError());
  } else {
    check_cuda(code, "cudaDeviceEnablePeerAccess");
  }
  cudaMemPool_t pool = nullptr;
  check_cuda(cudaDeviceGetDefaultMemPool(&pool, owner), "cudaDeviceGetDefaultMemPool");
  cudaMemAccessDesc access{};
  access.location.type = cudaMemLocationTypeDevice;
  access.location.id = guest;
  access.flags = cudaMemAccessFlagsProtReadWrite;
  check_cuda(cudaMemPoolSetAccess(pool, &access, 1), "cudaMemPoolSetAccess");
}

}  // namespace pyronn::detail
