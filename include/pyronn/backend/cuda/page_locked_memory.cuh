// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PageLockedMemory: memory of the host that devices copy at full speed.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <algorithm>
#include <cstddef>
#include <thread>
#include <utility>

#include <cuda_runtime_api.h>
#include <sys/mman.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/detail/run_on_threads.hpp>

namespace pyronn {

/// Memory of the host that devices copy from and to at full speed, beside other work: huge pages,
/// zeroed by many threads at once and then registered with CUDA, which takes a tenth of the time of
/// cudaHostAlloc. Its content is 0. Needs an operating system with `mmap`.
class PageLockedMemory {
 public:
  /// 0 bytes take no memory. Throws OutOfMemory and CudaError.
  explicit PageLockedMemory(std::size_t bytes) : bytes_{bytes} {
    if (bytes == 0) return;
    data_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED) {
      throw OutOfMemory(detail::message("pyronn::PageLockedMemory: ", bytes,
                                        " bytes of the host's memory could not be had"));
    }
    static_cast<void>(madvise(data_, bytes, MADV_HUGEPAGE));  // or small ones
    touch();
    cudaError_t const error = cudaHostRegister(data_, bytes, cudaHostRegisterDefault);
    if (error != cudaSuccess) munmap(data_, bytes);
    check_cuda(error, "cudaHostRegister");
  }
  /// Takes the memory over; `other` is left empty.
  PageLockedMemory(PageLockedMemory&& other) noexcept
      : bytes_{std::exchange(other.bytes_, 0)}, data_{std::exchange(other.data_, nullptr)} {}
  PageLockedMemory& operator=(PageLockedMemory&&) = delete;
  /// Copies from and to it must be done.
  ~PageLockedMemory() {
    if (bytes_ == 0) return;
    static_cast<void>(cudaHostUnregister(data_));
    munmap(data_, bytes_);
  }

  /// The first byte; null where there is none.
  [[nodiscard]] void* data() const { return data_; }
  /// How many there are.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  /// A page comes when it is touched.
  void touch() const {
    constexpr std::size_t page = 4096;
    constexpr std::size_t piece = std::size_t{2} << 20;
    auto* const bytes = static_cast<char*>(data_);
    int const threads =
        static_cast<int>(std::min(16U, std::max(1U, std::thread::hardware_concurrency())));
    detail::for_each_on_threads(threads, (bytes_ - 1) / piece + 1, [&](std::size_t n) {
      std::size_t const end = std::min(bytes_, (n + 1) * piece);
      for (std::size_t i = n * piece; i < end; i += page) bytes[i] = 0;
    });
  }

  std::size_t bytes_;
  void* data_ = nullptr;
};

}  // namespace pyronn
