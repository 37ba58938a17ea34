// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <stdexcept>
#include <vector>

#include <cuda_runtime_api.h>
#include <cufft.h>

#include <pyronn/core/error.hpp>

namespace pyronn {

/// A cuFFT call that failed.
class FftError : public std::runtime_error {
 public:
  FftError(cufftResult code, char const* call)
      : std::runtime_error{
            detail::message("pyronn: ", call, " failed with code ", static_cast<int>(code))} {}
};

namespace detail {

inline void check_fft(cufftResult code, char const* call) {
  if (code == CUFFT_ALLOC_FAILED) {
    throw OutOfMemory(message("pyronn: ", call, " failed: out of memory"));
  }
  if (code != CUFFT_SUCCESS) throw FftError(code, call);
}

/// Transforms `rows` rows of `length` complex numbers in place, with a work area that the caller
/// gives.
class RowTransforms {
 public:
  RowTransforms(int length, int rows) : length_{length}, rows_{rows} {
    check_fft(cufftCreate(&plan_), "cufftCreate");
    try {
      check_fft(cufftSetAutoAllocation(plan_, 0), "cufftSetAutoAllocation");
      check_fft(cufftMakePlanMany(plan_, 1, &length_, nullptr, 1, length_, nullptr, 1, length_,
                                  CUFFT_C2C, rows_, &work_bytes_),
                "cufftMakePlanMany");
    } catch (...) {
      destroy();
      throw;
    }
  }
  ~RowTransforms() { destroy(); }
  RowTransforms(RowTransforms const&) = delete;
  RowTransforms& operator=(RowTransforms const&) = delete;

  [[nodiscard]] int length() const { return length_; }
  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] std::size_t work_bytes() const { return work_bytes_; }

  void forward(float2* rows, void* work, cudaStream_t stream) {
    transform(rows, CUFFT_FORWARD, work, stream);
  }
  /// Times the length.
  void inverse(float2* rows, void* work, cudaStream_t stream) {
    transform(rows, CUFFT_INVERSE, work, stream);
  }

 private:
  void transform(float2* rows, int direction, void* work, cudaStream_t stream) {
    check_fft(cufftSetStream(plan_, stream), "cufftSetStream");
    check_fft(cufftSetWorkArea(plan_, work), "cufftSetWorkArea");
    check_fft(cufftExecC2C(plan_, rows, rows, direction), "cufftExecC2C");
  }

  void destroy() noexcept { static_cast<void>(cufftDestroy(plan_)); }

  int length_;
  int rows_;
  std::size_t work_bytes_ = 0;
  cufftHandle plan_ = 0;
};

}  // namespace detail
}  // namespace pyronn
