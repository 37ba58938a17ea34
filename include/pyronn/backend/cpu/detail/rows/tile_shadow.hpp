// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TileShadow: where a tile of an image projects onto a detector of one row.
#include <algorithm>
#include <cmath>

#include <pyronn/backend/cpu/detail/rows/boxes.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>
#include <pyronn/model/detail/voxel_driven/run.hpp>

namespace pyronn::detail {

/// Where the voxels of a row of a tile project, counted from its first voxel:
/// voxel k at the position (u + k step_u) / (w + k step_w).
struct ProjectedRow {
  float u;
  float step_u;
  float w;
  float step_w;
};

/// Positions in a tile are counted from a pixel near it, so that they are small
/// numbers, which single precision holds well; what they begin with is computed
/// in double precision.
class TileShadow {
 public:
  /// The greatest number of pixels of a shadow.
  static constexpr int max_pixels = 512;

  TileShadow(PlaneMap const& map, ImageBox const& tile)
      : map_{map},
        first_voxel_{tile.first},
        is_parallel_{map.w[0] == 0.0F && map.w[1] == 0.0F},
        inverse_depth_{1.0 / static_cast<double>(map.w[2])} {
    Range const range = range_of(tile);
    // Rounding moves the others by less than a pixel, and the depth of none
    // changes its sign.
    bool const is_exact = range.nearest > static_cast<double>(least_depth<float>) &&
                          range.farthest <= 16.0 * range.nearest &&
                          range.high - range.low < max_pixels - 8;
    if (!is_exact || !(std::abs(range.low) < 1e9)) return;
    has_rows_ = true;
    pixels_ = pixels_of(range);
  }

  /// Whether row() and pixels() may be called; else voxels must be projected
  /// one by one.
  [[nodiscard]] bool has_rows() const { return has_rows_; }

  /// The pixels between which all positions lie; some need not exist.
  [[nodiscard]] IndexRange pixels() const { return pixels_; }

  /// The same for some voxels of the tile.
  [[nodiscard]] IndexRange pixels(ImageBox const& box) const { return pixels_of(range_of(box)); }

  /// Row y of the image; positions are counted from the first of pixels().
  [[nodiscard]] ProjectedRow row(int y) const {
    double const first = pixels_.first;
    Point const start = at(first_voxel_[0], y);
    double const u = start.u - first * start.w;
    double const step_u = static_cast<double>(map_.u[0]) - first * static_cast<double>(map_.w[0]);
    if (is_parallel_) {
      return {static_cast<float>(u * inverse_depth_), static_cast<float>(step_u * inverse_depth_),
              map_.w[2], 0.0F};
    }
    return {static_cast<float>(u), static_cast<float>(step_u), static_cast<float>(start.w),
            map_.w[0]};
  }

  /// Whether the depth is the same everywhere; rows then hold positions that
  /// are not to be divided.
  [[nodiscard]] bool is_parallel() const { return is_parallel_; }

 private:
  struct Point {
    double u;
    double w;
  };
  struct Range {
    double low;
    double high;
    double nearest;
    double farthest;
  };

  [[nodiscard]] Point at(int x, int y) const {
    auto const along = [x, y](float const(&row)[3]) {
      return static_cast<double>(row[0]) * x +
             (static_cast<double>(row[1]) * y + static_cast<double>(row[2]));
    };
    return {along(map_.u), along(map_.w)};
  }

  [[nodiscard]] Range range_of(ImageBox const& box) const {
    Range range{};
    for (int corner = 0; corner < 4; ++corner) {
      Point const point = at(box.first[0] + (corner % 2 != 0 ? box.count[0] - 1 : 0),
                             box.first[1] + (corner / 2 != 0 ? box.count[1] - 1 : 0));
      double const u = point.u / point.w;
      range.low = corner == 0 ? u : std::min(range.low, u);
      range.high = corner == 0 ? u : std::max(range.high, u);
      range.nearest = corner == 0 ? point.w : std::min(range.nearest, point.w);
      range.farthest = corner == 0 ? point.w : std::max(range.farthest, point.w);
    }
    return range;
  }

  static IndexRange pixels_of(Range const& range) {
    return {static_cast<int>(std::floor(range.low)) - 1,
            static_cast<int>(std::floor(range.high)) + 1};
  }

  PlaneMap map_;
  Vec<int, 2> first_voxel_;
  bool is_parallel_;
  double inverse_depth_;
  bool has_rows_ = false;
  IndexRange pixels_{0, -1};
};

}  // namespace pyronn::detail
