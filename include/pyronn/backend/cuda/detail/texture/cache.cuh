// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TextureCache: the texture objects that a workspace keeps between calls.
#include <algorithm>
#include <cstddef>
#include <deque>
#include <vector>

#include <cuda_runtime_api.h>

#include <pyronn/backend/cuda/error.cuh>

namespace pyronn::detail {

/// Images of one size that lie one after another in device memory.
struct ImageStack {
  void const* data;
  int texel_bytes;  ///< bytes of a texel, a floating-point number: 2 or 4
  int width;
  int height;
  int count;
  std::size_t row_bytes;

  friend bool operator==(ImageStack const& a, ImageStack const& b) {
    return a.data == b.data && a.texel_bytes == b.texel_bytes && a.width == b.width &&
           a.height == b.height && a.count == b.count && a.row_bytes == b.row_bytes;
  }
};

/// The bilinear texture objects of a stack. Each texture has many images, so that a kernel that
/// goes from image to image seldom changes the texture, which takes far longer than a fetch.
class TextureStack {
 public:
  /// log2 of the number of images in one texture. A texture has at most 16384 rows, so that a row
  /// position in single precision has more fractional bits than the 8 of the texture unit.
  static int images_per_texture_log2(int height) {
    constexpr int max_rows = 16384;
    int log2 = 0;
    while (height <= (max_rows >> (log2 + 1))) ++log2;
    return log2;
  }

  explicit TextureStack(ImageStack const& images)
      : images_{images}, log2_{images_per_texture_log2(images.height)} {
    try {
      for (int n = 0; n < images.count; n += 1 << log2_) textures_.push_back(create(n));
    } catch (...) {
      destroy();
      throw;
    }
  }
  ~TextureStack() { destroy(); }
  TextureStack(TextureStack const&) = delete;
  TextureStack& operator=(TextureStack const&) = delete;

  [[nodiscard]] ImageStack const& images() const { return images_; }
  [[nodiscard]] std::vector<cudaTextureObject_t> const& textures() const { return textures_; }

 private:
  [[nodiscard]] cudaTextureObject_t create(int n) const {
    auto const* const first = static_cast<char const*>(images_.data);
    auto const height = static_cast<std::size_t>(images_.height);
    auto const count = static_cast<std::size_t>(std::min(1 << log2_, images_.count - n));
    cudaResourceDesc resource{};
    resource.resType = cudaResourceTypePitch2D;
    resource.res.pitch2D.devPtr =
        const_cast<char*>(first + static_cast<std::size_t>(n) * height * images_.row_bytes);
    resource.res.pitch2D.desc =
        cudaCreateChannelDesc(8 * images_.texel_bytes, 0, 0, 0, cudaChannelFormatKindFloat);
    resource.res.pitch2D.width = static_cast<std::size_t>(images_.width);
    resource.res.pitch2D.height = count * height;
    resource.res.pitch2D.pitchInBytes = images_.row_bytes;
    cudaTextureDesc texture{};
    for (auto& mode : texture.addressMode) mode = cudaAddressModeBorder;
    texture.filterMode = cudaFilterModeLinear;
    texture.readMode = cudaReadModeElementType;
    cudaTextureObject_t object = 0;
    check_cuda(cudaCreateTextureObject(&object, &resource, &texture, nullptr),
               "cudaCreateTextureObject");
    return object;
  }

  void destroy() noexcept {
    for (cudaTextureObject_t const object : textures_) {
      static_cast<void>(cudaDestroyTextureObject(object));
    }
  }

  ImageStack images_;
  int log2_;
  std::vector<cudaTextureObject_t> textures_;
};

/// The texture objects of the stacks that were read last, so that repeated calls create none.
class TextureCache {
 public:
  TextureCache() = default;
  ~TextureCache() {
    // Queued kernels may still read through these objects.
    if (!stacks_.empty()) static_cast<void>(cudaStreamSynchronize(stream_));
  }
  TextureCache(TextureCache const&) = delete;
  TextureCache& operator=(TextureCache const&) = delete;

  /// Returns the textures of a stack, which it creates where it does not hold them. Where it holds
  /// 64 stacks already it waits for the stream and destroys those of the oldest one.
  TextureStack const& get(ImageStack const& images, cudaStream_t stream) {
    stream_ = stream;
    for (TextureStack const& stack : stacks_) {
      if (stack.images() == images) return stack;
    }
    if (stacks_.size() == capacity) {
      check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
      stacks_.pop_front();
    }
    return stacks_.emplace_back(images);
  }

 private:
  static constexpr std::size_t capacity = 64;

  std::deque<TextureStack> stacks_;
  cudaStream_t stream_ = nullptr;
};

}  // namespace pyronn::detail
