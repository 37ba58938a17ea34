// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>

#include <cuda_runtime.h>

#include <pyronn/core/math.hpp>
#include <pyronn/cuda/executor.cuh>
#include <pyronn/cuda/texture_cache.cuh>
#include <pyronn/interp/linear_slice.hpp>
#include <pyronn/interp/texture_interp.hpp>

namespace pyronn::detail {

/// One image of a stack that shares a texture with its neighbours, read by the texture unit.
struct TextureImage {
  cudaTextureObject_t texture;
  float first_row;  ///< of this image in the texture, plus the half texel at which texel 0 is
  float height;

  [[nodiscard]] __device__ float texel(int a, int b) const {
    return sample(static_cast<float>(a), static_cast<float>(b));
  }

  /// Anywhere; zero from one sample beyond the border on. Rows beyond belong to another image.
  [[nodiscard]] __device__ float sample(float a, float b) const {
    // Without branches, so that many samples are under way at a time.
    float const row = clamp(b, 0.0F, height - 1.0F);
    float const value = TextureInterp::round_weight(1.0F - abs(b - row)) * sample_inside(a, row);
    return b > -1.0F && b < height ? value : 0.0F;
  }

  [[nodiscard]] __device__ SampleBounds inside() const {
    constexpr float anywhere = 1e30F;
    return {-anywhere, anywhere, 0.0F, height - 1.0F};
  }

  /// Where 0 <= b <= height - 1; beyond the first and last column the unit gives zero.
  [[nodiscard]] __device__ float sample_inside(float a, float b) const {
    return tex2D<float>(texture, a + 0.5F, b + first_row);
  }
};

/// An image of one row, where b does not count.
struct TextureLine : TextureImage {
  [[nodiscard]] __device__ float sample(float a, float) const { return sample_inside(a, 0.0F); }
  [[nodiscard]] __device__ float sample_inside(float a, float) const {
    return TextureImage::sample_inside(a, 0.0F);
  }
  [[nodiscard]] __device__ SampleBounds inside() const {
    constexpr float anywhere = 1e30F;
    return {-anywhere, anywhere, -anywhere, anywhere};
  }
};

/// A stack of images as texture objects, which travel in the launch.
struct TextureImages {
  static constexpr int max_textures = 64;

  cudaTextureObject_t texture[max_textures];
  int images_per_texture_log2;
  int height;

  [[nodiscard]] __device__ TextureImage image(int n) const {
    int const within = n & ((1 << images_per_texture_log2) - 1);
    return {texture[n >> images_per_texture_log2], static_cast<float>(within * height) + 0.5F,
            static_cast<float>(height)};
  }

  static int max_images(int height) {
    return max_textures << TextureStack::images_per_texture_log2(height);
  }
};

/// Finds or creates the texture objects of a stack.
inline TextureImages make_textures(ImageStack const& images, TextureCache& cache,
                                   cudaStream_t stream) {
  TextureStack const& stack = cache.get(images, stream);
  TextureImages result{};
  int n = 0;
  for (cudaTextureObject_t const texture : stack.textures()) result.texture[n++] = texture;
  result.images_per_texture_log2 = TextureStack::images_per_texture_log2(images.height);
  result.height = images.height;
  return result;
}

/// Bytes from row to row of a stack in the workspace, such that every texture begins aligned.
inline std::size_t pitch(CudaExecutor const& executor, int width) {
  std::size_t const alignment = executor.texture_limits().base_alignment;
  return (static_cast<std::size_t>(width) * sizeof(float) + (alignment - 1)) / alignment *
         alignment;
}

/// False for images that no texture holds.
inline bool fits_texture(CudaExecutor const& executor, int width, int height) {
  CudaExecutor::TextureLimits const& limits = executor.texture_limits();
  return width <= limits.max_width && height <= limits.max_height &&
         pitch(executor, width) <= limits.max_pitch;
}

}  // namespace pyronn::detail
