// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DetectorTile: the samples of a view that a box of voxels reads, transposed.
#include <cstddef>

#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// A rectangle of a view's samples, copied so that the samples of a detector column are neighbours
/// in memory. It is surrounded by zeros, by two of them above and below: positions outside then
/// read zeros alone, never a sample times 0, which would be NaN for a sample that is not finite.
class DetectorTile {
  static constexpr int rows_at_a_time = 8;
  static constexpr int max_columns = 128;
  static constexpr int max_rows = 512;
  static constexpr int max_samples = 13 * 1024;

 public:
  /// The samples of rows at one position along u.
  struct BlendedColumn {
    float at[max_rows];
  };

  /// Copies these columns and rows; returns false where they are more samples than a tile holds. Of
  /// the rows only those of `part` are going to be read, which may go beyond the others.
  template <class Slice>
  bool load(Slice const& slice, IndexRange const& columns, IndexRange const& rows,
            IndexRange const& part) {
    columns_ = columns.last - columns.first + 3;
    rows_ = rows.last - rows.first + 5;
    stride_ = std::ptrdiff_t{(rows_ - 1) / rows_at_a_time + 1} * rows_at_a_time;
    if (columns_ > max_columns || stride_ > max_rows || columns_ * stride_ > max_samples) {
      return false;
    }
    border_column_ = columns.first - 1;
    border_row_ = rows.first - 2;
    first_ = clamp(part.first - border_row_, 0, rows_ - 1) / rows_at_a_time * rows_at_a_time;
    end_ = clamp(part.last - border_row_, 0, rows_ - 1) / rows_at_a_time * rows_at_a_time;
    end_ += rows_at_a_time;
    for (int row = first_; row < end_; row += rows_at_a_time) copy_rows(slice, row);
    return true;
  }

  /// Interpolates the rows at the position u along a row, times `factor`. Returns false where u
  /// lies so far outside that all samples are zero.
  bool blend(float u, float factor, BlendedColumn& blended) const {
    float const offset = u - static_cast<float>(border_column_);
    if (!(offset > 0.0F && offset < static_cast<float>(columns_ - 1))) return false;
    int const lower = static_cast<int>(offset);
    float const fraction = offset - static_cast<float>(lower);
    float const of_lower = factor * (1.0F - fraction);
    float const of_upper = factor * fraction;
    float const* const column = samples_ + lower * stride_;
    float const* const next = column + stride_;
    for (int j = first_; j < end_; ++j) blended.at[j] = of_lower * column[j] + of_upper * next[j];
    return true;
  }

  /// The index in a blended column that belongs to the position v; from 0, the first zero, to
  /// last_row(), the last but one element, samples can be read.
  [[nodiscard]] float row(float v) const { return v - static_cast<float>(border_row_); }
  [[nodiscard]] float last_row() const { return static_cast<float>(rows_ - 2); }

 private:
  /// Copies rows_at_a_time rows of the tile, from row `first` on, by way of a buffer that stays in
  /// the L1 cache: it is filled row by row, and the columns are written from it.
  template <class Slice>
  void copy_rows(Slice const& slice, int first) {
    float buffer[rows_at_a_time][max_columns];
    for (int j = 0; j < rows_at_a_time; ++j) copy_row(slice, first + j, buffer[j]);
    for (int i = 0; i < columns_; ++i) {
      float* const column = samples_ + i * stride_ + first;
      for (int j = 0; j < rows_at_a_time; ++j) column[j] = buffer[j][i];
    }
  }

  template <class Slice>
  void copy_row(Slice const& slice, int row, float* target) const {
    bool const exists = row > 1 && row < rows_ - 2;
    target[0] = 0.0F;
    for (int i = 1; i < columns_ - 1; ++i) {
      target[i] = exists ? slice.texel_inside(border_column_ + i, border_row_ + row) : 0.0F;
    }
    target[columns_ - 1] = 0.0F;
  }

  int border_column_ = 0;
  int border_row_ = 0;
  int columns_ = 0;
  int rows_ = 0;
  /// @{
  /// Of the rows, those that were copied.
  int first_ = 0;
  int end_ = 0;
  /// @}
  /// Elements from column to column: the rows, rounded up to a multiple of rows_at_a_time.
  std::ptrdiff_t stride_ = 0;
  float samples_[max_samples];
};

}  // namespace pyronn::detail
