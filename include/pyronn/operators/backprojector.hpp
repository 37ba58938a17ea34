// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/model/detail/views/launch_views.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/traits.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/detail/batch.hpp>
#include <pyronn/operators/detail/operator_views.hpp>
#include <pyronn/operators/detail/plane_checks.hpp>
#include <pyronn/operators/detail/tensor_core_batch.hpp>

namespace pyronn {

template <class Geometry, class Interp, class Model>
class Projector;

/// Applies the transpose of the matrix of `Model`: projections to volume. Arrays have the rank of
/// the geometry's dimension, (u, v, view) and (x, y, z) or in the plane (u, view) and (x, y); or
/// one more for a batch of samples, which is done in as few launches as its memory allows. They
/// hold what StorageTraits say, input and output each its own; sums are float, rounded when they
/// are written. A value that holds no memory of an executor; safe to copy and to use from several
/// threads.
template <class Geometry, class Interp, class Model = VoxelDriven>
class Backprojector {
  static_assert((check_model<Model>(), true));
  static_assert((Model::template check_back<Geometry>(), check_interp<Interp>(), true));

 public:
  static constexpr int dimension = dimension_v<Geometry>;

  /// Sets up every view for the grid, in double precision. Throws InvalidArgument for a grid or a
  /// geometry without extent, and where a geometry of the plane meets another grid than Grid::flat.
  Backprojector(Geometry const& geometry, Grid const& grid, Model const& model = {})
      : Backprojector(std::vector<Geometry>{geometry}, model, grid) {}

  /// A geometry for each sample of a batch; all must have as many views and pixels.
  static Backprojector per_sample(std::vector<Geometry> const& geometries, Grid const& grid,
                                  Model const& model = {}) {
    return {geometries, model, grid};
  }

  /// The geometry; the first sample's where each has its own.
  [[nodiscard]] Geometry const& geometry() const { return geometries_.front(); }
  [[nodiscard]] Grid const& grid() const { return grid_; }
  [[nodiscard]] Model const& model() const { return model_; }

  /// The exact transpose: the projector of the same model.
  [[nodiscard]] Projector<Geometry, Interp, Model> adjoint() const {
    return Projector<Geometry, Interp, Model>::per_sample(geometries_, grid_, model_);
  }

  /// Bytes of workspace for these projections, at most `limit`; 0 where they are read in place,
  /// which works for all but may be slower.
  template <class Executor, class In = float const>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ArrayView<In, dimension> projections,
                                            std::size_t limit = default_workspace_limit) const {
    return bytes(executor, detail::projection_batch<dimension>(detail::read_only(projections)),
                 limit);
  }

