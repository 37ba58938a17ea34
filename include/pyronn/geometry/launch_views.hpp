// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the views of a geometry travel into a kernel: by value, in the launch's own argument, so
/// that no call uploads anything and no memory has to outlive the launch.
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/index_view.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn::detail {

/// Launch arguments are limited to 32,764 bytes; 4 KiB of texture handles and the kernel's own
/// parameters share them with the views.
inline constexpr std::size_t launch_views_bytes = std::size_t{26} * 1024;
inline constexpr int max_launch_views = 512;

/// Some consecutive views, tabulated.
template <class IndexView>
struct ViewTable {
  static constexpr int capacity =
      pyronn::min(max_launch_views, static_cast<int>(launch_views_bytes / sizeof(IndexView)));
  static_assert(capacity >= 1, "A view must be smaller than 26 KiB to travel in a launch.");

  IndexView views[capacity];

  PYRONN_HOST_DEVICE IndexView const& view(int n) const { return views[n]; }
};

/// Some consecutive views of a geometry that travels whole and makes them in the kernel.
template <class Geometry, class IndexView>
struct InlineViews {
  static constexpr int capacity = max_launch_views;
  static_assert(sizeof(Geometry) <= launch_views_bytes,
                "A geometry must be smaller than 26 KiB to travel in a launch.");

  Geometry geometry;
  Grid grid;
  int first;

  PYRONN_HOST_DEVICE IndexView view(int n) const { return {geometry.view(first + n), grid}; }
};

/// The views of a geometry as seen by a grid, set up once; hands them out launch by launch.
template <class Geometry, class IndexView>
class LaunchViews {
  static constexpr bool is_inline =
      !IndexView::is_projective && std::is_trivially_copyable_v<Geometry>;

 public:
  using Chunk =
      std::conditional_t<is_inline, InlineViews<Geometry, IndexView>, ViewTable<IndexView>>;
  static constexpr int capacity = Chunk::capacity;

  LaunchViews(Geometry const& geometry, Grid const& grid) : geometry_{geometry}, grid_{grid} {
    if constexpr (!is_inline) {
      views_.reserve(static_cast<std::size_t>(geometry.num_views()));
      for (int n = 0; n < geometry.num_views(); ++n) {
        views_.push_back(IndexView::make(geometry.view(n), grid));
      }
    }
  }

  /// The views [first, first + count); count is at most `capacity`.
  [[nodiscard]] Chunk chunk(int first, int count) const {
    if constexpr (is_inline) {
      static_cast<void>(count);
      return {geometry_, grid_, first};
    } else {
      Chunk table;
      for (int n = 0; n < count; ++n) table.views[n] = views_[static_cast<std::size_t>(first + n)];
      return table;
    }
  }

 private:
  Geometry geometry_;
  Grid grid_;
  std::vector<IndexView> views_;
};

}  // namespace pyronn::detail
