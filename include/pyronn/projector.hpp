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

namespace pyronn {

template <class Geometry, class Interp, class Model>
class Backprojector;

/// Applies the matrix of `Model`: volume [1/mm] to line integrals (Joseph). A value that holds no
/// memory of an executor; safe to copy and to use from several threads.
template <class Geometry, class Interp, class Model = Joseph>
class Projector {
  static_assert((Model::template check_forward<Geometry>(), check_interp<Interp>(), true));

 public:
  /// Sets up every view for the grid, in double precision. Throws InvalidArgument for a grid or a
  /// geometry without extent.
  Projector(Geometry const& geometry, Grid const& grid)
      : geometry_{detail::checked_geometry(geometry, "Projector")},
        grid_{detail::checked_grid(grid)},
        views_{geometry_, grid_} {}

  [[nodiscard]] Geometry const& geometry() const { return geometry_; }
  [[nodiscard]] Grid const& grid() const { return grid_; }

  /// The exact transpose: the backprojector of the same model.
  [[nodiscard]] Backprojector<Geometry, Interp, Model> adjoint() const {
    return {geometry_, grid_};
  }

  /// Bytes of workspace for this volume, at most `limit` unless a single slice needs more; 0 where
  /// it is read in place.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            VolumeView<float const> volume,
                                            std::size_t limit = default_workspace_limit) const {
    return detail::sample_bytes<PlaneSource<Interp, Executor>>(executor, volume, limit);
  }

  /// projections (u, v, view) = A volume (x, y, z). Does not synchronise: on a stream the work is
  /// queued when the call returns. Input and output must not overlap. Throws InvalidArgument for
  /// arrays of the wrong size and OutOfMemory for a workspace that is too small, both before
  /// anything is written.
  template <class Executor>
  void operator()(Executor const& executor, VolumeView<float const> volume,
                  ProjectionView<float> projections, Workspace<Executor>& workspace) const {
    using Source = PlaneSource<Interp, Executor>;
    detail::check_sizes("Projector", volume.extents, grid_.size, projections.extents,
                        detail::scan_extents(geometry_));
    executor.check_reachable(volume.data, "Projector: volume");
    executor.check_reachable(projections.data, "Projector: projections");
    int const slab = detail::slices_at_a_time<Source>(executor, volume, workspace, "Projector");
    for (int first = 0; first < grid_.size[2]; first += slab) {
      VolumeView<float const> const part = volume.slices(first, min(slab, grid_.size[2] - first));
      auto const samples = Source::load(executor, part, workspace);
      project_slab(executor, samples, part.extents, first, projections);
    }
  }

  /// For what is read in place without keeping anything: software interpolation, or cores.
  template <class Executor>
  void operator()(Executor const& executor, VolumeView<float const> volume,
                  ProjectionView<float> projections) const {
    Workspace<Executor> none{executor};
    operator()(executor, volume, projections, none);
  }

 private:
  using Views =
      detail::LaunchViews<Geometry, typename Model::template ForwardView<view_t<Geometry>>>;

  template <class Executor, class Samples>
  void project_slab(Executor const& executor, Samples const& samples, Extents<3> size,
                    int first_slice, ProjectionView<float> projections) const {
    using Kernel =
        typename Model::template Forward<Interp, Executor, typename Views::Chunk, Samples>;
    int const num_views = projections.extents[2];
    for (int first = 0; first < num_views; first += Views::capacity) {
      int const count = min(Views::capacity, num_views - first);
      Kernel const kernel{views_.chunk(first, count),
                          samples,
                          size,
                          first_slice,
                          vec_cast<float>(grid_.spacing),
                          projections.slices(first, count),
                          first_slice > 0};
      executor.for_each(kernel.items(), kernel);
    }
  }

  Geometry geometry_;
  Grid grid_;
  Views views_;
};

}  // namespace pyronn

#include <pyronn/backprojector.hpp>
