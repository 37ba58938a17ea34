// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The copy of a volume from which ProjectVoxelColumns reads.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// Slices of a volume, perpendicular to x or y, in which z is the fastest axis. Columns have zeros
/// below and above their voxels, so that some voxels can be read from any index up to `top`, the
/// first of the zeros above.
struct VoxelColumns {
  static constexpr int most_read = 4;          ///< from an index, without a test
  static constexpr int below = most_read - 1;  ///< zeros
  static constexpr int above = most_read;      ///< zeros

  float const* data;
  int first[2];       ///< voxel along x and y that there is
  int end[2];         ///< one past the last
  unsigned along[2];  ///< elements from a column to the next along x and y

  /// Slices across an axis.
  VoxelColumns(float const* memory, Extents<3> const& size, int axis, int first_slice,
               int end_slice)
      : data{memory}, first{0, 0}, end{size[0], size[1]} {
    first[axis] = first_slice;
    end[axis] = end_slice;
    along[1 - axis] = static_cast<unsigned>(height(size));
    along[axis] = static_cast<unsigned>(size[1 - axis]) * along[1 - axis];
  }

  [[nodiscard]] PYRONN_HOST_DEVICE unsigned offset(int x, int y) const {
    return static_cast<unsigned>(x - first[0]) * along[0] +
           static_cast<unsigned>(y - first[1]) * along[1];
  }

  static PYRONN_HOST_DEVICE int height(Extents<3> const& size) { return size[2] + below + above; }
  static PYRONN_HOST_DEVICE int top(Extents<3> const& size) { return size[2] + below; }

  static std::size_t slice_bytes(Extents<3> const& size, int axis) {
    return static_cast<std::size_t>(size[1 - axis]) * static_cast<std::size_t>(height(size)) *
           sizeof(float);
  }
};

/// Copies the slices [first, end) perpendicular to `Axis`.
template <int Axis, class T>
struct CopyVoxelColumns {
  /// The shape of blocks that read whole sectors of memory along x and write whole cache lines
  /// along z.
  using Block = BlockShape<32, Axis == 0 ? 1 : 8, Axis == 0 ? 8 : 1>;

  ArrayView<T const, 3> volume;
  float* columns;
  int first;
  int end;

  [[nodiscard]] Extents<3> items() const {
    return {VoxelColumns::height(volume.extents), volume.extents[1 - Axis], end - first};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    Extents<3> const& size = volume.extents;
    auto const column =
        static_cast<std::size_t>(item[2]) * static_cast<std::size_t>(size[1 - Axis]) +
        static_cast<std::size_t>(item[1]);
    auto const height = static_cast<std::size_t>(VoxelColumns::height(size));
    int const k = first + item[2];
    int const z = item[0] - VoxelColumns::below;
    float value = 0.0F;
    if (z >= 0 && z < size[2]) {
      value = widen(Axis == 0 ? volume(k, item[1], z) : volume(item[1], k, z));
    }
    columns[column * height + static_cast<std::size_t>(item[0])] = value;
  }
};

}  // namespace pyronn::detail
