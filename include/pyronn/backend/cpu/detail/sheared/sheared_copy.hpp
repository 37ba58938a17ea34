// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How voxels of an image are copied to a ShearedTile, and its sums added to voxels.
#include <algorithm>

#include <pyronn/backend/cpu/detail/sheared/sheared_tile.hpp>
#include <pyronn/backend/cpu/detail/sheared/slope_interval.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>

namespace pyronn::detail {

/// As many numbers across as slices in a strip, row after row.
struct Square {
  static constexpr int side = strip_slices;
  static constexpr int count = side * side;

  float numbers[count];

  [[nodiscard]] float* row(int n) { return numbers + n * side; }

  /// A number's index has eight bits. Interleaving the two halves of the square moves the highest
  /// to the lowest, and four times that exchanges rows and columns.
  void transpose() {
    static_assert(side == 16, "Two times two interleavings transpose 16 x 16 numbers.");
    float other[count];
    for (int pass = 0; pass < 2; ++pass) {
      interleave(numbers, other);
      interleave(other, numbers);
    }
  }

 private:
  static void interleave(float const (&from)[count], float (&to)[count]) {
    for (int n = 0; n < count / 2; ++n) {
      to[2 * n] = from[n];
      to[2 * n + 1] = from[count / 2 + n];
    }
  }
};

/// The slices of a strip side by side, of the voxels that rays meet and some beside them.
template <int Side>
struct StripLines {
  static constexpr int most = ShearedTile<Side>::most_columns + 2 * Square::side;

  int first;  ///< the first voxel, counted from the box's
  int count;  ///< voxels, which are whole squares
  float lines[strip_slices][most];

  StripLines(ShearedTile<Side> const& tile, int strip) {
    SlopeInterval const& interval = tile.interval();
    IndexRange const columns = tile.columns(strip);
    int const shifts[2] = {interval.shift(0), interval.shift(strip_slices - 1)};
    int const needed = columns.last - columns.first + 1 + abs(shifts[1] - shifts[0]);
    first = columns.first - tile.origin() + min(shifts[0], shifts[1]);
    count = (needed - 1) / Square::side * Square::side + Square::side;
  }

  /// The part of a line that a square of a tile's columns holds.
  [[nodiscard]] float* part(ShearedTile<Side> const& tile, int lane, int column) {
    return lines[lane] + (column - tile.origin() + tile.interval().shift(lane) - first);
  }

  /// The voxels that are in the box, counted from `first`, from voxel n on, at most `most_voxels`.
  [[nodiscard]] IndexRange inside(BoxAcross const& box, int n, int most_voxels) const {
    return {max(n, -first), min(n + most_voxels, box.width - first) - 1};
  }
};

/// Copies the voxels of an image that rays meet to a tile. `read(x, y, numbers, count)` copies
/// some side by side along x, of which the first is at (x, y) in the box. `Axis` is the rays' main
/// axis.
template <int Axis, int Side, class Read>
void copy_to(ShearedTile<Side>& tile, Read const& read) {
  for (int n = 0; n < tile.strips(); ++n) {
    StripLines<Side> strip{tile, n};
    int const slice = n * strip_slices;
    int const slices = min(strip_slices, tile.box().slices - slice);
    for (auto& line : strip.lines) std::fill_n(line, strip.count, 0.0F);
    for (int lane = 0; Axis == 1 && lane < slices; ++lane) {
      IndexRange const in = strip.inside(tile.box(), 0, strip.count);
      if (in.first > in.last) continue;
      read(strip.first + in.first, slice + lane, strip.lines[lane] + in.first,
           in.last - in.first + 1);
    }
    for (int i = 0; Axis == 0 && i < strip.count; i += Square::side) {
      IndexRange const in = strip.inside(tile.box(), i, Square::side);
      Square square{};
      for (int m = in.first; m <= in.last; ++m) {
        read(slice, strip.first + m, square.row(m - i), slices);
      }
      square.transpose();
      for (int lane = 0; lane < strip_slices; ++lane) {
        std::copy_n(square.row(lane), Square::side, strip.lines[lane] + i);
      }
    }
    IndexRange const columns = tile.columns(n);
    for (int column = columns.first; column <= columns.last; column += Square::side) {
      Square square;
      for (int lane = 0; lane < strip_slices; ++lane) {
        std::copy_n(strip.part(tile, lane, column), Square::side, square.row(lane));
      }
      square.transpose();
      std::copy_n(square.numbers, Square::count, tile.column(n, column));
    }
  }
}

/// Adds a tile to an image: `add(x, y, numbers, count)` adds to some voxels side by side.
template <int Axis, int Side, class Add>
void add_from(ShearedTile<Side> const& tile, Add const& add) {
  for (int n = 0; n < tile.strips(); ++n) {
    StripLines<Side> strip{tile, n};
    int const slice = n * strip_slices;
    int const slices = min(strip_slices, tile.box().slices - slice);
    for (auto& line : strip.lines) std::fill_n(line, strip.count, 0.0F);
    IndexRange const columns = tile.columns(n);
    for (int column = columns.first; column <= columns.last; column += Square::side) {
      Square square;
      std::copy_n(tile.column(n, column), Square::count, square.numbers);
      square.transpose();
      for (int lane = 0; lane < strip_slices; ++lane) {
        std::copy_n(square.row(lane), Square::side, strip.part(tile, lane, column));
      }
    }
    for (int lane = 0; Axis == 1 && lane < slices; ++lane) {
      IndexRange const in = strip.inside(tile.box(), 0, strip.count);
      if (in.first > in.last) continue;
      add(strip.first + in.first, slice + lane, strip.lines[lane] + in.first,
          in.last - in.first + 1);
    }
    for (int i = 0; Axis == 0 && i < strip.count; i += Square::side) {
      IndexRange const in = strip.inside(tile.box(), i, Square::side);
      Square square;
      for (int lane = 0; lane < strip_slices; ++lane) {
        std::copy_n(strip.lines[lane] + i, Square::side, square.row(lane));
      }
      square.transpose();
      for (int m = in.first; m <= in.last; ++m) {
        add(slice, strip.first + m, square.row(m - i), slices);
      }
    }
  }
}

}  // namespace pyronn::detail
