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
struct VoxelColumnCopy {
  static constexpr int most_read = 4;          ///< from an index, without a test
  static constexpr int below = most_read - 1;  ///< zeros
  static constexpr int above = most_read;      ///< zeros

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
    return {VoxelColumnCopy::height(volume.extents), volume.extents[1 - Axis], end - first};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    Extents<3> const& size = volume.extents;
    auto const column =
        static_cast<std::size_t>(item[2]) * static_cast<std::size_t>(size[1 - Axis]) +
        static_cast<std::size_t>(item[1]);
    auto const height = static_cast<std::size_t>(VoxelColumnCopy::height(size));
    int const k = first + item[2];
    int const z = item[0] - VoxelColumnCopy::below;
    float value = 0.0F;
    if (z >= 0 && z < size[2]) {
      value = widen(Axis == 0 ? volume(k, item[1], z) : volume(item[1], k, z));
    }
    columns[column * height + static_cast<std::size_t>(item[0])] = value;
  }
};

}  // namespace pyronn::detail
