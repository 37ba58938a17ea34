// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What copies of an NcclCommunicator share: a stream, memory for short messages, and a watchdog.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>

#include <cuda_runtime_api.h>
#include <nccl.h>
#include <unistd.h>

#include <pyronn/backend/cuda/error.cuh>
#include <pyronn/core/error.hpp>
#include <pyronn/distributed/detail/failure.hpp>
#include <pyronn/distributed/nccl_options.hpp>

namespace pyronn::detail {

/// Where a rank is: a device of a process.
struct RankPlace {
  char host[64];
  std::int64_t process;
  int device;

  static RankPlace here() {
    RankPlace place{};
    static_cast<void>(gethostname(place.host, sizeof(place.host) - 1));
    place.process = getpid();
    check_cuda(cudaGetDevice(&place.device), "cudaGetDevice");
    return place;
  }
  [[nodiscard]] bool shares_process_with(RankPlace const& other) const {
    return process == other.process && std::strcmp(host, other.host) == 0;
  }
};

class NcclState {
 public:
  /// Of short messages.
  static constexpr std::size_t buffer_bytes = std::size_t{64} << 10;

  NcclState(ncclComm_t comm, NcclOptions const& options) : comm_{comm}, options_{options} {
    expects(comm != nullptr, "NcclCommunicator: the ncclComm_t is a null pointer");
    int device = -1;
    check_usage(ncclCommUserRank(comm, &rank_), "ncclCommUserRank");
    check_usage(ncclCommCount(comm, &size_), "ncclCommCount");
    check_usage(ncclCommCuDevice(comm, &device), "ncclCommCuDevice");
    int current = -1;
    check_cuda(cudaGetDevice(&current), "cudaGetDevice");
    expects(device == current, "NcclCommunicator: the ncclComm_t's device ", device,
            " must be current, not device ", current, "; call cudaSetDevice before");
    int least = 0;
    int greatest = 0;
    check_cuda(cudaDeviceGetStreamPriorityRange(&least, &greatest),
               "cudaDeviceGetStreamPriorityRange");
    try {
      check_cuda(cudaStreamCreateWithPriority(&stream_, cudaStreamNonBlocking, greatest),
                 "cudaStreamCreateWithPriority");
      for (cudaEvent_t& event : events_) {
        check_cuda(cudaEventCreateWithFlags(&event, cudaEventDisableTiming),
                   "cudaEventCreateWithFlags");
      }
      check_cuda(cudaMallocAsync(&device_memory_, buffer_bytes, stream_), "cudaMallocAsync");
      check_cuda(cudaHostAlloc(&host_memory_, buffer_bytes, cudaHostAllocDefault), "cudaHostAlloc");
      check_cuda(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
    } catch (...) {
      release();
      throw;
    }
  }
  NcclState(NcclState const&) = delete;
  NcclState& operator=(NcclState const&) = delete;
  ~NcclState() { release(); }

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] cudaStream_t stream() const { return stream_; }
  /// Of short messages.
  [[nodiscard]] void* device_memory() const { return device_memory_; }

  /// That this process has another device of the communicator, too.
  void note_other_device() { has_other_devices_ = true; }

  /// Queues what `call(comm, stream)` does. The host is at most so many of these ahead of the
  /// device that it can still count the time of each.
  template <class Call>
  void queue(char const* what, Call const& call) {
    check_alive(what);
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    check(cudaStreamIsCapturing(stream_, &status), what);
    bool const runs_now = status == cudaStreamCaptureStatusNone;
    if (runs_now && pending_ == most_pending) await_first(what);
    if (!runs_now && has_other_devices_) expect_relaxed_capture();
    check(call(comm_, stream_), what);
    if (!runs_now) return;
    check(cudaEventRecord(events_[(first_ + pending_) % most_pending], stream_), what);
    ++pending_;
  }

  /// Waits until all that is queued is done, of which nothing may take longer than the limit.
  void drain(char const* what = "an exchange") {
    while (pending_ > 0) await_first(what);
  }

