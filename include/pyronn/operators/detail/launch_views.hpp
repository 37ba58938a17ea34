// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the views of a geometry travel into a kernel: by value, in the launch's own argument, so
/// that no call uploads anything and no memory has to outlive the launch.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/operators/detail/view_indices.hpp>

namespace pyronn::detail {

/// Of a launch's argument; texture handles and the kernel's own parameters need the rest.
inline constexpr std::size_t launch_views_bytes = std::size_t{26} * 1024;
inline constexpr int max_launch_views = 1024;

/// Backprojection in the plane adds up blocks of this many views, counted from a call's first, as
/// threads that share a voxel add up theirs first: so sums do not depend on how many views are read
/// or filtered at a time.
inline constexpr int plane_block_views = max_launch_views;

/// Some consecutive views, tabulated.
template <class IndexView>
struct ViewTable {
  static constexpr int capacity = launch_capacity<IndexView>(launch_views_bytes, max_launch_views);
  static_assert(capacity >= 1, "A view must be smaller than 26 KiB to travel in a launch.");

  LaunchTable<IndexView, max(capacity, 1)> views;
  int sample_stride;  ///< views from one sample to the next; 0 where all share theirs

  PYRONN_HOST_DEVICE IndexView const& view(int n, int sample) const {
    return views[sample * sample_stride + n];
  }
};

/// Some equally spaced views of a geometry that travels whole and makes them in the kernel.
template <class Geometry, class IndexView>
struct InlineViews {
  static constexpr int capacity = max_launch_views;
  static_assert(sizeof(Geometry) <= launch_views_bytes,
                "A geometry must be smaller than 26 KiB to travel in a launch.");

  Geometry geometry;
  Grid grid;
  int first;
  int stride;

  PYRONN_HOST_DEVICE IndexView view(int n, int) const {
    return IndexView::make(user::view(geometry, first + n * stride), grid);
  }
};

/// Views of a part of a batch, which one launch works on.
struct LaunchRange {
  ViewIndices views;  ///< of the geometry
  int first_view;     ///< where they begin in the call's projections
  int first_sample;   ///< of the geometries, where there are several
  int num_samples;
};

/// What else bounds a launch.
struct LaunchShape {
  int slices = 1;  ///< of each sample along the third axis, where items are voxels
  int most_views = max_launch_views;
};

/// The views of one geometry for all samples of a batch, or of one for each, as seen by a grid; set
/// up once, geometry by geometry, and handed out launch by launch.
template <class Geometry, class IndexView>
class LaunchViews {
  /// Whether kernels take geometries whole.
  static constexpr bool is_inline =
      !IndexView::is_projective && std::is_trivially_copyable_v<Geometry>;

 public:
  using Chunk =
      std::conditional_t<is_inline, InlineViews<Geometry, IndexView>, ViewTable<IndexView>>;

  /// For `count` geometries. `geometries` are all of them where kernels take them whole. Views are
  /// there when set_up was called for each.
  LaunchViews(std::size_t count, std::vector<Geometry> const& geometries, Grid const& grid)
      : grid_{grid}, views_(count) {
    if constexpr (is_inline) geometries_ = geometries;
  }

  /// Sets up the views of a sample's geometry; threads may do so for different ones. Throws
  /// InvalidArgument for lengths beyond single precision; the message names the view.
  void set_up(std::size_t sample, Geometry const& geometry) {
    if constexpr (!is_inline) {
      std::vector<IndexView> views;
      views.reserve(static_cast<std::size_t>(geometry.num_views()));
      try {
        for (int n = 0; n < geometry.num_views(); ++n) {
          views.push_back(IndexView::make(geometry.view(n), grid_));
        }
      } catch (InvalidArgument const& error) {
        throw InvalidArgument(message(error.what(), " (view ", views.size(), ")"));
      }
      views_[sample] = std::move(views);
    }
  }

  /// Calls `launch(range)` for pieces that one launch can hold and that make up `all`.
  template <class Launch>
  void for_each_launch(LaunchRange const& all, LaunchShape const& shape,
                       Launch const& launch) const {
    for_each_launch(Chunk::capacity, all, shape, launch);
  }

