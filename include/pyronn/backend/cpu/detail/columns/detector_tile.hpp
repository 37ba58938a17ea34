// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// Some samples of a view, copied so that those of a detector column are neighbours in memory, with
/// zeros around: two above and below, so that what lies beyond touches no sample, not even one that
/// is no number.
class DetectorTile {
  static constexpr int strip_rows = 8;
  static constexpr int max_columns = 128;
  static constexpr int max_rows = 512;
  static constexpr int max_samples = 13 * 1024;

 public:
  /// The samples of all rows at one position along u.
  struct BlendedColumn {
    float at[max_rows];
  };

  /// False where there are too many samples.
  template <class Slice>
  bool load(Slice const& slice, IndexRange const& columns, IndexRange const& rows) {
    columns_ = columns.last - columns.first + 3;
    rows_ = rows.last - rows.first + 5;
    stride_ = std::ptrdiff_t{(rows_ - 1) / strip_rows + 1} * strip_rows;
    if (columns_ > max_columns || stride_ > max_rows || columns_ * stride_ > max_samples) {
      return false;
    }
    border_column_ = columns.first - 1;
    border_row_ = rows.first - 2;
    for (int row = 0; row < static_cast<int>(stride_); row += strip_rows) copy_strip(slice, row);
    return true;
  }

  /// False beyond the first and the last column.
  bool blend(float u, float factor, BlendedColumn& blended) const {
    float const offset = u - static_cast<float>(border_column_);
    if (!(offset > 0.0F && offset < static_cast<float>(columns_ - 1))) return false;
    int const lower = static_cast<int>(offset);
    float const fraction = offset - static_cast<float>(lower);
    float const of_lower = factor * (1.0F - fraction);
    float const of_upper = factor * fraction;
    float const* const column = samples_ + lower * stride_;
    float const* const next = column + stride_;
    for (int j = 0; j < stride_; ++j) blended.at[j] = of_lower * column[j] + of_upper * next[j];
    return true;
  }

  /// Where in a blended column position v lies: from 0, the first zero, to last_row(), the last but
  /// one.
  [[nodiscard]] float row(float v) const { return v - static_cast<float>(border_row_); }
  [[nodiscard]] float last_row() const { return static_cast<float>(rows_ - 2); }

 private:
  /// Some rows from `first` of the window on, by way of the nearest cache: of each row all samples,
  /// then of each column.
  template <class Slice>
  void copy_strip(Slice const& slice, int first) {
    float strip[strip_rows][max_columns];
    for (int j = 0; j < strip_rows; ++j) copy_row(slice, first + j, strip[j]);
    for (int i = 0; i < columns_; ++i) {
      float* const column = samples_ + i * stride_ + first;
      for (int j = 0; j < strip_rows; ++j) column[j] = strip[j][i];
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
  /// From column to column: the rows, in whole strips.
  std::ptrdiff_t stride_ = 0;
  float samples_[max_samples];
};

}  // namespace pyronn::detail
