// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RaysPerColumn: whether rays are many enough to be taken together.
#include <pyronn/backend/cpu/detail/sheared/slope_interval.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>

namespace pyronn::detail {

/// So many rays a column of a sheared tile must have, so that together they are faster than alone:
/// measured, with vectors of eight numbers or more, where they always are, and with those that all
/// processors have.
struct LeastRaysPerColumn {
  float forward;
  float transpose;
};
#if defined(__AVX2__)
inline constexpr LeastRaysPerColumn least_rays_per_column{0.0F, 0.0F};
#else
inline constexpr LeastRaysPerColumn least_rays_per_column{2.0F, 1.0F};
#endif

/// About how many rays there are for each column that sheared tiles must have for them. A group of
/// rays has the columns between its outermost rays and those that fill up squares. Only some rays
/// of each view are looked at.
class RaysPerColumn {
 public:
  /// Adds the rays of some pixels of a view through an image.
  template <class View>
  void add(View const& view, int first, int count, Extents<3> const& size, Vec3f const& spacing) {
    Place before{};
    for (int n = 0; n < count; n += apart) {
      JosephRay const ray{view.ray(static_cast<float>(first + n), 0.0F), spacing};
      Place const place{ray, size};
      if (place.is_met) {
        Group& group = groups_[place.group];
        group.rays += static_cast<float>(min(apart, count - n));
        group.include(place.across);
        if (before.is_met && before.axis == place.axis) group.include(before.across);
      }
      before = place;
    }
  }

  /// Whether columns have so many rays or more.
  [[nodiscard]] bool are_at_least(float least) const {
    float rays = 0.0F;
    float columns = 0.0F;
    for (Group const& group : groups_) {
      if (group.rays == 0.0F) continue;
      rays += group.rays;
      columns += group.high - group.low + static_cast<float>(3 * strip_slices);
    }
    return rays >= least * columns;
  }

 private:
  static constexpr int apart = 16;  ///< of the rays that are looked at, the first is

  /// Where a ray crosses the middle of an image.
  struct Place {
    bool is_met = false;
    int axis = 0;
    int group = 0;
    float across = 0.0F;

    Place() = default;
    Place(JosephRay const& ray, Extents<3> const& size) {
      if (ray.axis == 2 || !(abs(ray.base[0] + ray.slope[0]) < beyond_all<float>)) return;
      auto const width = static_cast<float>(size[1 - ray.axis]);
      float const half = 0.5F * static_cast<float>(size[ray.axis]);
      float const at = ray.base[0] + half * ray.slope[0];
      float const moves = half * abs(ray.slope[0]);
      is_met = at + moves >= 0.0F && at - moves <= width;
      axis = ray.axis;
      group = axis * SlopeInterval::count + SlopeInterval::index_of(ray.slope[0]);
      across = clamp(at, 0.0F, width);
    }
  };

  struct Group {
    float rays = 0.0F;
    float low = beyond_all<float>;
    float high = -beyond_all<float>;

    void include(float across) {
      low = min(low, across);
      high = max(high, across);
    }
  };

  Group groups_[2 * SlopeInterval::count];
};

}  // namespace pyronn::detail
