// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SlicesOfPairs: the copy of a slab from which TextureInterp takes trilinear samples.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <cuda_runtime.h>

#include <pyronn/backend/cuda/detail/samples/columns_of_pairs.cuh>
#include <pyronn/backend/cuda/detail/texture/images.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>

namespace pyronn::detail {

/// How slices lie in one texture: one below another, in one column or two. Each has a column and a
/// row of zeros before it, which are those after its neighbour, too.
struct SliceMosaic {
  int width;    ///< texels of a slice, with one zero
  int height;   ///< rows of a slice, with one zero
  int columns;  ///< none where the slices do not fit into a texture
  int rows;     ///< slices of a column

  template <class Executor>
  static SliceMosaic make(Executor const& executor, Extents<3> const& size, int slices) {
    SliceMosaic mosaic{size[0] + 1, size[1] + 1, 0, 0};
    if (max(size[0], size[1]) > most_voxels) return mosaic;
    auto const& limits = executor.texture_limits();
    int const most_rows = (min(limits.max_height, most_texels) - 1) / mosaic.height;
    if (slices > 2 * most_rows) return mosaic;
    mosaic.columns = slices > most_rows ? 2 : 1;
    mosaic.rows = (slices - 1) / mosaic.columns + 1;
    return mosaic;
  }

  /// Slices that there is room for.
  [[nodiscard]] int slices() const { return rows * columns; }
  [[nodiscard]] int texels_of_row() const { return width * columns; }
  [[nodiscard]] int rows_of_texels() const { return rows * height + 1; }
  /// Texels from row to row.
  [[nodiscard]] PYRONN_HOST_DEVICE std::size_t pitch() const {
    constexpr int multiple = 16;
    return static_cast<std::size_t>((width * columns - 1) / multiple * multiple + multiple);
  }

 private:
  /// A float can tell positions to 1/256 as far as this.
  static constexpr int most_texels = 65536;
  /// As far as TextureImage::shift rounds positions.
  static constexpr int most_voxels = 16384;
};

/// Copies the elements of a volume from `first` on along z, one to a slice of a mosaic: a voxel and
/// the step to the next one.
template <class T>
struct CopySlicesOfPairs {
  using Block = BlockShape<32, 8, 1>;

  ArrayView<T const, 3> volume;
  float2* target;
  SliceMosaic mosaic;
  int first;  ///< counted in the volume

  [[nodiscard]] Extents<3> items() const {
    return {mosaic.width, mosaic.height + 1, mosaic.slices()};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const column = item[2] / mosaic.rows;
    int const row = item[2] - column * mosaic.rows;
    // The row of zeros below the last slice of a column; that of others belongs to the next slice.
    bool const is_below = item[1] == mosaic.height;
    if (is_below && row + 1 < mosaic.rows) return;
    int const z = first + item[2];
    float const lower = voxel_or_zero(volume, item[0] - 1, item[1] - 1, z);
    float const upper = voxel_or_zero(volume, item[0] - 1, item[1] - 1, z + 1);
    std::size_t const at =
        static_cast<std::size_t>(row * mosaic.height + item[1]) * mosaic.pitch() +
        static_cast<std::size_t>(column * mosaic.width + item[0]);
    target[at] = {lower, upper - lower};
  }
};

/// A copy of a slab as slices whose texels are a voxel and the step to the next one along z: one
/// bilinear fetch gives all of a trilinear sample, which is blended along z in single precision.
class SlicesOfPairs {
 public:
  template <class Executor>
  static int most_elements(Executor const& executor, Extents<3> const& size) {
    int most = 0;
    for (int step = 1 << 17; step > 0; step /= 2) {
      if (SliceMosaic::make(executor, size, most + step).columns > 0) most += step;
    }
    return most;
  }

  /// Of workspace, for so many elements along z.
  template <class Executor>
  static std::size_t bytes(Executor const& executor, Extents<3> const& size, int elements) {
    SliceMosaic const mosaic = SliceMosaic::make(executor, size, elements);
    return mosaic.pitch() * static_cast<std::size_t>(mosaic.rows_of_texels()) * sizeof(float2);
  }

  template <class T, class Executor>
  static SlicesOfPairs copy(Executor const& executor, ArrayView<T const, 3> volume, int first_slice,
                            int first, int elements, Workspace<Executor>& workspace) {
    SliceMosaic const mosaic = SliceMosaic::make(executor, volume.extents, elements);
    auto* const target = reinterpret_cast<float2*>(workspace.data());
    CopySlicesOfPairs<T> const kernel{volume, target, mosaic, first - first_slice};
    executor.for_each(kernel.items(), kernel);
    constexpr int channels = 2;
    DeviceImages const image{target,
                             static_cast<int>(sizeof(float)),
                             mosaic.texels_of_row(),
                             mosaic.rows_of_texels(),
                             1,
                             mosaic.pitch() * sizeof(float2),
                             channels};
    TextureStack const& textures = workspace.cache().textures.get(image, executor.stream());
    return {textures.textures().front(), mosaic, first};
  }

  /// The sample at a position of the slab, in x and y in [-1, size). Both are rounded to 1/256, as
  /// the unit does it, before a slice's place in the texture is added, which is then exact.
  [[nodiscard]] __device__ float sample(Vec3f const& index) const {
    FloorAndFraction const z{index[2]};
    float const slice = z.lower - first_;
    bool const is_second = slice >= rows_;
    float const u = rounded(index[0]) + (is_second ? second_u_ : first_u_);
    float const v = rounded(index[1]) + (height_ * slice + (is_second ? second_v_ : first_v_));
    float2 const pair = tex2D<float2>(texture_, u, v);
    return pair.x + z.fraction * pair.y;
  }

 private:
  SlicesOfPairs(cudaTextureObject_t texture, SliceMosaic const& mosaic, int first)
      : texture_{texture},
        first_{static_cast<float>(first)},
        rows_{static_cast<float>(mosaic.rows)},
        height_{static_cast<float>(mosaic.height)},
        second_u_{first_u_ + static_cast<float>(mosaic.width)},
        second_v_{first_v_ - static_cast<float>(mosaic.rows * mosaic.height)} {}

  /// To 1/256, ties up; less the shift, where a float's last bit is that much.
  static __device__ float rounded(float position) {
    return __fadd_rd(position + 0.5F / 256.0F, TextureImage::shift);
  }

  /// The centre of the texel before the first voxel is at 0.5.
  static constexpr float first_u_ = 1.5F - TextureImage::shift;
  static constexpr float first_v_ = 1.5F - TextureImage::shift;

  cudaTextureObject_t texture_;
  float first_;
  float rows_;
  float height_;
  float second_u_;
  float second_v_;
};

}  // namespace pyronn::detail
