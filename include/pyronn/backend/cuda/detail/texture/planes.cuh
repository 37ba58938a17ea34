// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The source of PlaneSource for TextureInterp: volumes as stacks of planes.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/backend/cuda/detail/texture/images.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/sample_source.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/model/detail/tiling.hpp>

namespace pyronn::detail {

/// Consecutive planes of a volume, perpendicular to one axis, in one texture.
struct TexturePlaneGroup {
  cudaTextureObject_t texture;
  float offset;  ///< row 0 of plane 0 in the texture, plus 0.5, the centre of texel 0
  float height;  ///< rows of a plane
  int first;     ///< the first plane
  int end;       ///< one past the last plane

  [[nodiscard]] __device__ float texel(int a, int b, int k) const {
    return sample(static_cast<float>(a), static_cast<float>(b), k);
  }
  [[nodiscard]] __device__ float sample(float a, float b, int k) const {
    float const first_row = offset + static_cast<float>(k) * height - TextureImage::shift;
    return TextureImage{texture, first_row, height}.sample(a, b);
  }

  /// Reads the planes along a ray, which crosses plane k at base + k * slope. Rows of all four
  /// samples must exist.
  struct Line {
    cudaTextureObject_t texture;
    float base[2];
    float slope[2];

    [[nodiscard]] __device__ float sample(int k) const {
      auto const n = static_cast<float>(k);
      return tex2D<float>(texture, base[0] + n * slope[0], base[1] + n * slope[1]);
    }
  };
  [[nodiscard]] __device__ Line line(float const (&base)[2], float const (&slope)[2]) const {
    return {texture, {base[0] + 0.5F, base[1] + offset}, {slope[0], slope[1] + height}};
  }
};

/// The planes of volumes perpendicular to each of the three axes, each read by one bilinear fetch.
struct TexturePlanes {
  TextureImages across[3];
  Extents<3> size;

  /// Number of groups of planes of a sample that have one texture. All threads of a warp should go
  /// through the groups together: textures that differ within a warp take longer than many fetches.
  template <int Axis>
  [[nodiscard]] __device__ int plane_groups(int sample) const {
    int const log2 = across[Axis].images_per_texture_log2;
    int const first = sample * size[Axis];
    return ((first + size[Axis] - 1) >> log2) - (first >> log2) + 1;
  }

  template <int Dimension, int Axis>
  [[nodiscard]] __device__ TexturePlaneGroup planes(int sample, int group) const {
    TextureImages const& images = across[Axis];
    int const log2 = images.images_per_texture_log2;
    int const first = sample * size[Axis];
    int const n = (first >> log2) + group;
    int const before = (n << log2) - first;  // planes of the sample in textures before
    return {images.texture[n], 0.5F - static_cast<float>(before * images.height),
            static_cast<float>(images.height), max(before, 0),
            min(before + (1 << log2), size[Axis])};
  }
};

/// Blocks of neighbouring views of the same pixels run together, so that the L2 cache serves all of
/// them.
template <>
struct PixelTiling<TextureInterp, CudaBackend, 3> {
  struct Block : BlockShape<16, 16, 1> {
    static constexpr int warp_x = 8;
    static constexpr int min_blocks_per_sm = 6;
    static constexpr int z_swizzle = 24;
  };
  static constexpr bool staggers = false;
};

template <>
struct PixelTiling<TextureInterp, CudaBackend, 2> {
  struct Block : BlockShape<128, 1, 1> {
    static constexpr int z_swizzle = 8;
  };
  static constexpr bool staggers = false;
};

}  // namespace pyronn::detail

namespace pyronn {

/// TextureInterp reads volumes from three copies in the workspace, one for each main axis of a ray:
/// a sample is one bilinear fetch, where a 3D texture would need two.
template <>
struct PlaneSource<TextureInterp, CudaBackend> : CopySource<InPlacePlanes<TextureInterp>> {
  static constexpr int load_launches = 3;

  template <class T, class Executor>
  static std::size_t slice_bytes(Executor const& executor, ArrayView<T const, 4> array) {
    return bytes<0, T>(executor, array.extents) + bytes<1, T>(executor, array.extents) +
           bytes<2, T>(executor, array.extents);
  }

  template <class T, class Executor>
  static int max_slices(Executor const& executor, ArrayView<T const, 4> array) {
    Extents<4> const size = array.extents;
    if (!detail::fits_texture<detail::texel_t<T>>(executor, size[0], size[1]) ||
        !detail::fits_texture<detail::texel_t<T>>(executor, max(size[0], size[1]), 1)) {
      return 0;
    }
    // Planes across x and y have a row for each slice; all must fit into the textures of a launch.
    int slices = min(size[2], min(detail::TextureImages::max_images(size[1]),
                                  executor.texture_limits().max_height));
    while (slices > 1 && max(size[0], size[1]) > detail::TextureImages::max_images(slices)) {
      --slices;
    }
    return slices;
  }

  template <class T, class Executor>
  static int max_samples(Executor const& executor, ArrayView<T const, 4> array) {
    Extents<4> const size = array.extents;
    if (max_slices(executor, array) < size[2]) return 0;
    int const across_x = detail::TextureImages::max_images(size[2]) / size[0];
    int const across_y = detail::TextureImages::max_images(size[2]) / size[1];
    int const across_z = detail::TextureImages::max_images(size[1]) / size[2];
    return min(size[3], min(across_x, min(across_y, across_z)));
  }

  template <class T, class Executor>
  static detail::TexturePlanes load(Executor const& executor, ArrayView<T const, 4> array,
                                    Workspace<Executor>& workspace) {
    auto const slices =
        static_cast<std::size_t>(array.extents[2]) * static_cast<std::size_t>(array.extents[3]);
    std::byte* const x_planes = workspace.data();
    std::byte* const y_planes = x_planes + slices * bytes<0, T>(executor, array.extents);
    std::byte* const z_planes = y_planes + slices * bytes<1, T>(executor, array.extents);
    return {{copy<0>(executor, array, x_planes, workspace),
             copy<1>(executor, array, y_planes, workspace),
             copy<2>(executor, array, z_planes, workspace)},
            {array.extents[0], array.extents[1], array.extents[2]}};
  }

 private:
  /// Workspace that one z slice takes in the planes across `Axis`.
  template <int Axis, class T, class Executor>
  static std::size_t bytes(Executor const& executor, Extents<4> size) {
    return detail::pitch<detail::texel_t<T>>(executor, size[Axis == 0 ? 1 : 0]) *
           static_cast<std::size_t>(size[Axis == 0 ? 0 : 1]);
  }

  template <int Axis, class T, class Executor>
  static detail::TextureImages copy(Executor const& executor, ArrayView<T const, 4> array,
                                    std::byte* target, Workspace<Executor>& workspace) {
    return detail::copy_to_textures<Axis>(executor, array, target, workspace.cache().textures);
  }
};

}  // namespace pyronn