  /// The same where a launch holds another number of views.
  template <class Launch>
  void for_each_launch(int capacity, LaunchRange const& all, LaunchShape const& shape,
                       Launch const& launch) const {
    int const count = all.views.count;
    int const launches = (count - 1) / min(shape.most_views, capacity) + 1;
    int const most = (count - 1) / launches + 1;
    int const samples = min(all.num_samples, max_samples(capacity, all, most, shape.slices));
    for (int sample = 0; sample < all.num_samples; sample += samples) {
      for (int view = 0; view < count;) {
        ViewIndices const views = next_views(all.views, view, min(most, count - view));
        launch(LaunchRange{views, all.first_view + view, all.first_sample + sample,
                           min(samples, all.num_samples - sample)});
        view += views.count;
      }
    }
  }

  /// Whether all samples have the same views.
  [[nodiscard]] bool is_shared() const { return views_.size() == 1; }

  /// Calls `work(view)` for the views of a range, sample after sample.
  template <class Work>
  void for_each_view(LaunchRange const& range, Work const& work) const {
    auto const first = is_shared() ? 0 : static_cast<std::size_t>(range.first_sample);
    auto const samples = is_shared() ? 1 : static_cast<std::size_t>(range.num_samples);
    for (std::size_t sample = first; sample < first + samples; ++sample) {
      IndexView const* const views = views_[sample].data();
      for (int n = 0; n < range.views.count; ++n) work(views[range.views[n]]);
    }
  }

  /// The views of a range from for_each_launch.
  [[nodiscard]] Chunk chunk(LaunchRange const& range) const {
    std::size_t const sample = is_shared() ? 0 : static_cast<std::size_t>(range.first_sample);
    if constexpr (is_inline) {
      return {geometries_[sample], grid_, range.views.first, range.views.stride};
    } else {
      Chunk table;
      table.sample_stride = is_shared() ? 0 : range.views.count;
      int const samples = is_shared() ? 1 : range.num_samples;
      IndexView* next = table.views.entries;
      for (int s = 0; s < samples; ++s) {
        next = copy(views_[sample + static_cast<std::size_t>(s)].data(), range.views, next);
      }
      return table;
    }
  }

  /// The same in the voxel indices of a slab that begins with a slice of the grid.
  [[nodiscard]] Chunk chunk_of_slab(LaunchRange const& range, int first_slice) const {
    Chunk table = chunk(range);
    if (first_slice > 0) {
      int const samples = is_shared() ? 1 : range.num_samples;
      for (int n = 0; n < samples * range.views.count; ++n) table.views[n].move_to(first_slice);
    }
    return table;
  }

 private:
  static ViewIndices next_views(ViewIndices const& all, int begin, int most) {
    if constexpr (is_inline) return all.equally_spaced(begin, most);
    return all.sub(begin, most);
  }

  static IndexView* copy(IndexView const* views, ViewIndices const& indices, IndexView* target) {
    if (indices.is_contiguous()) return std::copy_n(views + indices.first, indices.count, target);
    for (int n = 0; n < indices.count; ++n) *target++ = views[indices[n]];
    return target;
  }

  [[nodiscard]] int max_samples(int capacity, LaunchRange const& all, int views, int slices) const {
    constexpr int max_items = std::numeric_limits<int>::max();  // along the third axis
    int const fit = max_items / max(views, slices);
    if (is_shared()) return fit;
    if (is_inline || views < all.views.count) return 1;
    return min(fit, capacity / views);
  }

  std::vector<Geometry> geometries_;  ///< where kernels take them whole
  Grid grid_;
  std::vector<std::vector<IndexView>> views_;  ///< of each geometry otherwise
};

/// How many launches some views take.
template <class Views>
int count_launches(Views const& views, LaunchRange const& all, LaunchShape const& shape = {}) {
  int count = 0;
  views.for_each_launch(all, shape, [&count](LaunchRange const&) { ++count; });
  return count;
}

/// What LaunchViews hand to a launch.
template <class Views>
using chunk_t = typename std::decay_t<Views>::Chunk;

}  // namespace pyronn::detail
