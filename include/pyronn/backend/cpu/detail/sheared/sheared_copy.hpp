// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How voxels of an image are copied to a ShearedTile, and its sums added to voxels.
#include <algorithm>
#include <cstdint>

#include <pyronn/backend/cpu/detail/sheared/sheared_tile.hpp>
#include <pyronn/backend/cpu/detail/sheared/slope_interval.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// Transposes a square of numbers. A number's index has eight bits; interleaving the two halves of
/// the square moves the highest to the lowest, and four times that exchanges rows and columns.
inline void transpose_square(float (&square)[strip_slices * strip_slices]) {
  constexpr int half = strip_slices * strip_slices / 2;
  static_assert(strip_slices == 16, "Two times two interleavings transpose 16 x 16 numbers.");
  float other[2 * half];
  for (int pass = 0; pass < 2; ++pass) {
    for (int n = 0; n < half; ++n) {
      other[2 * n] = square[n];
      other[2 * n + 1] = square[half + n];
    }
    for (int n = 0; n < half; ++n) {
      square[2 * n] = other[n];
      square[2 * n + 1] = other[half + n];
    }
  }
}

/// Calls `work(x, y, numbers, count)` for runs of voxels side by side along x, which are at (x, y)
/// in the box, for rays along y: a square of numbers holds the 16 columns of strip `strip` from
/// `column` on, a row for each slice.
template <int Side, class Work>
void for_each_run(ShearedTile<Side> const& tile, int strip, int column,
                  float (&square)[strip_slices * strip_slices], Work const& work) {
  int const slices = min(strip_slices, tile.box().slices - strip * strip_slices);
  for (int lane = 0; lane < slices; ++lane) {
    int const x = column - tile.origin() + tile.interval().shift(lane);
    int const first = max(x, 0);
    int const end = min(x + strip_slices, tile.box().width);
    float* const row = square + lane * strip_slices;
    if (first < end) work(first, strip * strip_slices + lane, row + (first - x), end - first);
  }
}

/// Takes a number from a different row for each slice of a strip: from the row that its shift says.
class ShiftedRows {
 public:
  explicit ShiftedRows(SlopeInterval const& interval)
      : lowest_{min(interval.shift(0), interval.shift(strip_slices - 1))},
        highest_{max(interval.shift(0), interval.shift(strip_slices - 1))} {
    for (int shift = lowest_; shift <= highest_; ++shift) {
      for (int lane = 0; lane < strip_slices; ++lane) {
        masks_[shift - lowest_][lane] = interval.shift(lane) == shift ? ~0U : 0U;
      }
    }
  }

  /// `row(shift)` points to 16 numbers.
  template <class Row>
  void take(Row const& row, float* result) const {
    std::uint32_t bits[strip_slices] = {};
    for (int shift = lowest_; shift <= highest_; ++shift) {
      float const* const numbers = opaque(row(shift));
      std::uint32_t const* const mask = masks_[shift - lowest_];
      for (int lane = 0; lane < strip_slices; ++lane) {
        bits[lane] |= bits_of_float(numbers[lane]) & mask[lane];
      }
    }
    for (int lane = 0; lane < strip_slices; ++lane) result[lane] = float_of_bits(bits[lane]);
  }

  [[nodiscard]] int lowest() const { return lowest_; }
  [[nodiscard]] int highest() const { return highest_; }

 private:
  int lowest_;
  int highest_;
  std::uint32_t masks_[strip_slices + 1][strip_slices];
};

/// Copies the voxels of an image that rays meet to a tile. `read(x, y, numbers, count)` copies
/// some side by side along x, of which the first is at (x, y) in the box. `Axis` is the rays' main
/// axis.
template <int Axis, int Side, class Read>
void copy_to(ShearedTile<Side>& tile, Read const& read) {
  ShiftedRows const shifted{tile.interval()};
  for (int n = 0; n < tile.strips(); ++n) {
    IndexRange const columns = tile.columns(n);
    if constexpr (Axis == 1) {
      for (int column = columns.first; column <= columns.last; column += strip_slices) {
        float square[strip_slices * strip_slices] = {};
        for_each_run(tile, n, column, square, read);
        transpose_square(square);
        std::copy_n(square, strip_slices * strip_slices, tile.column(n, column));
      }
    } else {
      float rows[ShearedTile<Side>::most_columns + strip_slices][strip_slices];
      int const slices = min(strip_slices, tile.box().slices - n * strip_slices);
      int const first = columns.first - tile.origin() + shifted.lowest();
      int const end = columns.last - tile.origin() + shifted.highest() + 1;
      for (int y = first; y < end; ++y) {
        float(&row)[strip_slices] = rows[y - first];
        bool const is_in = both(y >= 0, y < tile.box().width);
        if (!is_in || slices < strip_slices) std::fill_n(row, strip_slices, 0.0F);
        if (is_in) read(n * strip_slices, y, row, slices);
      }
      for (int column = columns.first; column <= columns.last; ++column) {
        int const of_lowest = column - columns.first - shifted.lowest();
        shifted.take([&](int shift) { return rows[of_lowest + shift]; }, tile.column(n, column));
      }
    }
  }
}

/// Adds a tile to an image: `add(x, y, numbers, count)` adds to some voxels side by side.
template <int Axis, int Side, class Add>
void add_from(ShearedTile<Side> const& tile, Add const& add) {
  ShiftedRows const shifted{tile.interval()};
  for (int n = 0; n < tile.strips(); ++n) {
    IndexRange const columns = tile.columns(n);
    if constexpr (Axis == 1) {
      for (int column = columns.first; column <= columns.last; column += strip_slices) {
        float square[strip_slices * strip_slices];
        std::copy_n(tile.column(n, column), strip_slices * strip_slices, square);
        transpose_square(square);
        for_each_run(tile, n, column, square, add);
      }
    } else {
      int const slices = min(strip_slices, tile.box().slices - n * strip_slices);
      int const first = max(0, columns.first - tile.origin() + shifted.lowest());
      int const end =
          min(tile.box().width, columns.last - tile.origin() + shifted.highest() + 1);
      for (int y = first; y < end; ++y) {
        float numbers[strip_slices];
        shifted.take([&](int shift) { return tile.column(n, y + tile.origin() - shift); }, numbers);
        add(n * strip_slices, y, numbers, slices);
      }
    }
  }
}

}  // namespace pyronn::detail
