// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PixelRows: what a lane of ProjectVoxelColumns reads and writes.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// `Count` rows of `Columns` pixels side by side, 32 rows apart. Pixels of a row are read and
/// written together where they are aligned.
template <class Out, int Columns, int Count>
class PixelRows {
 public:
  /// From the pixel (first_u, first_v) of a view on, before the row end_v.
  __device__ PixelRows(ArrayView<Out, 4> const& projections, int first_u, int first_v, int view,
                       int end_v)
      : first_{&projections(first_u, first_v, view, 0)},
        width_{projections.extents[0]},
        columns_{min(Columns, width_ - first_u)},
        first_v_{first_v},
        end_v_{end_v} {
    are_aligned_ = alignment == bytes && width_ % Columns == 0 &&
                   reinterpret_cast<std::uintptr_t>(projections.data) % alignment == 0;
  }

  __device__ void clear_outside(IndexRange const& rows) const {
    for (int i = 0; i < Count; ++i) {
      int const v = first_v_ + stride * i;
      if (v < end_v_ && (v < rows.first || v > rows.last)) {
        write_row(i, [](int) { return 0.0F; });
      }
    }
  }

  __device__ void write(float const (&values)[Columns][Count]) const {
#pragma unroll
    for (int i = 0; i < Count; ++i) {
      if (first_v_ + stride * i < end_v_) {
        write_row(i, [&](int column) { return values[column][i]; });
      }
    }
  }

  /// Zero where there is no pixel.
  __device__ void read(float (&values)[Columns][Count]) const {
#pragma unroll
    for (int i = 0; i < Count; ++i) {
      bool const exists = first_v_ + stride * i < end_v_;
#pragma unroll
      for (int column = 0; column < Columns; ++column) values[column][i] = 0.0F;
      if (exists && are_aligned_) {
        Row const pixels = *reinterpret_cast<Row const*>(row(i));
#pragma unroll
        for (int column = 0; column < Columns; ++column) {
          values[column][i] = widen(pixels.at[column]);
        }
      } else if (exists) {
#pragma unroll
        for (int column = 0; column < Columns; ++column) {
          if (column < columns_) values[column][i] = widen(row(i)[column]);
        }
      }
    }
  }

 private:
  static constexpr int stride = 32;
  static constexpr std::size_t bytes = Columns * sizeof(Out);
  static constexpr std::size_t alignment =
      bytes <= 16 && (bytes & (bytes - 1)) == 0 ? bytes : alignof(Out);
  struct alignas(alignment) Row {
    Out at[Columns];
  };

  [[nodiscard]] __device__ Out* row(int i) const {
    return first_ + static_cast<std::int64_t>(stride * i) * width_;
  }

  template <class Value>
  __device__ void write_row(int i, Value const& value) const {
    if (are_aligned_) {
      *reinterpret_cast<Row*>(row(i)) = rounded(value, std::make_index_sequence<Columns>{});
      return;
    }
#pragma unroll
    for (int column = 0; column < Columns; ++column) {
      if (column < columns_) row(i)[column] = user::round<StorageTraits<Out>>(value(column));
    }
  }

  template <class Value, std::size_t... Column>
  static __device__ Row rounded(Value const& value, std::index_sequence<Column...>) {
    return {{user::round<StorageTraits<Out>>(value(static_cast<int>(Column)))...}};
  }

  Out* first_;
  int width_;
  int columns_;
  int first_v_;
  int end_v_;
  bool are_aligned_;
};

}  // namespace pyronn::detail