  /// As above, for a batch.
  template <class Executor, class In = float const>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ArrayView<In, dimension + 1> projections,
                                            std::size_t limit = default_workspace_limit) const {
    return bytes(executor, detail::projection_batch<dimension>(detail::read_only(projections)),
                 limit);
  }

  /// volume = A' projections. Does not synchronise: on a stream the work is queued when the call
  /// returns. Input and output must not overlap. The workspace may have any size. Throws
  /// InvalidArgument for arrays of the wrong size, before anything is written.
  template <class Executor, class In = float const, class Out = float>
  void operator()(Executor const& executor, ArrayView<In, dimension> projections,
                  ArrayView<Out, dimension> volume, Workspace<Executor>& workspace) const {
    backproject_all(executor, detail::read_only(projections), volume, workspace);
  }

  /// As above, for a batch.
  template <class Executor, class In = float const, class Out = float>
  void operator()(Executor const& executor, ArrayView<In, dimension + 1> projections,
                  ArrayView<Out, dimension + 1> volumes, Workspace<Executor>& workspace) const {
    backproject_all(executor, detail::read_only(projections), volumes, workspace);
  }

  /// In place, without any workspace.
  template <class Executor, class In = float const, class Out = float>
  void operator()(Executor const& executor, ArrayView<In, dimension> projections,
                  ArrayView<Out, dimension> volume) const {
    Workspace<Executor> none{executor};
    operator()(executor, projections, volume, none);
  }

  /// As above, for a batch. Where workspace_bytes asks for memory in which to lay samples side by
  /// side, calls that have it are many times faster.
  template <class Executor, class In = float const, class Out = float>
  void operator()(Executor const& executor, ArrayView<In, dimension + 1> projections,
                  ArrayView<Out, dimension + 1> volumes) const {
    Workspace<Executor> none{executor};
    operator()(executor, projections, volumes, none);
  }

  /// The share of the views from `first_view` on, as many as `projections` holds. The first share
  /// (first_view 0) overwrites the volume, the others add to it, so that projections may come piece
  /// by piece. Else as the whole.
  template <class Executor, class In = float const, class Out = float>
  void add_views(Executor const& executor, ArrayView<In, dimension> projections, int first_view,
                 ArrayView<Out, dimension> volume, Workspace<Executor>& workspace) const {
    add_share(executor, detail::read_only(projections), {first_view, 0}, volume, workspace);
  }

  /// As above, for a batch, or for the samples of one from `first_sample` on: those of the
  /// geometries of per_sample.
  template <class Executor, class In = float const, class Out = float>
  void add_views(Executor const& executor, ArrayView<In, dimension + 1> projections, int first_view,
                 ArrayView<Out, dimension + 1> volumes, Workspace<Executor>& workspace,
                 int first_sample = 0) const {
    add_share(executor, detail::read_only(projections), {first_view, first_sample}, volumes,
              workspace);
  }

 private:
  using Views =
      detail::OperatorViews<Geometry, typename Model::template BackView<view_t<Geometry>>,
                            typename Model::template SpecialBackView<view_t<Geometry>, dimension>>;
  template <class Executor>
  using Source = typename Model::template ProjectionSource<Interp, Executor>;
  template <class Executor>
  using Packed = TensorCoreBack<Model, Interp, Executor>;
  template <class Executor>
  static constexpr bool may_pack =
      Packed<Executor>::exists&& dimension == 2 && is_projective_view_v<view_t<Geometry>>;

  Backprojector(std::vector<Geometry> const& geometries, Model const& model, Grid const& grid)
      : geometries_{detail::checked_geometries(geometries, "Backprojector")},
        grid_{detail::checked_grid<dimension>(grid, "Backprojector")},
        model_{model},
        views_{geometries_, grid_} {
    if constexpr (dimension == 2 && is_projective_view_v<view_t<Geometry>>) {
      packs_ = geometries_.size() == 1 &&
               detail::all_views_fit<detail::GridBeforeSource>(geometries_, grid_);
    }
  }

  template <class Executor, class In>
  [[nodiscard]] std::size_t bytes(Executor const& executor, ArrayView<In const, 4> projections,
                                  std::size_t limit) const {
    if constexpr (may_pack<Executor>) {
      std::size_t const packed = packs_ ? Packed<Executor>::workspace_bytes(projections, limit) : 0;
      if (packed > 0) return packed;
    }
    return detail::sample_bytes<Source<Executor>>(executor, projections, limit);
  }

  /// Where a share of views and samples begins.
  struct Start {
    int view;
    int sample;
  };

  template <class Executor, class In, class Out, int Rank>
  void backproject_all(Executor const& executor, ArrayView<In const, Rank> projections,
                       ArrayView<Out, Rank> volumes, Workspace<Executor>& workspace) const {
    detail::check_sizes<dimension>("Backprojector", volumes.extents, grid_, projections.extents,
                                   geometry().detector_size(), geometry().num_views(),
                                   geometries_.size());
    backproject(executor, projections, {0, 0}, volumes, workspace);
  }

  template <class Executor, class In, class Out, int Rank>
  void add_share(Executor const& executor, ArrayView<In const, Rank> projections, Start start,
                 ArrayView<Out, Rank> volumes, Workspace<Executor>& workspace) const {
    int const num_views = projections.extents[dimension - 1];
    detail::check_range("Backprojector", "views", start.view, num_views, geometry().num_views());
    detail::check_sizes<dimension>("Backprojector", volumes.extents, grid_, projections.extents,
                                   geometry().detector_size(), num_views);
    if (geometries_.size() > 1) {
      detail::check_range("Backprojector", "samples", start.sample,
                          detail::volume_batch<dimension>(volumes).extents[3],
                          static_cast<int>(geometries_.size()));
    }
    backproject(executor, projections, start, volumes, workspace);
  }

  template <class Executor, class In, class Out, int Rank>
  void backproject(Executor const& executor, ArrayView<In const, Rank> projections, Start start,
                   ArrayView<Out, Rank> volumes, Workspace<Executor>& workspace) const {
    check_storage<In>();
    check_storage<Out>();
    executor.check_reachable(projections.data, "Backprojector: projections");
    executor.check_reachable(volumes.data, "Backprojector: volume");
    auto const all = detail::projection_batch<dimension>(projections);
    auto const target = detail::volume_batch<dimension>(volumes);
    if constexpr (may_pack<Executor>) {
      if (packs_ && Packed<Executor>::backproject(executor, views_.general(), start.view, all,
                                                  target, workspace)) {
        return;
      }
    }
    detail::read_parts<Source<Executor>>(
        executor, all, workspace,
        [&](auto const& samples, auto const& share, int first, int first_sample) {
          backproject_share(executor, samples, share.extents,
                            {start.view + first, start.sample + first_sample},
                            target.slices(first_sample, share.extents[3]));
        });
  }

  template <class Executor, class Samples, class Out>
  void backproject_share(Executor const& executor, Samples const& samples, Extents<4> size,
                         Start start, ArrayView<Out, 4> volumes) const {
    constexpr bool prefers_special =
        Model::template prefers_special_back<Interp, Executor, dimension>;
    detail::LaunchRange const all{start.view, size[2], start.sample, size[3]};
    detail::LaunchShape const shape{grid_.size[2], views_of_launch()};
    views_.template visit<prefers_special>([&](auto const& views, auto) {
      using Task = detail::BackTask<dimension, detail::chunk_t<decltype(views)>, Samples, Out>;
      views.for_each_launch(all, shape, [&](detail::LaunchRange const& range) {
        int const sample = range.first_sample - start.sample;
        Task const task{views.chunk(range),
                        range.num_views,
                        range.num_samples,
                        samples,
                        sample * size[2] + range.first_view - start.view,
                        size[2],
                        geometry().detector_size(),
                        vec_cast<float>(grid_.spacing),
                        volumes.slices(sample, range.num_samples),
                        range.first_view > 0};
        auto const kernel = model_.template back<Interp, Executor>(task);
        executor.for_each(kernel.items(), kernel);
      });
    });
  }

  /// Over more views than this, blocks that run at a time drift so far apart that caches serve them
  /// no more; to read and write the volume once more costs less.
  [[nodiscard]] int views_of_launch() const {
    constexpr std::int64_t bytes = std::int64_t{640} << 20;
    auto const view_bytes =
        static_cast<std::int64_t>(sizeof(float)) * geometry().detector_size().count();
    return static_cast<int>(clamp<std::int64_t>(bytes / view_bytes, 1, geometry().num_views()));
  }

  std::vector<Geometry> geometries_;
  Grid grid_;
  Model model_;
  Views views_;
  bool packs_ = false;  ///< whether TensorCoreBack may be asked
};

}  // namespace pyronn
