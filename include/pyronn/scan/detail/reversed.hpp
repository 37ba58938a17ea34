// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Images turned about their middle lines, in place.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <pyronn/io/number_type.hpp>

namespace pyronn::detail {

/// The last row of `rows` rows becomes the first.
inline void reverse_rows(std::byte* numbers, int rows, int columns, NumberType type) {
  std::int64_t const row_bytes = std::int64_t{columns} * bytes_of(type);
  for (int a = 0, b = rows - 1; a < b; ++a, --b) {
    std::swap_ranges(numbers + a * row_bytes, numbers + (a + 1) * row_bytes,
                     numbers + b * row_bytes);
  }
}

/// The last column becomes the first. Turning all bytes of a row turns those of its numbers, too,
/// which are turned back.
inline void reverse_columns(std::byte* numbers, int rows, int columns, NumberType type) {
  std::int64_t const row_bytes = std::int64_t{columns} * bytes_of(type);
  for (int row = 0; row < rows; ++row) {
    std::reverse(numbers + row * row_bytes, numbers + (row + 1) * row_bytes);
  }
  swap_bytes(numbers, static_cast<std::size_t>(std::int64_t{rows} * columns), bytes_of(type));
}

}  // namespace pyronn::detail
