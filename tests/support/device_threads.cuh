// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Threads of several devices.
#include <cstddef>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/distributed/detail/member_threads.hpp>

namespace test {

/// Calls `work(n)` for so many n on a thread each, which share out the devices that there are, and
/// throws what was thrown first.
template <class Work>
void on_devices(int count, Work const& work) {
  int devices = 0;
  pyronn::check_cuda(cudaGetDeviceCount(&devices), "cudaGetDeviceCount");
  pyronn::detail::run_members(static_cast<std::size_t>(count), [&](std::size_t n, auto const&) {
    int const number = static_cast<int>(n);
    pyronn::check_cuda(cudaSetDevice(number % devices), "cudaSetDevice");
    work(number);
  });
}

}  // namespace test
