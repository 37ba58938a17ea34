// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a model is: the two kernels that apply one matrix and its transpose.
///
///   struct MyModel {
///     template <class View> using ForwardView = ...;   // what the kernel needs of a view; one of
///     template <class View> using BackView = ...;      // project_view_t, ray_view_t, full_view_t
///     template <class Interp, class Executor, class Views, class Samples> using Forward = ...;
///     template <class Interp, class Executor, class Views, class Samples> using Back = ...;
///     template <class Geometry> static constexpr void check_forward();  // static_asserts
///     template <class Geometry> static constexpr void check_back();
///   };
///
/// A forward kernel is an aggregate of {views, volume samples, size of the slab, its first z slice,
/// voxel spacing, projections of these views, adds}; a back kernel one of {views, their number,
/// projection samples, detector size, voxel spacing, volume, adds}. Both have `items()`, a `Block`
/// and `operator()(Vec<int, 3> item)`, and write each element of their output exactly once.
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/sample_source.hpp>

namespace pyronn::detail {

/// Workspace for reading `array` within `limit` bytes, or for one slice where that is more.
template <class Source, class Executor>
std::size_t sample_bytes(Executor const& executor, ArrayView<float const, 3> array,
                         std::size_t limit) {
  std::size_t const one = Source::slice_bytes(executor, array);
  if (one == 0) return 0;
  auto const most = static_cast<std::size_t>(Source::max_slices(executor, array));
  return one * clamp<std::size_t>(limit / one, 1, most);
}

/// How many slices of `array` can be read at a time. Throws OutOfMemory where it is none.
template <class Source, class Executor>
int slices_at_a_time(Executor const& executor, ArrayView<float const, 3> array,
                     Workspace<Executor> const& workspace, char const* who) {
  int const most = Source::max_slices(executor, array);
  std::size_t const one = Source::slice_bytes(executor, array);
  if (one == 0) return most;
  std::size_t const fit = workspace.bytes() / one;
  if (fit == 0) {
    throw OutOfMemory(message("pyronn::", who, ": the workspace has ", workspace.bytes(),
                              " bytes; this array needs at least ", one,
                              ", as workspace_bytes(executor, array) says"));
  }
  return static_cast<int>(min(fit, static_cast<std::size_t>(most)));
}

/// Throws InvalidArgument unless the arrays have the sizes of grid and scan.
inline void check_sizes(char const* who, Extents<3> volume, Extents<3> grid, Extents<3> projections,
                        Extents<3> scan) {
  expects(volume == grid, who, ": the volume's extents (x, y, z) are ", volume,
          " but the grid's size is ", grid);
  expects(projections == scan, who, ": the projections' extents (u, v, view) are ", projections,
          " but the geometry's are ", scan);
}

template <class Geometry>
Extents<3> scan_extents(Geometry const& geometry) {
  Extents<2> const detector = geometry.detector_size();
  return {detector[0], detector[1], geometry.num_views()};
}

/// Throws InvalidArgument unless the geometry has pixels and views.
template <class Geometry>
Geometry const& checked_geometry(Geometry const& geometry, char const* who) {
  Extents<3> const scan = detail::scan_extents(geometry);
  expects(scan[0] >= 1 && scan[1] >= 1 && scan[2] >= 1, who,
          ": the geometry's extents (u, v, view) ", scan, " must be at least 1");
  return geometry;
}

inline Grid const& checked_grid(Grid const& grid) {
  grid.validate();
  return grid;
}

}  // namespace pyronn::detail
