// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the views of a geometry are passed to a kernel that has no grid: unchanged, in world mm and
/// in their own precision.
#include <cstddef>
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn::detail {

/// The bytes for views in a launch's argument; bodies take the rest.
inline constexpr std::size_t world_views_bytes = std::size_t{12} * 1024;

/// A table of consecutive views.
template <class View>
struct WorldViewTable {
  static constexpr int capacity = launch_capacity<View>(world_views_bytes);
  static_assert(capacity >= 1, "A view must be smaller than 12 KiB to travel beside bodies.");

  LaunchTable<View, capacity> views;

  PYRONN_HOST_DEVICE View const& view(int n) const { return views[n]; }
};

/// A geometry that is passed whole; the views are those from `first` on.
template <class Geometry>
struct WholeGeometry {
  static constexpr int capacity = 1024;

  Geometry geometry;
  int first;

  PYRONN_HOST_DEVICE view_t<Geometry> view(int n) const { return user::view(geometry, first + n); }
};

template <class Geometry>
constexpr bool travels_whole() {
  return std::is_trivially_copyable_v<Geometry> && sizeof(Geometry) <= world_views_bytes;
}

/// The form of consecutive views in a launch, at most `capacity` of them.
template <class Geometry>
using WorldViews = std::conditional_t<travels_whole<Geometry>(), WholeGeometry<Geometry>,
                                      WorldViewTable<view_t<Geometry>>>;

/// The views [first, first + count).
template <class Geometry>
WorldViews<Geometry> world_views(Geometry const& geometry, int first, int count) {
  if constexpr (travels_whole<Geometry>()) {
    static_cast<void>(count);
    return {geometry, first};
  } else {
    WorldViews<Geometry> table;
    for (int n = 0; n < count; ++n) table.views[n] = geometry.view(first + n);
    return table;
  }
}

}  // namespace pyronn::detail
