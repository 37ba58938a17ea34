// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Executors of threads, one each. After support/backends.hpp.

namespace test {

#if defined(__CUDACC__)
/// Makes a device current, by any number.
inline void use_device(int number) {
  int devices = 0;
  pyronn::check_cuda(cudaGetDeviceCount(&devices), "cudaGetDeviceCount");
  pyronn::check_cuda(cudaSetDevice(number % devices), "cudaSetDevice");
}
/// On a stream of its own of the current device.
class OwnExecutor {
 public:
  OwnExecutor() {
    pyronn::check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking),
                       "cudaStreamCreateWithFlags");
  }
  OwnExecutor(OwnExecutor const&) = delete;
  OwnExecutor& operator=(OwnExecutor const&) = delete;
  ~OwnExecutor() {
    static_cast<void>(cudaStreamSynchronize(stream_));
    static_cast<void>(cudaStreamDestroy(stream_));
  }

  [[nodiscard]] Executor get() const { return Executor{stream_}; }
  /// Until its work is done.
  void wait() const { pyronn::check_cuda(cudaStreamSynchronize(stream_), "cudaStreamSynchronize"); }

 private:
  cudaStream_t stream_ = nullptr;
};
#else
inline void use_device(int) {}
/// On one core.
class OwnExecutor {
 public:
  [[nodiscard]] Executor get() const { return Executor{1}; }
  void wait() const {}
};
#endif

}  // namespace test
