// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The source of SliceSource for TextureInterp: stacks of slices.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/backend/cuda/detail/texture/images.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/sample_source.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/model/detail/tiling.hpp>

namespace pyronn::detail {

/// Slices that are read by the texture unit.
struct TextureSlices {
  TextureImages images;

  template <int Dimension>
  [[nodiscard]] __device__ auto slice(int n) const {
    if constexpr (Dimension == 2) {
      return TextureLine{images.image(n)};
    } else {
      return images.image(n);
    }
  }
};

/// The texture unit serves four neighbouring lanes of a warp at a time, fastest where they read
/// close to each other on the detector: so a warp has two voxels along x and the others along y.
/// The threads of large blocks find in the cache what others have read.
template <>
struct VoxelTiling<TextureInterp, CudaBackend, 3> {
  struct Block : BlockShape<32, 16, 1> {
    static constexpr int warp_x = 2;
  };
  struct GeneralBlock : BlockShape<16, 16, 1> {
    static constexpr int warp_x = 2;
    static constexpr int min_blocks_per_sm = 3;
  };
  using Tile = VoxelTile<2, 1, 1, 16, Block>;
  using GeneralTile = VoxelTile<2, 1, 1, 12, GeneralBlock>;
  static constexpr bool prefers_special_views = false;
};

}  // namespace pyronn::detail

namespace pyronn {

/// TextureInterp reads slices through textures of the caller's own memory where its alignment
/// allows that, else through textures of a copy in the workspace.
template <>
struct SliceSource<TextureInterp, CudaBackend> : CopySource<InPlaceSlices<TextureInterp>> {
  template <class T, class Executor>
  static std::size_t slice_bytes(Executor const& executor, ArrayView<T const, 4> array) {
    if (is_readable_in_place(executor, array)) return 0;
    return detail::pitch<detail::texel_t<T>>(executor, array.extents[0]) *
           static_cast<std::size_t>(array.extents[1]);
  }

  template <class T, class Executor>
  static int max_slices(Executor const& executor, ArrayView<T const, 4> array) {
    if (!detail::fits_texture<detail::texel_t<T>>(executor, array.extents[0], array.extents[1]))
      return 0;
    return min(array.extents[2], detail::TextureImages::max_images(array.extents[1]));
  }

  template <class T, class Executor>
  static int max_samples(Executor const&, ArrayView<T const, 4> array) {
    int const most = detail::TextureImages::max_images(array.extents[1]) / array.extents[2];
    return min(array.extents[3], most);
  }

  template <class T, class Executor>
  static detail::TextureSlices load(Executor const& executor, ArrayView<T const, 4> array,
                                    Workspace<Executor>& workspace) {
    detail::TextureCache& cache = workspace.cache().textures;
    if (!is_readable_in_place(executor, array)) {
      return detail::TextureSlices{
          detail::copy_to_textures<2>(executor, array, workspace.data(), cache)};
    }
    detail::DeviceImages const images{array.data,
                                      static_cast<int>(sizeof(T)),
                                      array.extents[0],
                                      array.extents[1],
                                      array.extents[2] * array.extents[3],
                                      static_cast<std::size_t>(array.extents[0]) * sizeof(T)};
    return detail::TextureSlices{detail::make_textures(images, cache, executor.stream())};
  }

 private:
  template <class T, class Executor>
  static bool is_readable_in_place(Executor const& executor, ArrayView<T const, 4> array) {
    if (!std::is_same_v<T, detail::texel_t<T>>) return false;
    auto const& limits = executor.texture_limits();
    std::size_t const row_bytes = static_cast<std::size_t>(array.extents[0]) * sizeof(T);
    int const log2 = detail::TextureStack::images_per_texture_log2(array.extents[1]);
    std::size_t const texture_bytes = (row_bytes * static_cast<std::size_t>(array.extents[1]))
                                      << log2;
    auto const images = std::int64_t{array.extents[2]} * array.extents[3];
    bool const is_one_texture = images <= (1 << log2);
    // An array that is read block by block has blocks that begin with any image.
    bool const is_one_block = images <= detail::TextureImages::max_images(array.extents[1]);
    std::size_t const step_bytes = is_one_block ? texture_bytes : texture_bytes >> log2;
    return reinterpret_cast<std::uintptr_t>(array.data) % limits.base_alignment == 0 &&
           row_bytes % limits.pitch_alignment == 0 &&
           (is_one_texture || step_bytes % limits.base_alignment == 0);
  }
};

}  // namespace pyronn
