// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PixelTile: what a block of ProjectColumns has of neighbouring detector columns.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// What the warp of a detector column lets its block know.
struct TileColumn {
  bool is_written;       ///< whether the rays have the main axis of the launch
  IndexRange footprint;  ///< rows that may cross the volume
  int lanes;             ///< see StagedRows
};

/// The sums of a column from row `first_row` on.
struct TileSums {
  float* sums;
  int first_row;

  __device__ float& operator[](int row) const { return sums[row - first_row]; }
};

/// Sums of `Rows` rows of `Columns` detector columns, in shared memory: pixels of neighbouring
/// columns are neighbours in memory, so that the block reads and writes whole sectors. A column has
/// at least `Bytes` bytes, which its warp may use until it has sums.
template <int Columns, int Rows, int Bytes = 0>
struct PixelTile {
  static constexpr int words = max(Rows, Bytes / static_cast<int>(sizeof(float)));
  /// From column to column: four more than a multiple of the banks, so that neighbouring rows of
  /// all columns lie in different ones.
  static constexpr int pitch = (words + 27) / 32 * 32 + 4;

  alignas(16) float sums[Columns][pitch];
  TileColumn columns[Columns];

  /// The rows of all footprints.
  [[nodiscard]] __device__ IndexRange footprint() const {
    IndexRange all{beyond, -1};
    for (TileColumn const& column : columns) {
      if (column.footprint.first > column.footprint.last) continue;
      all = {min(all.first, column.footprint.first), max(all.last, column.footprint.last)};
    }
    return all;
  }

  [[nodiscard]] __device__ int lanes() const {
    int least = columns[0].lanes;
    for (TileColumn const& column : columns) least = min(least, column.lanes);
    return least;
  }

  /// Writes zeros outside the footprints, in rows [first, end) of a view. `pixels` is the first
  /// pixel of the first column.
  template <class Out>
  __device__ void clear(Out* pixels, Extents<4> const& size, int first, int end) const {
    TileColumn const column = columns[column_of_thread()];
    if (!column.is_written) return;
#pragma unroll
    for (int i = 0; i < Rows / rows_at_a_time; ++i) {
      int const row = first + row_of_thread() + i * rows_at_a_time;
      if (row < min(end, size[1]) &&
          (row < column.footprint.first || row > column.footprint.last)) {
        pixels[offset_of(row, size)] = StorageTraits<Out>::round(0.0F);
      }
    }
  }

  /// Writes the sums of some rows, or adds them to what the pixels hold.
  template <class Out>
  __device__ void write(Out* pixels, Extents<4> const& size, IndexRange const& rows,
                        bool adds) const {
    IndexRange const footprint = columns[column_of_thread()].footprint;
    // All are loaded before the first is stored: the compiler must not change the order.
    constexpr int count = Rows / rows_at_a_time;
    float before[count] = {};
    auto const row_of = [&](int i) { return rows.first + row_of_thread() + i * rows_at_a_time; };
    auto const exists = [&](int row) {
      return row >= footprint.first && row <= min(footprint.last, rows.last);
    };
#pragma unroll
    for (int i = 0; i < count; ++i) {
      if (adds && exists(row_of(i))) before[i] = widen(pixels[offset_of(row_of(i), size)]);
    }
#pragma unroll
    for (int i = 0; i < count; ++i) {
      if (!exists(row_of(i))) continue;
      float const sum = sums[column_of_thread()][row_of(i) - rows.first];
      write_or_add(pixels[offset_of(row_of(i), size)], before[i] + sum, false);
    }
  }

 private:
  static constexpr int beyond = 1 << 30;     ///< any row
  static constexpr int rows_at_a_time = 32;  ///< of a block with a warp a column
  static_assert(Rows % rows_at_a_time == 0, "Threads must share the rows evenly.");

  static __device__ int column_of_thread() { return static_cast<int>(threadIdx.x) % Columns; }
  static __device__ int row_of_thread() { return static_cast<int>(threadIdx.x) / Columns; }
  static __device__ std::ptrdiff_t offset_of(int row, Extents<4> const& size) {
    return std::ptrdiff_t{row} * size[0] + column_of_thread();
  }
};

}  // namespace pyronn::detail
