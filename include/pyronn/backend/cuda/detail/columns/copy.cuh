// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The copy of a volume in columns along z, from which ProjectColumns reads.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// A cell that is a sample and nothing else: twice as many slices fit into the workspace as of
/// SampleAndSlope.
struct BareSample {
  float value;

  __device__ BareSample(float s00, float, float, float) : value{s00} {}
};

/// A copy of slices of a volume, perpendicular to x or y, in which z is the fastest axis and every
/// voxel is a cell: a BareSample, or of sample_and_slope.cuh, so that a sample takes few loads. A
/// column of cells goes from z = -border on, the first column lies before the first voxel, and one
/// of bare samples behind the last; voxels outside are zero.
template <class Cell>
struct ColumnCopy {
  static constexpr bool is_bare = std::is_same_v<Cell, BareSample>;
  /// Zeros at each end of a column, or more at its upper end: bare samples are read in quads, of
  /// which the first and the last are zero, and whole lines of the L1 cache at a time.
  static constexpr int border = is_bare ? 4 : 2;

  static PYRONN_HOST_DEVICE int height(Extents<3> const& size) {
    constexpr int line = 32;
    int const cells = size[2] + 2 * border;
    return is_bare ? (cells + line - 1) / line * line : cells;
  }
  static PYRONN_HOST_DEVICE int width(Extents<3> const& size, int axis) {
    return size[1 - axis] + (is_bare ? 2 : 1);
  }
  static std::size_t slice_bytes(Extents<3> const& size) {
    auto const columns = static_cast<std::size_t>(std::max(width(size, 0), width(size, 1)));
    return columns * static_cast<std::size_t>(height(size)) * sizeof(Cell);
  }
};

/// Copies the slices [first, end) perpendicular to `Axis`.
template <int Axis, class Cell, class T>
struct CopyColumns {
  /// The shape of blocks that read whole sectors of memory along x and write whole cache lines
  /// along z.
  using Block = BlockShape<32, Axis == 0 ? 1 : 8, Axis == 0 ? 8 : 1>;

  ArrayView<T const, 3> volume;
  Cell* columns;
  int first;
  int end;

  [[nodiscard]] Extents<3> items() const {
    return {ColumnCopy<Cell>::height(volume.extents), ColumnCopy<Cell>::width(volume.extents, Axis),
            end - first};
  }

  __device__ void operator()(Vec<int, 3> item) const {
    Extents<3> const& size = volume.extents;
    std::size_t const row = static_cast<std::size_t>(item[2]) *
                                static_cast<std::size_t>(ColumnCopy<Cell>::width(size, Axis)) +
                            static_cast<std::size_t>(item[1]);
    std::size_t const height = static_cast<std::size_t>(ColumnCopy<Cell>::height(size));
    int const k = first + item[2];
    int const a = item[1];
    int const z = item[0] - ColumnCopy<Cell>::border;
    columns[row * height + static_cast<std::size_t>(item[0])] =
        Cell{voxel(k, a - 1, z), voxel(k, a, z), voxel(k, a - 1, z + 1), voxel(k, a, z + 1)};
  }

 private:
  [[nodiscard]] __device__ float voxel(int k, int a, int z) const {
    Extents<3> const& size = volume.extents;
    if (a < 0 || a >= size[1 - Axis] || z < 0 || z >= size[2]) return 0.0F;
    return widen(Axis == 0 ? volume(k, a, z) : volume(a, k, z));
  }
};

}  // namespace pyronn::detail
