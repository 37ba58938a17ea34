// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Owners of what CUDA hands out.
#include <cstddef>

#include <cuda_runtime.h>

#include <pyronn/cuda.cuh>

namespace test {

inline void check(cudaError_t code) { pyronn::check_cuda(code, "a call of a test"); }

class Stream {
 public:
  Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~Stream() { static_cast<void>(cudaStreamDestroy(stream_)); }
  Stream(Stream const&) = delete;
  Stream& operator=(Stream const&) = delete;

  [[nodiscard]] cudaStream_t get() const { return stream_; }
  void synchronize() const { check(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

/// What a function queues on a stream.
class Graph {
 public:
  template <class Queue>
  Graph(cudaStream_t stream, Queue const& queue)
      : Graph(stream, cudaStreamCaptureModeGlobal, queue) {}
  template <class Queue>
  Graph(cudaStream_t stream, cudaStreamCaptureMode mode, Queue const& queue) {
    check(cudaStreamBeginCapture(stream, mode));
    cudaGraph_t graph = nullptr;
    try {
      queue();
    } catch (...) {
      static_cast<void>(cudaStreamEndCapture(stream, &graph));
      throw;
    }
    check(cudaStreamEndCapture(stream, &graph));
    check(cudaGraphInstantiate(&graph_, graph, 0));
    check(cudaGraphDestroy(graph));
  }
  ~Graph() { static_cast<void>(cudaGraphExecDestroy(graph_)); }
  Graph(Graph const&) = delete;
  Graph& operator=(Graph const&) = delete;

  void launch(cudaStream_t stream) const { check(cudaGraphLaunch(graph_, stream)); }

 private:
  cudaGraphExec_t graph_ = nullptr;
};

/// All bits set are not a number.
inline void fill_with_nan(pyronn::ArrayView<float, 3> array, cudaStream_t stream) {
  auto const bytes = static_cast<std::size_t>(array.count()) * sizeof(float);
  check(cudaMemsetAsync(array.data, 0xFF, bytes, stream));
}

/// Counts, and can hand out addresses beside the aligned ones.
class CountingResource : public pyronn::DeviceMemoryResource {
 public:
  explicit CountingResource(std::size_t misalign_by = 0) : misalign_by_{misalign_by} {}

  void* allocate(std::size_t bytes, cudaStream_t stream) override {
    auto* const memory = static_cast<std::byte*>(async_.allocate(bytes + misalign_by_, stream));
    in_use_ += bytes;
    allocated_ += bytes;
    return memory + misalign_by_;
  }
  void deallocate(void* memory, std::size_t bytes, cudaStream_t stream) noexcept override {
    in_use_ -= bytes;
    async_.deallocate(static_cast<std::byte*>(memory) - misalign_by_, bytes + misalign_by_, stream);
  }

  [[nodiscard]] std::size_t in_use() const { return in_use_; }
  [[nodiscard]] std::size_t allocated() const { return allocated_; }

 private:
  pyronn::AsyncMemoryResource async_;
  std::size_t misalign_by_;
  std::size_t in_use_ = 0;
  std::size_t allocated_ = 0;
};

}  // namespace test
