// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the views of a geometry travel into a kernel that knows no grid: as they are, in world mm
/// and in their own precision.
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/geometry/launch_views.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn::detail {

/// A geometry that travels whole; its views from `first` on.
template <class Geometry>
struct WholeGeometry {
  static constexpr int capacity = max_launch_views;

  Geometry geometry;
  int first;

  PYRONN_HOST_DEVICE view_t<Geometry> view(int n, int) const { return geometry.view(first + n); }
};

template <class Geometry>
constexpr bool travels_whole() {
  return std::is_trivially_copyable_v<Geometry> && sizeof(Geometry) <= launch_views_bytes;
}

/// Some consecutive views, at most `capacity` in one launch.
template <class Geometry>
using WorldViews = std::conditional_t<travels_whole<Geometry>(), WholeGeometry<Geometry>,
                                      ViewTable<view_t<Geometry>>>;

/// The views [first, first + count).
template <class Geometry>
WorldViews<Geometry> world_views(Geometry const& geometry, int first, int count) {
  if constexpr (travels_whole<Geometry>()) {
    static_cast<void>(count);
    return {geometry, first};
  } else {
    WorldViews<Geometry> table;
    table.sample_stride = 0;
    for (int n = 0; n < count; ++n) table.views[n] = geometry.view(first + n);
    return table;
  }
}

}  // namespace pyronn::detail
