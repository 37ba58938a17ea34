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

/// Transforms `rows` rows of `length` real samples in place, each in the space of its spectrum,
/// with a work area that the caller gives.
class RowTransforms {
 public:
  RowTransforms(int length, int rows) : length_{length}, rows_{rows} {
    std::size_t forward_bytes = 0;
    std::size_t inverse_bytes = 0;
    check_fft(cufftCreate(&forward_), "cufftCreate");
    try {
      check_fft(cufftCreate(&inverse_), "cufftCreate");
      forward_bytes = make(forward_, CUFFT_R2C, 2 * spectrum_length(), spectrum_length());
      inverse_bytes = make(inverse_, CUFFT_C2R, spectrum_length(), 2 * spectrum_length());
    } catch (...) {
      destroy();
      throw;
    }
    work_bytes_ = forward_bytes > inverse_bytes ? forward_bytes : inverse_bytes;
  }
  ~RowTransforms() { destroy(); }
  RowTransforms(RowTransforms const&) = delete;
  RowTransforms& operator=(RowTransforms const&) = delete;

  [[nodiscard]] int length() const { return length_; }
  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int spectrum_length() const { return length_ / 2 + 1; }
  [[nodiscard]] std::size_t work_bytes() const { return work_bytes_; }

  void forward(float* rows, void* work, cudaStream_t stream) {
    prepare(forward_, work, stream);
    check_fft(cufftExecR2C(forward_, rows, reinterpret_cast<cufftComplex*>(rows)), "cufftExecR2C");
  }
  void inverse(float* rows, void* work, cudaStream_t stream) {
    prepare(inverse_, work, stream);
    check_fft(cufftExecC2R(inverse_, reinterpret_cast<cufftComplex*>(rows), rows), "cufftExecC2R");
  }

 private:
  std::size_t make(cufftHandle plan, cufftType type, int in_distance, int out_distance) {
    std::size_t bytes = 0;
    check_fft(cufftSetAutoAllocation(plan, 0), "cufftSetAutoAllocation");
    check_fft(cufftMakePlanMany(plan, 1, &length_, &in_distance, 1, in_distance, &out_distance, 1,
                                out_distance, type, rows_, &bytes),
              "cufftMakePlanMany");
    return bytes;
  }

  static void prepare(cufftHandle plan, void* work, cudaStream_t stream) {
    check_fft(cufftSetStream(plan, stream), "cufftSetStream");
    check_fft(cufftSetWorkArea(plan, work), "cufftSetWorkArea");
  }

  void destroy() noexcept {
    static_cast<void>(cufftDestroy(forward_));
    static_cast<void>(cufftDestroy(inverse_));
  }

  int length_;
  int rows_;
  std::size_t work_bytes_ = 0;
  cufftHandle forward_ = 0;
  cufftHandle inverse_ = 0;
};

}  // namespace detail
}  // namespace pyronn
