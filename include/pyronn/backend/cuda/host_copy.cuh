// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Copies between a device's memory and the host's.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/host_copy.hpp>

namespace pyronn::detail {

template <>
struct HostCopy<CudaBackend> {
  template <class Executor, class T>
  static void to_host(Executor const& executor, T const* from, std::size_t count, T* to) {
    copy(executor, from, count, to, cudaMemcpyDeviceToHost);
  }
  template <class Executor, class T>
  static void from_host(Executor const& executor, T const* from, std::size_t count, T* to) {
    copy(executor, from, count, to, cudaMemcpyHostToDevice);
  }

 private:
  template <class Executor, class T>
  static void copy(Executor const& executor, T const* from, std::size_t count, T* to,
                   cudaMemcpyKind kind) {
    check_cuda(cudaMemcpyAsync(to, from, count * sizeof(T), kind, executor.stream()),
               "cudaMemcpyAsync");
    check_cuda(cudaStreamSynchronize(executor.stream()), "cudaStreamSynchronize");
  }
};

}  // namespace pyronn::detail
