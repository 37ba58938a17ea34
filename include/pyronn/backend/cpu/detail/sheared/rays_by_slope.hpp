// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RaysBySlope: rays of the plane in order of their slopes.
#include <algorithm>
#include <cstdint>

#include <pyronn/backend/cpu/detail/sheared/slope_interval.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>

namespace pyronn::detail {

/// Some rays as JosephRay has them, number by number, so that loops over rays vectorise.
template <int Most>
struct RayTable {
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
  void set(int n, RayTable<Other> const& other, int m) {
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
  static constexpr int most = 4096;
  using Table = RayTable<most>;

  [[nodiscard]] bool has_room(int count) const { return count_ + count <= most; }
  void clear() { count_ = 0; }

  /// Adds the rays of some pixels of a view, of which `pixel` is the number of the first, and
  /// returns the place of the first. Rays that cross no slice are left out of all groups.
  template <class View>
  int add(View const& view, int first, int count, Vec3f const& spacing, int pixel) {
    int const begin = count_;
    for (int n = 0; n < count; n += Ends::most) {
      Ends const ends{view, first + n, min(Ends::most, count - n), spacing};
      ends.trace(unsorted_, groups_, begin + n);
    }
    for (int n = 0; n < count; ++n) unsorted_.pixel[begin + n] = pixel + n;
    count_ += count;
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

  /// Rays of a view as it has them.
  struct Ends {
    static constexpr int most = 64;

    int count;
    float origin[2][most];
    float direction[2][most];
    float rise[most];     ///< of the direction, along z
    float length2[most];  ///< of the direction [mm^2]
    float begin[most];
    float end[most];

    template <class View>
    Ends(View const& view, int first, int count_, Vec3f const& spacing) : count{count_} {
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

    /// As JosephRay does, in a loop that vectorises.
    void trace(Table& table, std::uint8_t* groups, int place) const {
      for (int n = 0; n < count; ++n) {
        float const x = abs(direction[0][n]);
        float const y = abs(direction[1][n]);
        bool const is_y = y > x;
        float const along = is_y ? direction[1][n] : direction[0][n];
        float const across = is_y ? direction[0][n] : direction[1][n];
        float const from_along = is_y ? origin[1][n] : origin[0][n];
        float const from_across = is_y ? origin[0][n] : origin[1][n];
        float const per_slice = 1.0F / along;
        float const slope = across * per_slice;
        float const base = from_across - from_along * slope;
        float const first = from_along + begin[n] * along;
        float const last = from_along + end[n] * along;
        float const step = length2[n] * reciprocal_sqrt(length2[n]) * abs(per_slice);
        bool const crosses = both(abs(base + slope) < beyond_all<float>, !(abs(rise[n]) > max(x, y)));
        int const group =
            SlopeInterval::index_of(crosses ? slope : 0.0F) + (is_y ? SlopeInterval::count : 0);
        table.base[place + n] = base;
        table.slope[place + n] = slope;
        table.low[place + n] = min(first, last);
        table.high[place + n] = max(first, last);
        table.scale[place + n] = step;
        groups[place + n] = static_cast<std::uint8_t>(crosses ? group : none);
      }
    }
  };

  int count_ = 0;
  Table unsorted_;
  Table sorted_;
  std::uint8_t groups_[most];
};

}  // namespace pyronn::detail
