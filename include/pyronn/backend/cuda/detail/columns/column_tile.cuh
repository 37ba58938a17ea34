// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ColumnTile, and ColumnTileShadow: what of a z-aligned view a tile of voxels needs, as
/// TransposeColumnTiles reads it.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>

namespace pyronn::detail {

/// A tile of voxels, seen along the main axis of some rays: the lanes of a warp are its slices
/// across that axis.
struct ColumnTile {
  static constexpr int width = 32;   ///< along x and y
  static constexpr int height = 16;  ///< along z

  Vec<int, 3> first;  ///< voxel
  int axis;           ///< the main axis, x or y

  [[nodiscard]] __device__ int first_slice() const { return axis == 0 ? first[0] : first[1]; }
  [[nodiscard]] __device__ int first_across() const { return axis == 0 ? first[1] : first[0]; }

  /// A point of a slice.
  [[nodiscard]] __device__ Vec3f point(float slice, float across, float z) const {
    return axis == 0 ? Vec3f{slice, across, z} : Vec3f{across, slice, z};
  }
};

/// The detector columns whose rays meet a tile, and between which rows its voxels and those below
/// and above them lie. Row r is the interval from r to r + 1.
struct ColumnTileShadow {
  int first_column;
  int columns;  ///< 0: the tile has no shadow, or of rays along the other axis alone
  int first_row;
  int rows;

  static __device__ ColumnTileShadow of(ZAlignedMapAndRays const& view, ColumnTile const& tile,
                                        Extents<3> const& size, Extents<2> const& detector) {
    Bounds const bounds = bounds_of(view, tile, size);
    IndexRange const columns = bounds.indices(0, detector[0], column_margin);
    auto const height = static_cast<float>(detector[1]);
    float const low = std::floor(bounds.low(1) - row_margin);
    float const high = std::floor(bounds.high(1) + row_margin);
    // Row by row what is below and what is above the detector is all the same.
    ColumnTileShadow shadow{columns.first, 0, static_cast<int>(max(low, -height - most_beyond)), 0};
    shadow.rows = static_cast<int>(min(high, 2.0F * height + most_beyond)) - shadow.first_row + 1;
    bool const meets = columns.first <= columns.last && high >= 0.0F && low < height;
    if (meets && has_rays_along(view, tile.axis, columns)) {
      shadow.columns = columns.last - columns.first + 1;
    }
    return shadow;
  }

 private:
  static constexpr float column_margin = 1.0F / 64;  ///< rounding moves positions by far less
  static constexpr float row_margin = 1.0F / 8;
  static constexpr float most_beyond = 1024.0F;

  static __device__ Bounds bounds_of(ZAlignedMapAndRays const& view, ColumnTile const& tile,
                                     Extents<3> const& size) {
    Bounds bounds;
    int const slices = tile.axis == 0 ? size[0] : size[1];
    int const across = tile.axis == 0 ? size[1] : size[0];
    int const k = tile.first_slice();
    int const a = tile.first_across();
    for (int corner = 0; corner < 8; ++corner) {
      auto const either = [corner](int bit, int low, int high) {
        return static_cast<float>((corner >> bit & 1) == 0 ? low : high);
      };
      auto const point = view.project(
          tile.point(either(0, k, min(k + ColumnTile::width, slices) - 1),
                     either(1, a - 1, min(a + ColumnTile::width, across)),
                     either(2, tile.first[2] - 1, tile.first[2] + ColumnTile::height)));
      bounds.include(point.u, point.v);
    }
    return bounds;
  }

  /// Whether a ray of these columns may have this main axis. Directions of columns lie on a line:
  /// where both ends are in one quadrant of the other axis, so are all.
  static __device__ bool has_rays_along(ZAlignedMapAndRays const& view, int axis,
                                        IndexRange const& columns) {
    auto const in_quadrant = [&](int u) {
      Vec3f const direction = view.ray(static_cast<float>(u), 0.0F).direction;
      float const along = axis == 0 ? direction[0] : direction[1];
      float const other = axis == 0 ? direction[1] : direction[0];
      return abs(other) > 1.0001F * abs(along) ? (other > 0.0F ? 1 : -1) : 0;
    };
    int const quadrant = in_quadrant(columns.first);
    return quadrant == 0 || in_quadrant(columns.last) != quadrant;
  }
};

}  // namespace pyronn::detail
