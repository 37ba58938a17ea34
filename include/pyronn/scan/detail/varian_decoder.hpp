// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How Varian's .hnd and .xim files are compressed: an image begins with its first row and one
/// pixel more as 32-bit integers; of all others there is the difference
/// p[v][u] - p[v][u-1] - p[v-1][u] + p[v-1][u-1], in 1, 2 or 4 bytes as two bits of a table say.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>

namespace pyronn::detail {

/// A compressed image in memory.
struct VarianImage {
  Extents<2> size;         ///< columns, rows
  std::byte const* table;  ///< two bits a difference, the lowest ones first
  std::int64_t table_bytes;
  std::byte const* data;  ///< the first row, and what follows it
  std::int64_t data_bytes;
};

/// How many bytes the table of an image has.
inline std::int64_t varian_table_bytes(Extents<2> size) {
  std::int64_t const differences = std::int64_t{size[0]} * (size[1] - 1) - 1;
  return differences <= 0 ? 0 : (differences + 3) / 4;
}

/// Throws InvalidArgument where an image cannot have so many pixels, of which each has a byte.
inline void check_varian_image(Extents<2> size, std::int64_t table_bytes, std::int64_t data_bytes) {
  std::int64_t const pixels = size.count();
  std::int64_t const first = std::min(pixels, std::int64_t{size[0]} + 1);
  expects(table_bytes >= varian_table_bytes(size), "the table has ", table_bytes,
          " bytes, too few for ", size[0], " x ", size[1], " pixels");
  expects(data_bytes / 4 >= first && data_bytes - 4 * first >= pixels - first,
          "the compressed image has ", data_bytes, " bytes, too few for ", size[0], " x ", size[1],
          " pixels");
}

/// Reads an image pixel by pixel.
class VarianDecoder {
 public:
  /// Throws InvalidArgument where check_varian_image does.
  explicit VarianDecoder(VarianImage const& image)
      : image_{image}, row_(static_cast<std::size_t>(image.size[0])) {
    check_varian_image(image.size, image.table_bytes, image.data_bytes);
  }

  /// Writes some rows of the image. Throws InvalidArgument where the image ends before.
  void read(int first_row, int rows, std::int32_t* out) {
    for (int v = 0; v < first_row + rows; ++v) {
      next_row(v);
      if (v >= first_row) out = std::copy(row_.begin(), row_.end(), out);
    }
  }

 private:
  /// Integers wrap around, as in the programs that write such files.
  void next_row(int v) {
    std::uint32_t last = 0;        // p[v][u-1]
    std::uint32_t above_last = 0;  // p[v-1][u-1]
    for (std::size_t u = 0; u < row_.size(); ++u) {
      auto const above = static_cast<std::uint32_t>(row_[u]);
      if (v == 0 || (v == 1 && u == 0)) {
        last = number(4);
      } else if (u == 0) {
        // the pixels before the first of a row are the last of the row before
        last = difference() + end_of_last_ + above - end_above_;
      } else {
        last = difference() + last + above - above_last;
      }
      above_last = above;
      row_[u] = static_cast<std::int32_t>(last);
    }
    end_above_ = above_last;
    end_of_last_ = last;
  }

  std::uint32_t difference() {
    auto const byte = std::to_integer<unsigned>(image_.table[code_ / 4]);
    unsigned const code = byte >> (2 * (code_ % 4)) & 3U;
    ++code_;
    expects(code < 3, "the table holds the code 3 of difference ", code_ - 1,
            ", which has no meaning");
    return number(1 << code);
  }

  /// A signed integer of 1, 2 or 4 bytes.
  std::uint32_t number(int bytes) {
    expects(at_ + bytes <= image_.data_bytes, "the compressed image ends at difference ", code_,
            ", before its last pixel");
    std::uint32_t value = 0;
    for (int i = bytes - 1; i >= 0; --i) {
      value = value << 8U | std::to_integer<std::uint32_t>(image_.data[at_ + i]);
    }
    at_ += bytes;
    std::uint32_t const sign = 1U << (8 * bytes - 1);
    value = (value ^ sign) - sign;  // the sign fills the upper bytes
    return value;
  }

  VarianImage image_;
  std::vector<std::int32_t> row_;  ///< the last one that was read
  std::uint32_t end_of_last_ = 0;  ///< the last pixel of that row
  std::uint32_t end_above_ = 0;    ///< the last pixel of the row before
  std::int64_t at_ = 0;
  std::int64_t code_ = 0;
};

}  // namespace pyronn::detail
