// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Slabs of the planes of a volume that are perpendicular to one axis, as textures.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/backend/cuda/detail/texture/images.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn::detail {

/// Some planes of a volume perpendicular to `Axis`, in the workspace. The rows of their images run
/// along z, along which rays of all views are equally far apart; those of planes perpendicular to z
/// along x.
template <int Axis>
struct PlaneSlab {
  /// Which of a ray's other two axes, in ascending order, runs along a row and which across rows.
  static constexpr int along = Axis == 2 ? 0 : 1;
  static constexpr int across = 1 - along;

  TextureImages images;
  int first;  ///< plane with which the slab begins
  int end;    ///< one past its last plane

  /// The planes [first, end) of one texture.
  struct Group {
    cudaTextureObject_t texture;
    int first;
    int end;
  };

  /// All threads of a warp should go through the groups together: textures that differ within a
  /// warp take longer than many fetches.
  [[nodiscard]] __device__ int num_groups() const {
    return ((end - first - 1) >> images.images_per_texture_log2) + 1;
  }
  [[nodiscard]] __device__ Group group(int n) const {
    int const log2 = images.images_per_texture_log2;
    int const from = first + (n << log2);
    return {images.texture[n], from, min(from + (1 << log2), end)};
  }
  /// The plane that lies so many planes behind the first one of a group.
  [[nodiscard]] __device__ TextureImage image(Group const& group, float behind) const {
    auto const height = static_cast<float>(images.height);
    return {group.texture, behind * height + (0.5F - TextureImage::shift), height};
  }

  static int width(Extents<3> const& size) { return Axis == 2 ? size[0] : size[2]; }
  static int height(Extents<3> const& size) { return size[Axis == 1 ? 0 : 1]; }

  /// Bytes of workspace that one plane takes.
  template <class T, class Executor>
  static std::size_t plane_bytes(Executor const& executor, Extents<3> const& size) {
    return pitch<texel_t<T>>(executor, width(size)) * static_cast<std::size_t>(height(size));
  }

  /// How many planes a slab has at most; 0 where planes are too large for textures.
  template <class T, class Executor>
  static int most_planes(Executor const& executor, Extents<3> const& size) {
    if (!fits_texture<texel_t<T>>(executor, width(size), height(size))) return 0;
    return min(size[Axis], TextureImages::max_images(height(size)));
  }

  template <class T, class Executor>
  static PlaneSlab copy(Executor const& executor, ArrayView<T const, 3> volume, int first, int end,
                        Workspace<Executor>& workspace);
};

/// Copies the planes [first, end) of a volume perpendicular to x or y as images with rows along z.
template <int Axis, class T>
struct CopyRowsAlongZ {
  /// The shape of blocks that read whole sectors of memory along x and write whole cache lines
  /// along z.
  using Block = BlockShape<32, Axis == 0 ? 1 : 8, Axis == 0 ? 8 : 1>;

  ArrayView<T const, 3> volume;
  texel_t<T>* planes;
  std::size_t pitch;  ///< elements from row to row
  int first;
  int end;

  [[nodiscard]] Extents<3> items() const {
    return {volume.extents[2], volume.extents[1 - Axis], end - first};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const k = first + item[2];
    std::size_t const row =
        static_cast<std::size_t>(item[2]) * static_cast<std::size_t>(volume.extents[1 - Axis]) +
        static_cast<std::size_t>(item[1]);
    planes[row * pitch + static_cast<std::size_t>(item[0])] =
        texel_of<T>(Axis == 0 ? volume(k, item[1], item[0]) : volume(item[1], k, item[0]));
  }
};

template <int Axis>
template <class T, class Executor>
PlaneSlab<Axis> PlaneSlab<Axis>::copy(Executor const& executor, ArrayView<T const, 3> volume,
                                      int first, int end, Workspace<Executor>& workspace) {
  TextureCache& cache = workspace.cache().textures;
  if constexpr (Axis == 2) {
    ArrayView<T const, 3> const slices = volume.slices(first, end - first);
    Extents<3> const& size = slices.extents;
    return {copy_to_textures<2>(executor,
                                ArrayView<T const, 4>{slices.data, {size[0], size[1], size[2], 1}},
                                workspace.data(), cache),
            first, end};
  } else {
    using Texel = texel_t<T>;
    auto* const planes = reinterpret_cast<Texel*>(workspace.data());
    std::size_t const row_bytes = pitch<Texel>(executor, width(volume.extents));
    CopyRowsAlongZ<Axis, T> const kernel{volume, planes, row_bytes / sizeof(Texel), first, end};
    executor.for_each(kernel.items(), kernel);
    DeviceImages const stack{planes,
                             static_cast<int>(sizeof(Texel)),
                             width(volume.extents),
                             height(volume.extents),
                             end - first,
                             row_bytes};
    return {make_textures(stack, cache, executor.stream()), first, end};
  }
}

}  // namespace pyronn::detail
