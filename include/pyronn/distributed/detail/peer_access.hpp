// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How a device reaches the memory of another one.
#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>

namespace pyronn::detail {

inline int current_device() {
  int device = 0;
  check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  return device;
}

/// Whether the current device can reach the memory of another one.
inline bool can_reach_memory_of(int owner) {
  int const guest = current_device();
  int is_possible = 0;
  check_cuda(cudaDeviceCanAccessPeer(&is_possible, guest, owner), "cudaDeviceCanAccessPeer");
  return owner == guest || is_possible != 0;
}

/// Lets the current device reach the memory of another one, that of its default pool included, if
/// the machine can.
inline void reach_memory_of(int owner) {
  int const guest = current_device();
  if (owner == guest || !can_reach_memory_of(owner)) return;
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
