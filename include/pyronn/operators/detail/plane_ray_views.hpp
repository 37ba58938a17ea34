// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// PlaneRayViews: how rays of the plane travel into a kernel.
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/model/detail/views/plane_rays.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// As many views as a launch holds: kernels for images have few parameters of their own.
inline constexpr int most_plane_views = launch_capacity<PlaneRays>(launch_argument_bytes - 3072);
/// A launch costs the longer the longer its argument is, whatever that holds.
inline constexpr int few_plane_views = 128;

/// Some consecutive views of the plane, tabulated.
template <int Capacity>
struct PlaneRayTable {
  LaunchTable<PlaneRays, Capacity> views;
  int sample_stride;  ///< views from one sample to the next; 0 where all share theirs

  PYRONN_HOST_DEVICE PlaneRays const& view(int n, int sample) const {
    return views[sample * sample_stride + n];
  }
};

/// Hands out LaunchViews of IndexRays as PlaneRays, at most `Capacity` in a launch.
template <class Views, int Capacity>
class PlaneRayViews {
 public:
  using Chunk = PlaneRayTable<Capacity>;

  explicit PlaneRayViews(Views const& views) : views_{&views} {}

  /// As LaunchViews has it.
  template <class Launch>
  void for_each_launch(LaunchRange const& all, LaunchShape const& shape,
                       Launch const& launch) const {
    views_->for_each_launch(Capacity, all, shape, launch);
  }

  [[nodiscard]] Chunk chunk(LaunchRange const& range) const {
    Chunk table;
    table.sample_stride = views_->is_shared() ? 0 : range.views.count;
    PlaneRays* next = table.views.entries;
    views_->for_each_view(range, [&](IndexRays const& rays) { *next++ = PlaneRays{rays}; });
    return table;
  }

 private:
  Views const* views_;
};

/// Calls `work(views)` with the form of the views of a range that travels fastest.
template <int Dimension, class Views, class Work>
void visit_launched_form(Views const& views, LaunchRange const& all, Work const& work) {
  if constexpr (Dimension == 2 && std::is_same_v<typename Views::Chunk, ViewTable<IndexRays>>) {
    int const scans = views.is_shared() ? 1 : all.num_samples;
    if (all.views.count <= few_plane_views / scans) {
      return work(PlaneRayViews<Views, few_plane_views>{views});
    }
    work(PlaneRayViews<Views, most_plane_views>{views});
  } else {
    work(views);
  }
}

}  // namespace pyronn::detail
