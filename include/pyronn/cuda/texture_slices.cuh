// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>

#include <cuda_runtime.h>

#include <pyronn/core/array_view.hpp>
#include <pyronn/cuda/error.cuh>
#include <pyronn/cuda/executor.cuh>
#include <pyronn/cuda/texture_images.cuh>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/sample_source.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/model/tiling.hpp>

namespace pyronn {

/// Slices read by the texture unit.
struct TextureSlices {
  detail::TextureImages images;

  template <int Dimension>
  [[nodiscard]] __device__ auto slice(int n) const {
    if constexpr (Dimension == 2) {
      return detail::TextureLine{images.image(n)};
    } else {
      return images.image(n);
    }
  }
};

/// The texture unit reads four neighbours of a warp at a time, fastest where they lie close to each
/// other on the detector: pairs along x, and the rest along y. Large blocks share what it caches.
template <>
struct VoxelTiling<TextureInterp, CudaExecutor, 3> {
  struct Block : BlockShape<32, 16, 1> {
    static constexpr int warp_x = 2;
  };
  using Tile = VoxelTile<2, 1, 1, 16, Block>;
  using GeneralTile = Tile;
  static constexpr bool prefers_special_views = false;
};

/// Textures on the caller's own memory where its alignment allows, else on a copy of the slices in
/// the workspace.
template <>
struct SliceSource<TextureInterp, CudaExecutor> {
  using Samples = TextureSlices;
  using InPlace = InPlaceSlices<TextureInterp>;

  static std::size_t slice_bytes(CudaExecutor const& executor, ArrayView<float const, 4> array) {
    if (is_readable_in_place(executor, array)) return 0;
    return detail::pitch(executor, array.extents[0]) * static_cast<std::size_t>(array.extents[1]);
  }

  static int max_slices(CudaExecutor const& executor, ArrayView<float const, 4> array) {
    if (!detail::fits_texture(executor, array.extents[0], array.extents[1])) return 0;
    return min(array.extents[2], detail::TextureImages::max_images(array.extents[1]));
  }

  static int max_samples(CudaExecutor const&, ArrayView<float const, 4> array) {
    int const most = detail::TextureImages::max_images(array.extents[1]) / array.extents[2];
    return min(array.extents[3], most);
  }

  static Samples load(CudaExecutor const& executor, ArrayView<float const, 4> array,
                      Workspace<CudaExecutor>& workspace) {
    std::size_t const row_bytes = static_cast<std::size_t>(array.extents[0]) * sizeof(float);
    detail::ImageStack images{array.data, array.extents[0], array.extents[1],
                              array.extents[2] * array.extents[3], row_bytes};
    if (!is_readable_in_place(executor, array)) {
      images.row_bytes = detail::pitch(executor, array.extents[0]);
      images.data = reinterpret_cast<float const*>(workspace.data());
      std::size_t const rows =
          static_cast<std::size_t>(images.height) * static_cast<std::size_t>(images.count);
      detail::check_cuda(
          cudaMemcpy2DAsync(workspace.data(), images.row_bytes, array.data, row_bytes, row_bytes,
                            rows, cudaMemcpyDeviceToDevice, executor.stream()),
          "cudaMemcpy2DAsync");
    }
    return {detail::make_textures(images, workspace.resources().textures, executor.stream())};
  }

 private:
  static bool is_readable_in_place(CudaExecutor const& executor, ArrayView<float const, 4> array) {
    CudaExecutor::TextureLimits const& limits = executor.texture_limits();
    std::size_t const row_bytes = static_cast<std::size_t>(array.extents[0]) * sizeof(float);
    int const log2 = detail::TextureStack::images_per_texture_log2(array.extents[1]);
    std::size_t const texture_bytes = (row_bytes * static_cast<std::size_t>(array.extents[1]))
                                      << log2;
    bool const is_one_texture = array.extents[2] * array.extents[3] <= (1 << log2);
    return reinterpret_cast<std::uintptr_t>(array.data) % limits.base_alignment == 0 &&
           row_bytes % limits.pitch_alignment == 0 &&
           (is_one_texture || texture_bytes % limits.base_alignment == 0);
  }
};

}  // namespace pyronn
