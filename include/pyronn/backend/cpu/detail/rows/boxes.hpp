// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ImageBoxes: how an image is cut into boxes of voxels, and these lie in tiles.
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn::detail {

/// Rows are cut into runs of so many voxels, at multiples of it.
inline constexpr int voxels_of_run = 16;

/// Where a voxel projects depends on its place in a tile of so many voxels along x and y, whatever
/// box is done at a time.
inline constexpr int tile_side = 64;

/// Some voxels of an image: the first, and how many along x and y.
struct ImageBox {
  Vec<int, 2> first;
  Vec<int, 2> count;
};

/// The boxes of an image.
struct ImageBoxes {
  Vec<int, 2> size;  ///< of the image
  int side;          ///< of boxes: a tile's or a part of it

  /// Whole tiles in images that have enough of them for many threads, else quarters.
  static ImageBoxes of_image(int columns, int rows) {
    constexpr int large = 16 * tile_side;
    return {{columns, rows}, min(columns, rows) >= large ? tile_side : tile_side / 2};
  }

  [[nodiscard]] int count(int axis) const { return (size[axis] - 1) / side + 1; }

  /// A box, as far as there is an image; rows end with a whole run.
  [[nodiscard]] ImageBox box(int x, int y) const { return at(x * side, y * side, side); }

  /// The tile in which a box lies.
  [[nodiscard]] ImageBox tile_of(ImageBox const& box) const {
    return at(box.first[0] / tile_side * tile_side, box.first[1] / tile_side * tile_side,
              tile_side);
  }

  /// How many voxels of a box's rows belong to the image.
  [[nodiscard]] int columns(ImageBox const& box) const {
    return min(box.count[0], size[0] - box.first[0]);
  }

 private:
  [[nodiscard]] ImageBox at(int x, int y, int most) const {
    constexpr int run = voxels_of_run;
    int const columns = min(most, size[0] - x);
    return {{x, y}, {(columns - 1) / run * run + run, min(most, size[1] - y)}};
  }
};

}  // namespace pyronn::detail
