// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Streams for copies, and what they copy.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>

namespace pyronn::detail {

/// A stream of its own, of the device that was current when it was made. Waits when it goes.
class CopyStream {
 public:
  CopyStream() {
    check_cuda(cudaGetDevice(&device_), "cudaGetDevice");
    check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
  }
  CopyStream(CopyStream const&) = delete;
  CopyStream& operator=(CopyStream const&) = delete;
  ~CopyStream() {
    static_cast<void>(cudaStreamSynchronize(stream_));
    static_cast<void>(cudaStreamDestroy(stream_));
  }

  /// The stream, in a thread that may be any.
  [[nodiscard]] cudaStream_t get() const { return stream_; }
  /// The calling thread works on the stream's device from here on.
  void set_device() const { check_cuda(cudaSetDevice(device_), "cudaSetDevice"); }
  /// Returns when its work is done.
  void wait() const { check_cuda(cudaStreamSynchronize(stream_), "cudaStreamSynchronize"); }

 private:
  int device_ = 0;
  cudaStream_t stream_ = nullptr;
};

/// Whether a device copies from and to this memory at full speed: all of it is page-locked.
inline bool is_page_locked(void const* memory, std::size_t bytes) {
  auto const is_locked = [](void const* address) {
    cudaPointerAttributes attributes{};
    check_cuda(cudaPointerGetAttributes(&attributes, address), "cudaPointerGetAttributes");
    return attributes.type != cudaMemoryTypeUnregistered;
  };
  return bytes > 0 && is_locked(memory) &&
         is_locked(static_cast<std::byte const*>(memory) + (bytes - 1));
}

/// `planes` times `bytes` of memory, from plane to plane as many bytes on as the pitches say.
struct PlaneCopy {
  void* to;
  std::size_t to_pitch;
  void const* from;
  std::size_t from_pitch;
  std::size_t bytes;
  std::size_t planes;

  void queue(cudaMemcpyKind kind, cudaStream_t stream) const {
    constexpr std::size_t most_pitch = (std::size_t{1} << 31) - 1;  // cudaDevAttrMaxPitch
    if (planes == 1 || (to_pitch == bytes && from_pitch == bytes)) {
      check_cuda(cudaMemcpyAsync(to, from, bytes * planes, kind, stream), "cudaMemcpyAsync");
    } else if (to_pitch <= most_pitch && from_pitch <= most_pitch) {
      check_cuda(cudaMemcpy2DAsync(to, to_pitch, from, from_pitch, bytes, planes, kind, stream),
                 "cudaMemcpy2DAsync");
    } else {
      for (std::size_t plane = 0; plane < planes; ++plane) {
        check_cuda(cudaMemcpyAsync(static_cast<std::byte*>(to) + plane * to_pitch,
                                   static_cast<std::byte const*>(from) + plane * from_pitch, bytes,
                                   kind, stream),
                   "cudaMemcpyAsync");
      }
    }
  }
};

}  // namespace pyronn::detail