  /// What a collective call begins with, and where in its memory the result comes to.
  struct Ends {
    void const* in;
    std::size_t in_bytes;
    void* out;
    std::size_t out_bytes;
    std::size_t out_first;
  };
  /// Calls `call(device's memory, comm, stream)`, and waits.
  template <class Call>
  void collective(char const* what, Ends const& ends, Call const& call) {
    drain();
    std::memcpy(host_memory_, ends.in, ends.in_bytes);
    queue(what, [&](ncclComm_t comm, cudaStream_t stream) {
      auto* const memory = static_cast<std::byte*>(device_memory_);
      check(cudaMemcpyAsync(memory, host_memory_, ends.in_bytes, cudaMemcpyHostToDevice, stream),
            what);
      check(call(memory, comm, stream), what);
      check(cudaMemcpyAsync(host_memory_, memory + ends.out_first, ends.out_bytes,
                            cudaMemcpyDeviceToHost, stream),
            what);
      return ncclSuccess;
    });
    drain(what);
    std::memcpy(ends.out, host_memory_, ends.out_bytes);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t most_pending = 16;

  static void check_usage(ncclResult_t result, char const* call) {
    expects(result == ncclSuccess, "NcclCommunicator: ", call,
            " failed: ", ncclGetErrorString(result));
  }

  void check_alive(char const* what) const {
    if (!reason_.empty()) throw CommunicationError(message(reason_, " (before ", what, ")"));
  }
  void check(cudaError_t result, char const* what) {
    if (result == cudaSuccess) return;
    static_cast<void>(cudaGetLastError());
    lose(what, cudaGetErrorString(result));
  }
  /// Waits for communicators that do not block.
  void check(ncclResult_t result, char const* what) {
    auto const end = Clock::now() + options_.longest_wait;
    while (result == ncclInProgress) {
      if (ncclCommGetAsyncError(comm_, &result) != ncclSuccess) result = ncclInternalError;
      if (result == ncclInProgress && Clock::now() > end) lose_silent(what);
      std::this_thread::yield();
    }
    if (result != ncclSuccess) lose(what, ncclGetErrorString(result));
  }

  /// NCCL captures in any mode, but where a process has several devices only this one can be ended.
  static void expect_relaxed_capture() {
    // Captures of other threads are not looked at, which may be in any mode.
    cudaStreamCaptureMode mode = cudaStreamCaptureModeThreadLocal;
    check_cuda(cudaThreadExchangeStreamCaptureMode(&mode), "cudaThreadExchangeStreamCaptureMode");
    void* memory = nullptr;
    cudaError_t const result = cudaMalloc(&memory, 1);
    if (result == cudaSuccess) static_cast<void>(cudaFree(memory));
    static_cast<void>(cudaGetLastError());
    check_cuda(cudaThreadExchangeStreamCaptureMode(&mode), "cudaThreadExchangeStreamCaptureMode");
    expects(result != cudaErrorStreamCaptureUnsupported,
            "NcclCommunicator: a process that has several of its devices must capture in "
            "cudaStreamCaptureModeRelaxed; this capture was in another mode, and is lost");
  }

  void await_first(char const* what) {
    auto const start = Clock::now();
    for (;;) {
      cudaError_t const status = cudaEventQuery(events_[first_]);
      if (status == cudaSuccess) break;
      if (status != cudaErrorNotReady) check(status, what);
      auto const waited = Clock::now() - start;
      if (waited > options_.longest_wait) lose_silent(what);
      if (waited > std::chrono::milliseconds{1}) {
        ncclResult_t result = ncclSuccess;
        static_cast<void>(ncclCommGetAsyncError(comm_, &result));
        if (result != ncclInProgress) check(result, what);
        std::this_thread::sleep_for(std::chrono::microseconds{20});
      } else {
        std::this_thread::yield();
      }
    }
    first_ = (first_ + 1) % most_pending;
    --pending_;
  }

  [[noreturn]] void lose_silent(char const* what) {
    lose(what,
         message("nothing came from another rank for ", options_.longest_wait.count(), " ms"));
  }
  [[noreturn]] void lose(char const* what, std::string const& why) {
    bool const aborts = options_.lost == LostNcclComm::is_aborted;
    reason_ =
        message("pyronn::NcclCommunicator: rank ", rank_, " of ", size_, ": ", what, ": ", why,
                aborts ? "; the communicator was aborted"
                       : "; the communicator can no longer be used, and is to be aborted");
    if (aborts) {
      static_cast<void>(ncclCommAbort(comm_));
      comm_ = nullptr;
    }
    throw CommunicationError(reason_);
  }

  /// Where ranks are lost without an abort, freeing would wait for them: the memory is given up.
  void release() noexcept {
    bool const hangs = !reason_.empty() && comm_ != nullptr;
    if (device_memory_ != nullptr) static_cast<void>(cudaFreeAsync(device_memory_, stream_));
    for (cudaEvent_t event : events_) {
      if (event != nullptr) static_cast<void>(cudaEventDestroy(event));
    }
    if (stream_ != nullptr) static_cast<void>(cudaStreamDestroy(stream_));
    if (!hangs && host_memory_ != nullptr) static_cast<void>(cudaFreeHost(host_memory_));
  }

  ncclComm_t comm_;
  NcclOptions options_;
  int rank_ = 0;
  int size_ = 1;
  cudaStream_t stream_ = nullptr;
  cudaEvent_t events_[most_pending]{};
  std::size_t first_ = 0;           ///< of the events that are waited for
  std::size_t pending_ = 0;         ///< of them
  bool has_other_devices_ = false;  ///< this process
  void* device_memory_ = nullptr;
  void* host_memory_ = nullptr;
  std::string reason_;  ///< why it can no longer be used
};

}  // namespace pyronn::detail
