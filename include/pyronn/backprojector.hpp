// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <pyronn/exec/traits.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/launch_views.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/traits.hpp>
#include <pyronn/model/voxel_driven.hpp>

namespace pyronn {

template <class Geometry, class Interp, class Model>
class Projector;

/// Applies the transpose of the matrix of `Model`: projections to volume. A value that holds no
/// memory of an executor; safe to copy and to use from several threads.
template <class Geometry, class Interp, class Model = VoxelDriven>
class Backprojector {
  static_assert((Model::template check_back<Geometry>(), check_interp<Interp>(), true));

 public:
  /// Sets up every view for the grid, in double precision. Throws InvalidArgument for a grid or a
  /// geometry without extent.
  Backprojector(Geometry const& geometry, Grid const& grid)
      : geometry_{detail::checked_geometry(geometry, "Backprojector")},
        grid_{detail::checked_grid(grid)},
        views_{geometry_, grid_} {}

  [[nodiscard]] Geometry const& geometry() const { return geometry_; }
  [[nodiscard]] Grid const& grid() const { return grid_; }

  /// The exact transpose: the projector of the same model.
  [[nodiscard]] Projector<Geometry, Interp, Model> adjoint() const { return {geometry_, grid_}; }

  /// Bytes of workspace for these projections, at most `limit` unless a single view needs more; 0
  /// where they are read in place.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ProjectionView<float const> projections,
                                            std::size_t limit = default_workspace_limit) const {
    return detail::sample_bytes<SliceSource<Interp, Executor>>(executor, projections, limit);
  }

  /// volume (x, y, z) = A' projections (u, v, view). Does not synchronise: on a stream the work is
  /// queued when the call returns. Input and output must not overlap. Throws InvalidArgument for
  /// arrays of the wrong size and OutOfMemory for a workspace that is too small, both before
  /// anything is written.
  template <class Executor>
  void operator()(Executor const& executor, ProjectionView<float const> projections,
                  VolumeView<float> volume, Workspace<Executor>& workspace) const {
    detail::check_sizes("Backprojector", volume.extents, grid_.size, projections.extents,
                        detail::scan_extents(geometry_));
    add_views(executor, projections, 0, volume, workspace);
  }

  /// For what is read in place without keeping anything: software interpolation, or cores.
  template <class Executor>
  void operator()(Executor const& executor, ProjectionView<float const> projections,
                  VolumeView<float> volume) const {
    Workspace<Executor> none{executor};
    operator()(executor, projections, volume, none);
  }

  /// The share of the views from `first_view` on, as many as `projections` holds. The first share
  /// (first_view 0) overwrites the volume, the others add to it, so that projections may come piece
  /// by piece. Else as the whole.
  template <class Executor>
  void add_views(Executor const& executor, ProjectionView<float const> projections, int first_view,
                 VolumeView<float> volume, Workspace<Executor>& workspace) const {
    using Source = SliceSource<Interp, Executor>;
    using Kernel = typename Model::template Back<Interp, Executor, typename Views::Chunk,
                                                 typename Source::Samples>;
    Extents<3> share = detail::scan_extents(geometry_);
    int const num_views = projections.extents[2];
    detail::expects(first_view >= 0 && num_views >= 1 && num_views <= share[2] - first_view,
                    "Backprojector: views ", first_view, " to ", first_view + num_views - 1,
                    " are not among the geometry's ", share[2]);
    share[2] = num_views;
    detail::check_sizes("Backprojector", volume.extents, grid_.size, projections.extents, share);
    executor.check_reachable(projections.data, "Backprojector: projections");
    executor.check_reachable(volume.data, "Backprojector: volume");
    int const chunk = min(Views::capacity, detail::slices_at_a_time<Source>(
                                               executor, projections, workspace, "Backprojector"));
    for (int first = 0; first < num_views; first += chunk) {
      int const count = min(chunk, num_views - first);
      Kernel const kernel{views_.chunk(first_view + first, count),
                          count,
                          Source::load(executor, projections.slices(first, count), workspace),
                          geometry_.detector_size(),
                          vec_cast<float>(grid_.spacing),
                          volume,
                          first_view + first > 0};
      executor.for_each(kernel.items(), kernel);
    }
  }

 private:
  using Views = detail::LaunchViews<Geometry, typename Model::template BackView<view_t<Geometry>>>;

  Geometry geometry_;
  Grid grid_;
  Views views_;
};

}  // namespace pyronn

#include <pyronn/projector.hpp>
