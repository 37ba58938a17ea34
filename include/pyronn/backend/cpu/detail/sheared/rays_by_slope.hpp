// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RaysBySlope: rays of the plane in order of their slopes.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include <pyronn/backend/cpu/detail/rows/row_piece.hpp>
#include <pyronn/backend/cpu/detail/sheared/slope_interval.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>

namespace pyronn::detail {

/// Some rays as JosephRay has them, number by number, so that loops over rays vectorise.
template <int Most>
struct SlopeTable {
  static constexpr int most = Most;

  float base[Most];
  float slope[Most];
  float low[Most];
  float high[Most];
  float scale[Most];  ///< the length between slices [mm], maybe times what the pixel holds
  int pixel[Most];    ///< a number that the caller gives

  [[nodiscard]] JosephRay ray(int n, int axis) const {
    return JosephRay::in_plane(axis, base[n], slope[n], low[n], high[n], scale[n]);
  }
  template <int Other>
  void set(int n, SlopeTable<Other> const& other, int m) {
    base[n] = other.base[m];
    slope[n] = other.slope[m];
    low[n] = other.low[m];
    high[n] = other.high[m];
    scale[n] = other.scale[m];
    pixel[n] = other.pixel[m];
  }
};

/// A group: the rays [first, end) of a table, which have one main axis and nearly one slope.
struct SlopeGroup {
  int axis;
  SlopeInterval interval;
  int first;
  int end;
};

/// At most `most` rays, which become groups.
class RaysBySlope {
 public:
  static constexpr int most = 8192;
  using Table = SlopeTable<most>;

  [[nodiscard]] bool has_room(int count) const { return count_ + count <= most; }
  void clear() { count_ = 0; }

  /// Adds the rays of some pixels of a view, of which `pixel` is the number of the first, and
  /// returns the place of the first. Rays that cross no slice are left out of all groups.
  template <class View>
  int add(View const& view, int first, int count, Vec3f const& spacing, int pixel) {
    int const begin = count_;
    for (int n = 0; n < count; n += Traced::most) {
      Traced traced;
      traced.trace(view, first + n, min(Traced::most, count - n), spacing);
      for (int i = 0; i < min(Traced::most, count - n); ++i) {
        traced.table.pixel[i] = pixel + n + i;
        unsorted_.set(count_, traced.table, i);
        groups_[count_++] = static_cast<std::uint8_t>(traced.groups[i]);
      }
    }
    return begin;
  }
  void leave_out(int n) { groups_[n] = none; }
  [[nodiscard]] float& scale(int n) { return unsorted_.scale[n]; }

  /// Puts the rays in order and calls `work(group)` for each group, whose rays are in `table()`.
  template <class Work>
  void for_each(Work const& work) {
    int ends[none + 2] = {};
    for (int n = 0; n < count_; ++n) ++ends[groups_[n] + 1];
    for (int n = 1; n <= none; ++n) ends[n] += ends[n - 1];
    int places[none + 1];
    std::copy_n(ends, none + 1, places);
    for (int n = 0; n < count_; ++n) {
      if (groups_[n] != none) sorted_.set(places[groups_[n]]++, unsorted_, n);
    }
    for (int n = 0; n < none; ++n) {
      if (ends[n] == ends[n + 1]) continue;
      work(SlopeGroup{n / SlopeInterval::count, SlopeInterval{n % SlopeInterval::count}, ends[n],
                      ends[n + 1]});
    }
  }
  [[nodiscard]] Table const& table() const { return sorted_; }

 private:
  static constexpr int none = 2 * SlopeInterval::count;

  /// Some rays of a view.
  struct Traced {
    static constexpr int most = 64;

    SlopeTable<most> table;
    int groups[most];

    template <class View>
    void trace(View const& view, int first, int count, Vec3f const& spacing) {
      Ends ends;
      ends.find(view, first, count, spacing);
      for (int n = 0; n < count; ++n) trace(ends, n);
    }

   private:
    /// The rays as the view has them.
    struct Ends {
      float origin[2][most];
      float direction[2][most];
      float rise[most];     ///< of the direction, along z
      float length2[most];  ///< of the direction [mm^2]
      float begin[most];
      float end[most];

      template <class View>
      void find(View const& view, int first, int count, Vec3f const& spacing) {
        for (int n = 0; n < count; ++n) {
          Ray<float> const ray = view.ray(static_cast<float>(first + n), 0.0F);
          for (int axis = 0; axis < 2; ++axis) {
            origin[axis][n] = ray.origin[axis];
            direction[axis][n] = ray.direction[axis];
          }
          rise[n] = ray.direction[2];
          Vec3f const in_mm = pyronn::scale(ray.direction, spacing);
          length2[n] = dot(in_mm, in_mm);
          begin[n] = ray.begin;
          end[n] = ray.end;
        }
      }
    };

    /// As JosephRay does, in a form that vectorises.
    void trace(Ends const& ends, int n) {
      float const x = std::abs(ends.direction[0][n]);
      float const y = std::abs(ends.direction[1][n]);
      int const is_y = static_cast<int>(y > x);
      float const along = either_of(is_y, ends.direction[1][n], ends.direction[0][n]);
      float const across = either_of(is_y, ends.direction[0][n], ends.direction[1][n]);
      float const from_along = either_of(is_y, ends.origin[1][n], ends.origin[0][n]);
      float const from_across = either_of(is_y, ends.origin[0][n], ends.origin[1][n]);
      float const per_slice = 1.0F / along;
      float const slope = across * per_slice;
      float const base = from_across - from_along * slope;
      float const first = from_along + ends.begin[n] * along;
      float const last = from_along + ends.end[n] * along;
      int const crosses = static_cast<int>(
          both(std::abs(base + slope) < beyond_all<float>, std::abs(ends.rise[n]) <= max(x, y)));
      table.base[n] = base;
      table.slope[n] = slope;
      table.low[n] = min(first, last);
      table.high[n] = max(first, last);
      table.scale[n] = ends.length2[n] * reciprocal_sqrt(ends.length2[n]) * std::abs(per_slice);
      int const group = SlopeInterval::index_of(either_of(crosses, slope, 0.0F));
      groups[n] = crosses * (group + is_y * SlopeInterval::count) + (1 - crosses) * none;
    }
  };

  int count_ = 0;
  Table unsorted_;
  Table sorted_;
  std::uint8_t groups_[most];
};

}  // namespace pyronn::detail
