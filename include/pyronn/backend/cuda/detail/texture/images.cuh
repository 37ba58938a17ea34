// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Stacks of images that kernels read by the texture unit.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/backend/cuda/detail/texture/cache.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>
#include <pyronn/interp/texture_interp.hpp>

namespace pyronn::detail {

/// One image of a stack, read by the texture unit; its texture has neighbouring images, too.
struct TextureImage {
  /// Rows are rounded to 1/256, as the unit does it, before this image's place in the texture is
  /// added, which is then exact: so samples are the same in every place. The last bit of a number
  /// is worth that much between -65536 and -32768, where this shift brings the rows of textures
  /// that have several images.
  static constexpr float shift = -49152.0F;

  cudaTextureObject_t texture;
  float first_row;  ///< centre of this image's first row in the texture, less `shift`
  float height;

  [[nodiscard]] __device__ float texel(int a, int b) const {
    return sample(static_cast<float>(a), static_cast<float>(b));
  }

  /// The interpolated value at any position; zero one sample or more beyond the border. The row is
  /// limited to the image, as the texture's next rows belong to another image.
  [[nodiscard]] __device__ float sample(float a, float b) const {
    // There are no branches, so that many samples can be fetched at a time.
    float const row = clamp(b, 0.0F, height - 1.0F);
    float const value = TextureInterp::round_weight(1.0F - abs(b - row)) * sample_inside(a, row);
    return b > -1.0F && b < height ? value : 0.0F;
  }

  [[nodiscard]] __device__ SampleBounds inside() const {
    return {-anywhere, anywhere, 0.0F, height - 1.0F};
  }

  /// The value for 0 <= b <= height - 1 and any a; beyond the first and last column the unit
  /// returns zero.
  [[nodiscard]] __device__ float sample_inside(float a, float b) const {
    return tex2D<float>(texture, a + 0.5F, (b + shift) + first_row);
  }
};

/// An image of one row, where b is ignored.
struct TextureLine : TextureImage {
  [[nodiscard]] __device__ float sample(float a, float) const { return sample_inside(a, 0.0F); }
  [[nodiscard]] __device__ float sample_inside(float a, float) const {
    return TextureImage::sample_inside(a, 0.0F);
  }
  [[nodiscard]] __device__ SampleBounds inside() const {
    return {-anywhere, anywhere, -anywhere, anywhere};
  }
};

/// A stack of images as texture objects, which are passed in a launch's argument.
struct TextureImages {
  static constexpr int max_textures = 64;

  cudaTextureObject_t texture[max_textures];
  int images_per_texture_log2;
  int height;

  [[nodiscard]] __device__ TextureImage image(int n) const {
    int const within = n & ((1 << images_per_texture_log2) - 1);
    return {texture[n >> images_per_texture_log2],
            static_cast<float>(within * height) + (0.5F - TextureImage::shift),
            static_cast<float>(height)};
  }

  static int max_images(int height) {
    return max_textures << TextureStack::images_per_texture_log2(height);
  }
};

/// Finds or creates the texture objects of a stack.
inline TextureImages make_textures(DeviceImages const& images, TextureCache& cache,
                                   cudaStream_t stream) {
  TextureStack const& stack = cache.get(images, stream);
  TextureImages result{};
  int n = 0;
  for (cudaTextureObject_t const texture : stack.textures()) result.texture[n++] = texture;
  result.images_per_texture_log2 = TextureStack::images_per_texture_log2(images.height);
  result.height = images.height;
  return result;
}

/// Bytes from row to row of a stack in the workspace, such that every texture is aligned.
template <class Texel, class Executor>
std::size_t pitch(Executor const& executor, int width) {
  std::size_t const alignment = executor.texture_limits().base_alignment;
  return (static_cast<std::size_t>(width) * sizeof(Texel) + (alignment - 1)) / alignment *
         alignment;
}

/// Copies the planes of volumes perpendicular to one axis, one after another, as images of a
/// texture.
template <int Axis, class T>
struct CopyPlanes {
  /// The shape of blocks that read whole sectors of memory where x is the axis, and write whole
  /// cache lines.
  using Block = BlockShape<32, 1, 8>;

  ArrayView<T const, 4> volumes;
  texel_t<T>* planes;
  std::size_t pitch;  ///< elements from row to row

  [[nodiscard]] Extents<3> items() const {
    Extents<4> const size = volumes.extents;
    return {size[Axis == 0 ? 1 : 0], size[Axis == 2 ? 1 : 2], size[Axis] * size[3]};
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    Vec<int, 3> voxel{};
    int const sample = item[2] / volumes.extents[Axis];
    voxel[Axis] = item[2] - sample * volumes.extents[Axis];
    voxel[Axis == 0 ? 1 : 0] = item[0];
    voxel[Axis == 2 ? 1 : 2] = item[1];
    auto const rows = static_cast<std::size_t>(volumes.extents[Axis == 2 ? 1 : 2]);
    std::size_t const row =
        static_cast<std::size_t>(item[2]) * rows + static_cast<std::size_t>(item[1]);
    planes[row * pitch + static_cast<std::size_t>(item[0])] =
        texel_of<T>(volumes(voxel[0], voxel[1], voxel[2], sample));
  }
};

/// Copies the planes of an array perpendicular to `Axis` to `target`, which must have room for
/// them, and returns textures of the copy.
template <int Axis, class T, class Executor>
TextureImages copy_to_textures(Executor const& executor, ArrayView<T const, 4> array,
                               std::byte* target, TextureCache& cache) {
  using Texel = texel_t<T>;
  auto* const planes = reinterpret_cast<Texel*>(target);
  std::size_t const row_bytes = pitch<Texel>(executor, array.extents[Axis == 0 ? 1 : 0]);
  CopyPlanes<Axis, T> const kernel{array, planes, row_bytes / sizeof(Texel)};
  Extents<3> const items = kernel.items();
  executor.for_each(items, kernel);
  DeviceImages const images{planes,   static_cast<int>(sizeof(Texel)), items[0], items[1], items[2],
                            row_bytes};
  return make_textures(images, cache, executor.stream());
}

/// False for images that are too large for a texture.
template <class Texel, class Executor>
bool fits_texture(Executor const& executor, int width, int height) {
  auto const& limits = executor.texture_limits();
  return width <= limits.max_width && height <= limits.max_height &&
         pitch<Texel>(executor, width) <= limits.max_pitch;
}

}  // namespace pyronn::detail
