// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ColumnsOfPairs: the copy of a slab from which SoftwareInterp takes trilinear samples.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <limits>

#include <cuda_runtime.h>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/software_interp.hpp>

namespace pyronn::detail {

/// The lower integer and the distance from it of a number in (-2^22, 2^22). `bits` is the integer
/// plus `origin`.
struct FloorAndFraction {
  static constexpr float shift = 12582912.0F;  ///< 1.5 * 2^23
  static constexpr unsigned origin = 0x4b400000U;

  float lower;
  float fraction;
  unsigned bits;

  __device__ explicit FloorAndFraction(float x) {
    float const shifted = __fadd_rd(x, shift);
    bits = __float_as_uint(shifted);
    lower = shifted - shift;
    fraction = x - lower;
  }
};

/// A voxel outside is zero.
template <class T>
__device__ float voxel_or_zero(ArrayView<T const, 3> const& volume, int x, int y, int z) {
  Extents<3> const& size = volume.extents;
  bool const exists = x >= 0 && x < size[0] && y >= 0 && y < size[1] && z >= 0 && z < size[2];
  return exists ? widen(volume(x, y, z)) : 0.0F;
}

/// Copies the elements from `first` on along z of a volume, which begins with slice `first_slice`.
template <class T>
struct CopyColumnsOfPairs {
  /// Blocks read whole sectors of memory along x and write whole cache lines along z.
  using Block = BlockShape<32, 8, 1>;

  ArrayView<T const, 3> volume;
  float2* target;
  int first;  ///< counted in the volume
  int count;

  [[nodiscard]] Extents<3> items() const {
    return {count, volume.extents[0] + 2, volume.extents[1] + 2};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    int const z = first + item[0];
    float const lower = voxel_or_zero(volume, item[1] - 1, item[2] - 1, z);
    float const upper = voxel_or_zero(volume, item[1] - 1, item[2] - 1, z + 1);
    std::size_t const column =
        static_cast<std::size_t>(item[2]) * static_cast<std::size_t>(volume.extents[0] + 2) +
        static_cast<std::size_t>(item[1]);
    target[column * static_cast<std::size_t>(count) + static_cast<std::size_t>(item[0])] = {
        lower, upper - lower};
  }
};

/// A copy of a slab, with z fastest and zeros around it. An element is a voxel and the step to the
/// next one along z, so that a trilinear sample takes four loads and no test.
class ColumnsOfPairs {
 public:
  template <class Executor>
  static int most_elements(Executor const&, Extents<3> const& size) {
    if (max(max(size[0], size[1]), size[2]) > (1 << 20)) return 0;
    // Offsets are 32 bits long.
    return static_cast<int>(
        min(std::int64_t{std::numeric_limits<int>::max()} / columns(size), std::int64_t{1} << 20));
  }

  /// Of workspace, for so many elements along z.
  template <class Executor>
  static std::size_t bytes(Executor const&, Extents<3> const& size, int elements) {
    return static_cast<std::size_t>(columns(size)) * static_cast<std::size_t>(elements) *
           sizeof(float2);
  }

  template <class T, class Executor>
  static ColumnsOfPairs copy(Executor const& executor, ArrayView<T const, 3> volume,
                             int first_slice, int first, int elements,
                             Workspace<Executor>& workspace) {
    auto* const target = reinterpret_cast<float2*>(workspace.data());
    CopyColumnsOfPairs<T> const kernel{volume, target, first - first_slice, elements};
    executor.for_each(kernel.items(), kernel);
    auto const along_x = static_cast<unsigned>(elements);
    unsigned const along_y = along_x * static_cast<unsigned>(volume.extents[0] + 2);
    return {target, along_x, along_y,
            (along_x + along_y) * (1U - FloorAndFraction::origin) - FloorAndFraction::origin -
                static_cast<unsigned>(first)};
  }

  /// The sample at a position of the slab, in x and y in [-1, size).
  [[nodiscard]] __device__ float sample(Vec3f const& index) const {
    FloorAndFraction const x{index[0]};
    FloorAndFraction const y{index[1]};
    FloorAndFraction const z{index[2]};
    unsigned const offset = x.bits * along_x_ + (y.bits * along_y_ + (z.bits + origin_));
    auto const along_z = [&](float2 const* column) {
      float2 const pair = __ldg(column + offset);
      return pair.x + z.fraction * pair.y;
    };
    return SoftwareInterp::blend(x.fraction, y.fraction, along_z(pairs_),
                                 along_z(pairs_ + along_x_), along_z(pairs_ + along_y_),
                                 along_z(pairs_ + along_x_ + along_y_));
  }

 private:
  ColumnsOfPairs(float2 const* pairs, unsigned along_x, unsigned along_y, unsigned origin)
      : pairs_{pairs}, along_x_{along_x}, along_y_{along_y}, origin_{origin} {}

  static std::int64_t columns(Extents<3> const& size) {
    return std::int64_t{size[0] + 2} * (size[1] + 2);
  }

  float2 const* pairs_;
  unsigned along_x_;
  unsigned along_y_;
  unsigned origin_;
};

}  // namespace pyronn::detail
