// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ShearedTile: a square of voxels, sheared so that rays of nearly one slope read it in order.
#include <algorithm>
#include <cstdint>

#include <pyronn/backend/cpu/detail/rows/row_piece.hpp>
#include <pyronn/backend/cpu/detail/sheared/slope_interval.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// Some rays of nearly one slope in a tile.
struct RaysInTile {
  static constexpr int most = 32;

  int count = 0;
  float start[most];  ///< where they cross the first slice, counted from the first voxel across
  float slope[most];
  int first[most];  ///< strips of slices in which they may meet voxels
  int last[most];
};

/// Sums or values of the voxels of a square, whose slices are perpendicular to the main axis of the
/// rays. Strips of slices are sheared and lie with the slices fastest: a ray that crosses a strip
/// has its weights in four neighbouring columns of a strip, whatever the slice, which lie in memory
/// one after another. So loops over the slices of a strip vectorise. Around the voxels are zeros,
/// or sums in vain.
template <int Side>
class ShearedTile {
 public:
  static constexpr int most_strips = Side / strip_slices;
  static_assert(Side % strip_slices == 0, "A tile is made of strips.");

  /// Becomes a box of `depth` slices of `width` voxels, whose numbers are not set.
  void shape(int depth, int width, SlopeInterval const& interval) {
    depth_ = depth;
    width_ = width;
    interval_ = interval;
    origin_ = border + max(0, interval.shift(strip_slices - 1));
    strips_ = (depth - 1) / strip_slices + 1;
    columns_ = columns_for(width);
  }
  /// Makes all zero.
  void clear() {
    for (int n = 0; n < strips_; ++n) {
      std::fill_n(&values_[n][0][0], columns_ * strip_slices, 0.0F);
    }
  }

  [[nodiscard]] int depth() const { return depth_; }
  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] SlopeInterval const& interval() const { return interval_; }
  /// How many strips there are, and columns of a strip.
  [[nodiscard]] int strips() const { return strips_; }
  [[nodiscard]] int columns() const { return columns_; }
  /// The column that the first voxel of a strip's first slice is in.
  [[nodiscard]] int origin() const { return origin_; }
  /// @{
  /// The numbers of a column of a strip, one for each slice.
  [[nodiscard]] float* column(int strip, int n) { return values_[strip][n]; }
  [[nodiscard]] float const* column(int strip, int n) const { return values_[strip][n]; }
  /// @}

  [[nodiscard]] bool is_finite() const {
    std::uint32_t largest = 0;
    for (int n = 0; n < strips_; ++n) {
      float const* const strip = &values_[n][0][0];
      for (int i = 0; i < columns_ * strip_slices; ++i) {
        largest = max(largest, bits_of_float(strip[i]) & 0x7fffffffU);
      }
    }
    return largest < 0x7f800000U;
  }

  /// The sums of weight times value over the voxels that rays meet.
  void sum_along(RaysInTile const& rays, float (&sums)[RaysInTile::most]) const {
    Places const places{*this, rays};
    float of_lanes[RaysInTile::most][strip_slices];
    for (int r = 0; r < rays.count; ++r) {
      float const slope = rays.slope[r] - interval_.middle();
      float of_ray[2][strip_slices] = {};
      for (int n = rays.first[r]; n <= rays.last[r]; ++n) {
        float const* const values = opaque(values_[n][places.columns[r][n]]);
        float const part = places.parts[r][n];
        for (int lane = 0; lane < strip_slices; ++lane) {
          Weights const weights{part + (interval_.rest(lane) + static_cast<float>(lane) * slope)};
          of_ray[0][lane] += weights.of[0] * values[lane] + weights.of[1] * values[strip_slices + lane];
          of_ray[1][lane] += weights.of[2] * values[2 * strip_slices + lane] +
                             weights.of[3] * values[3 * strip_slices + lane];
        }
      }
      for (int lane = 0; lane < strip_slices; ++lane) {
        of_lanes[r][lane] = of_ray[0][lane] + of_ray[1][lane];
      }
    }
    add_lanes(of_lanes, rays.count, sums);
  }

  /// Adds weight times value to the voxels that a ray meets.
  void add_along(RaysInTile const& rays, float const* ray_values) {
    Places const places{*this, rays};
    for (int r = 0; r < rays.count; ++r) {
      float const slope = rays.slope[r] - interval_.middle();
      float const value = ray_values[r];
      for (int n = rays.first[r]; n <= rays.last[r]; ++n) {
        float* const values = opaque(values_[n][places.columns[r][n]]);
        float const part = places.parts[r][n];
        for (int lane = 0; lane < strip_slices; ++lane) {
          Weights const weights{part + (interval_.rest(lane) + static_cast<float>(lane) * slope)};
          for (int c = 0; c < 4; ++c) values[c * strip_slices + lane] += weights.of[c] * value;
        }
      }
    }
  }

 private:
  static constexpr int border = 4;  ///< columns that a ray meets
  /// Whole squares of numbers, with the border and all shifts.
  static constexpr int columns_for(int width) {
    return (width + 2 * border - 2) / strip_slices * strip_slices + 2 * strip_slices;
  }

  /// Where a ray crosses the strips: the first of the four columns, the distance from it in the
  /// first slice, and how much farther it is in the others.
  struct Places {
    int columns[RaysInTile::most][most_strips];
    float parts[RaysInTile::most][most_strips];

    Places(ShearedTile const& tile, RaysInTile const& rays) {
      for (int r = 0; r < rays.count; ++r) {
        float const start = rays.start[r];
        float const slope = rays.slope[r];
        for (int n = 0; n < most_strips; ++n) {
          float const across = start + static_cast<float>(n * strip_slices) * slope;
          int const lower = floor_to_int(across);
          parts[r][n] = across - static_cast<float>(lower - 1);
          columns[r][n] = clamp(lower - 1 + tile.origin_, 0, tile.columns_ - border);
        }
      }
    }
  };

  /// Of four voxels side by side, at a distance in (0, 3) from the first one: those of linear
  /// interpolation.
  struct Weights {
    float of[4];

    explicit Weights(float distance) {
      float const first = at_most_one(distance);
      float const beyond_first = distance - first;
      float const second = at_most_one(beyond_first);
      float const third = beyond_first - second;
      of[0] = 1.0F - first;
      of[1] = first - second;
      of[2] = second - third;
      of[3] = third;
    }
    static float at_most_one(float distance) {
      constexpr int one = 0x3f800000;
      return float_of_bits(static_cast<unsigned>(min(static_cast<int>(bits_of_float(distance)), one)));
    }
  };

  static void add_lanes(float const (&of_lanes)[RaysInTile::most][strip_slices], int count,
                        float (&sums)[RaysInTile::most]) {
    for (int r = 0; r < count; ++r) {
      float quarter[4];
      for (int lane = 0; lane < 4; ++lane) quarter[lane] = (of_lanes[r][lane] + of_lanes[r][lane+4])+ (of_lanes[r][lane+8]+of_lanes[r][lane+12]);
      sums[r] = (quarter[0]+quarter[1])+(quarter[2]+quarter[3]);
    }
  }

  SlopeInterval interval_{0};
  int depth_ = 0;
  int width_ = 0;
  int origin_ = 0;
  int strips_ = 0;
  int columns_ = 0;
  alignas(64) float values_[most_strips][columns_for(Side)][strip_slices];
};

}  // namespace pyronn::detail
