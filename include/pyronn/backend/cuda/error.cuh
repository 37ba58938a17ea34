// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CudaError: how failed CUDA calls are reported.
#include <stdexcept>

#include <cuda_runtime_api.h>

#include <pyronn/core/error.hpp>

namespace pyronn {

/// Thrown for a CUDA call that failed; the message names the call and CUDA's reason. Launches
/// before the failed one may have written part of the result. Errors of kernels that are already
/// queued are reported by CUDA at some later call.
class CudaError : public std::runtime_error {
 public:
  /// `call` is the name of the function that failed with `code`.
  CudaError(cudaError_t code, char const* call)
      : std::runtime_error{detail::message("pyronn: ", call, " failed: ", cudaGetErrorName(code),
                                           ", ", cudaGetErrorString(code))},
        code_{code} {}

  /// CUDA's code of the error.
  [[nodiscard]] cudaError_t code() const { return code_; }

 private:
  cudaError_t code_;
};

/// Throws OutOfMemory where device memory is exhausted and CudaError for other errors, and clears
/// CUDA's last error.
inline void check_cuda(cudaError_t code, char const* call) {
  if (code == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());
  if (code == cudaErrorMemoryAllocation) {
    throw OutOfMemory(detail::message("pyronn: ", call, " failed: the device is out of memory"));
  }
  throw CudaError(code, call);
}

}  // namespace pyronn
