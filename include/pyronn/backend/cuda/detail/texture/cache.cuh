// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TextureCache: the texture objects that a workspace keeps between calls.
#include <cstddef>
#include <list>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/detail/texture/retired.cuh>
#include <pyronn/backend/cuda/detail/texture/stack.cuh>
#include <pyronn/backend/cuda/error.cuh>

namespace pyronn::detail {

/// The texture objects of the stacks that were read last, so that repeated calls create none. It
/// never waits.
class TextureCache {
 public:
  TextureCache() = default;
  ~TextureCache() {
    while (!stacks_.empty()) retire_oldest();
  }
  TextureCache(TextureCache const&) = delete;
  TextureCache& operator=(TextureCache const&) = delete;

  /// Returns the textures of a stack, which it creates where it does not hold them, for kernels
  /// that are queued on the stream next. A graph that is being captured from the stream holds them,
  /// too.
  TextureStack const& get(DeviceImages const& images, cudaStream_t stream) {
    stream_ = stream;
    for (TexturesInUse& stack : stacks_) {
      if (stack.textures->images() == images) return used(stack);
    }
    RetiredTextures::instance().sweep();
    if (stacks_.size() == capacity) retire_oldest();
    return used(stacks_.emplace_back(images));
  }

 private:
  static constexpr std::size_t capacity = 64;

  void retire_oldest() noexcept {
    RetiredTextures::instance().retire(stacks_, stacks_.begin(), stream_);
  }

  TextureStack const& used(TexturesInUse& stack) {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    unsigned long long capture = 0;
    cudaGraph_t graph = nullptr;
    check_cuda(cudaStreamGetCaptureInfo(stream_, &status, &capture, &graph),
               "cudaStreamGetCaptureInfo");
    if (status == cudaStreamCaptureStatusNone) {
      stack.is_read_outside_graphs = true;
    } else if (stack.capture != capture) {
      RetiredTextures::instance().keep_for_graph(stack.textures, graph);
      stack.capture = capture;
    }
    return *stack.textures;
  }

  std::list<TexturesInUse> stacks_;
  cudaStream_t stream_ = nullptr;
};

}  // namespace pyronn::detail
