// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ShearedTile: a square of voxels, sheared so that rays of nearly one slope read it in order.
#include <algorithm>
#include <cstdint>

#include <pyronn/backend/cpu/detail/rows/row_piece.hpp>
#include <pyronn/backend/cpu/detail/sheared/slope_interval.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// Some rays of nearly one slope in a tile.
struct RaysInTile {
  static constexpr int most = 32;

  int count = 0;
  float base[most];  ///< as of JosephRay, of all of the image
  float slope[most];
  int first[most];  ///< strips of slices in which they may meet voxels
  int last[most];
};

/// A box of voxels as rays of a group see it.
struct BoxAcross {
  int first_slice;
  int slices;
  int first_across;
  int width;

  template <int Axis>
  static BoxAcross of(VoxelBox const& box) {
    return {box.first[Axis], box.end[Axis] - box.first[Axis], box.first[1 - Axis],
            box.end[1 - Axis] - box.first[1 - Axis]};
  }
};

/// Sums or values of the voxels of a square, whose slices are perpendicular to the main axis of the
/// rays. Strips of slices are sheared and lie with the slices fastest: a ray that crosses a strip
/// has its weights in four neighbouring columns of a strip, whatever the slice, which lie in memory
/// one after another. So loops over the slices of a strip vectorise. Around the voxels are zeros,
/// or sums in vain.
template <int Side>
class ShearedTile {
  static constexpr int border = 4;  ///< columns that a ray meets

 public:
  static constexpr int most_strips = Side / strip_slices;
  static_assert(Side % strip_slices == 0, "A tile is made of strips.");

  /// Columns of a strip as whole squares of numbers, with all shifts and what rays meet beside the
  /// voxels.
  static constexpr int columns_for(int width) {
    return (width + 2 * border - 2) / strip_slices * strip_slices + 2 * strip_slices;
  }
  static constexpr int most_columns = columns_for(Side);

  /// Becomes a box, whose numbers are not set. Rays of the interval that meet it cross its first
  /// slice at voxels of a range, moved along the middle slope.
  void shape(BoxAcross const& box, SlopeInterval const& interval, IndexRange const& range) {
    box_ = box;
    interval_ = interval;
    origin_ = border + max(0, interval.shift(strip_slices - 1));
    strips_ = (box.slices - 1) / strip_slices + 1;
    int const all = columns_for(box.width);
    for (int n = 0; n < strips_; ++n) {
      int const moved = floor_to_int(static_cast<float>(n * strip_slices) * interval.middle());
      int const first = range.first - box.first_across + moved + origin_ - border;
      int const end = range.last - box.first_across + moved + origin_ + 2 * border;
      columns_[n].first = clamp(first, 0, all - border) / strip_slices * strip_slices;
      columns_[n].last =
          min(all, (max(end, border) - 1) / strip_slices * strip_slices + strip_slices) - 1;
    }
  }
  /// How many columns of all strips rays meet.
  [[nodiscard]] int columns_in_all() const {
    int count = 0;
    for (int n = 0; n < strips_; ++n) count += columns_[n].last - columns_[n].first + 1;
    return count;
  }
  /// Makes all sums zero.
  void clear() {
    for (int n = 0; n < strips_; ++n) {
      int const first = columns_[n].first;
      int const end = columns_[n].last + 1;
      std::fill_n(values_[n][first], (end - first) * strip_slices, 0.0F);
    }
  }

  [[nodiscard]] BoxAcross const& box() const { return box_; }
  [[nodiscard]] SlopeInterval const& interval() const { return interval_; }
  [[nodiscard]] int strips() const { return strips_; }
  /// The columns of a strip that rays meet: whole squares of numbers.
  [[nodiscard]] IndexRange columns(int strip) const { return columns_[strip]; }
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
      float const* const values = values_[n][columns_[n].first];
      int const count = (columns_[n].last - columns_[n].first + 1) * strip_slices;
      for (int i = 0; i < count; ++i) {
        largest = max(largest, bits_of_float(values[i]) & 0x7fffffffU);
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
          of_ray[0][lane] +=
              weights.of[0] * values[lane] + weights.of[1] * values[strip_slices + lane];
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
  /// Where a ray crosses the strips: the first of the four columns, the distance from it in the
  /// first slice, and how much farther it is in the others.
  struct Places {
    int columns[RaysInTile::most][most_strips];
    float parts[RaysInTile::most][most_strips];

    Places(ShearedTile const& tile, RaysInTile const& rays) {
      for (int r = 0; r < rays.count; ++r) {
        float const base = rays.base[r];
        float const slope = rays.slope[r];
        for (int n = 0; n < most_strips; ++n) {
          // Of all of the image, so that tiles of any size agree.
          float const across =
              base + static_cast<float>(tile.box_.first_slice + n * strip_slices) * slope;
          int const lower = floor_to_int(across);
          parts[r][n] = across - static_cast<float>(lower - 1);
          columns[r][n] = clamp(lower - 1 - tile.box_.first_across + tile.origin_, 0,
                                columns_for(tile.box_.width) - border);
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
      return float_of_bits(
          static_cast<unsigned>(min(static_cast<int>(bits_of_float(distance)), one)));
    }
  };

  static void add_lanes(float const (&of_lanes)[RaysInTile::most][strip_slices], int count,
                        float (&sums)[RaysInTile::most]) {
    for (int r = 0; r < count; ++r) {
      float quarter[4];
      for (int lane = 0; lane < 4; ++lane)
        quarter[lane] = (of_lanes[r][lane] + of_lanes[r][lane + 4]) +
                        (of_lanes[r][lane + 8] + of_lanes[r][lane + 12]);
      sums[r] = (quarter[0] + quarter[1]) + (quarter[2] + quarter[3]);
    }
  }

  SlopeInterval interval_{0};
  BoxAcross box_{};
  int origin_ = 0;
  int strips_ = 0;
  IndexRange columns_[most_strips];
  alignas(64) float values_[most_strips][most_columns][strip_slices];
};

}  // namespace pyronn::detail
