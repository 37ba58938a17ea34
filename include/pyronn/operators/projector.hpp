// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <pyronn/backend/cpu/detail/columns/project_path.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/model/detail/views/launch_views.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/model/traits.hpp>
#include <pyronn/operators/detail/batch.hpp>
#include <pyronn/operators/detail/operator_views.hpp>
#include <pyronn/operators/detail/plane_checks.hpp>
#include <pyronn/operators/detail/tensor_core_batch.hpp>
#include <pyronn/operators/detail/z_aligned_forward.hpp>

namespace pyronn {

template <class Geometry, class Interp, class Model>
class Backprojector;

/// Applies the matrix of `Model`: volume [1/mm] to line integrals (Joseph). Arrays have the rank of
/// the geometry's dimension, (x, y, z) and (u, v, view) or in the plane (x, y) and (u, view); or
/// one more for a batch of samples, which is done in as few launches as its memory allows. They
/// hold what StorageTraits say, input and output each its own; sums are float, rounded when they
/// are written. A value that holds no memory of an executor; safe to copy and to use from several
/// threads.
template <class Geometry, class Interp, class Model = Joseph>
class Projector {
  static_assert((check_model<Model>(), true));
  static_assert((Model::template check_forward<Geometry>(), check_interp<Interp>(), true));

 public:
  static constexpr int dimension = dimension_v<Geometry>;

  /// Sets up every view for the grid, in double precision. Throws InvalidArgument for a grid or a
  /// geometry without extent, and where a geometry of the plane meets another grid than Grid::flat.
  Projector(Geometry const& geometry, Grid const& grid, Model const& model = {})
      : Projector(std::vector<Geometry>{geometry}, model, grid) {}

  /// A geometry for each sample of a batch; all must have as many views and pixels.
  static Projector per_sample(std::vector<Geometry> const& geometries, Grid const& grid,
                              Model const& model = {}) {
    return {geometries, model, grid};
  }

  /// The geometry; the first sample's where each has its own.
  [[nodiscard]] Geometry const& geometry() const { return geometries_.front(); }
  [[nodiscard]] Grid const& grid() const { return grid_; }
  [[nodiscard]] Model const& model() const { return model_; }

  /// The exact transpose: the backprojector of the same model.
  [[nodiscard]] Backprojector<Geometry, Interp, Model> adjoint() const {
    return Backprojector<Geometry, Interp, Model>::per_sample(geometries_, grid_, model_);
  }

  /// Bytes of workspace for this volume, at most `limit`; 0 where it is read in place, which works
  /// for every volume but may be slower.
  template <class Executor, class In = float const>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ArrayView<In, dimension> volume,
                                            std::size_t limit = default_workspace_limit) const {
    return bytes(executor, detail::volume_batch<dimension>(detail::read_only(volume)), limit);
  }

  /// As above, for a batch.
  template <class Executor, class In = float const>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ArrayView<In, dimension + 1> volumes,
                                            std::size_t limit = default_workspace_limit) const {
    return bytes(executor, detail::volume_batch<dimension>(detail::read_only(volumes)), limit);
  }

  /// projections = A volume. Does not synchronise: on a stream the work is queued when the call
  /// returns. Input and output must not overlap. The workspace may have any size. Throws
  /// InvalidArgument for arrays of the wrong size, before anything is written.
  template <class Executor, class In = float const, class Out = float>
  void operator()(Executor const& executor, ArrayView<In, dimension> volume,
                  ArrayView<Out, dimension> projections, Workspace<Executor>& workspace) const {
    project(executor, detail::read_only(volume), projections, workspace);
  }

  /// As above, for a batch.
  template <class Executor, class In = float const, class Out = float>
  void operator()(Executor const& executor, ArrayView<In, dimension + 1> volumes,
                  ArrayView<Out, dimension + 1> projections, Workspace<Executor>& workspace) const {
    project(executor, detail::read_only(volumes), projections, workspace);
  }

  /// In place, without any workspace.
  template <class Executor, class In = float const, class Out = float>
  void operator()(Executor const& executor, ArrayView<In, dimension> volume,
                  ArrayView<Out, dimension> projections) const {
    Workspace<Executor> none{executor};
    project(executor, detail::read_only(volume), projections, none);
  }

  /// As above, for a batch. Where workspace_bytes asks for memory in which to lay samples side by
  /// side, calls that have it are many times faster.
  template <class Executor, class In = float const, class Out = float>
  void operator()(Executor const& executor, ArrayView<In, dimension + 1> volumes,
                  ArrayView<Out, dimension + 1> projections) const {
    Workspace<Executor> none{executor};
    project(executor, detail::read_only(volumes), projections, none);
  }

 private:
  using Views = detail::OperatorViews<
      Geometry, typename Model::template ForwardView<view_t<Geometry>>,
      typename Model::template SpecialForwardView<view_t<Geometry>, dimension>>;
  template <class Executor>
  using Upright = ZAlignedForward<Model, Interp, Executor>;
  template <class Executor>
  using Packed = TensorCoreForward<Model, Interp, Executor>;
  template <class Executor>
  static constexpr bool may_pack =
      Packed<Executor>::exists&& dimension == 2 && has_projective_rays_v<view_t<Geometry>>;
  template <class Executor>
  using Source = typename Model::template VolumeSource<Interp, Executor, dimension>;

  Projector(std::vector<Geometry> const& geometries, Model const& model, Grid const& grid)
      : geometries_{detail::checked_geometries(geometries, "Projector")},
        grid_{detail::checked_grid<dimension>(grid, "Projector")},
        model_{model},
        views_{geometries_, grid_} {
    if constexpr (dimension == 2 && has_projective_rays_v<view_t<Geometry>>) {
      packs_ = geometries_.size() == 1 &&
               detail::all_views_fit<detail::RaysThroughGrid>(geometries_, grid_);
    }
  }

  template <class Executor, class In>
  [[nodiscard]] std::size_t bytes(Executor const& executor, ArrayView<In const, 4> volumes,
                                  std::size_t limit) const {
    if constexpr (may_pack<Executor>) {
      std::size_t const packed = packs_ ? Packed<Executor>::workspace_bytes(volumes, limit) : 0;
      if (packed > 0) return packed;
    }
    std::size_t result = 0;
    visit_views<Executor>([&](auto const&, auto is_z_aligned) {
      if constexpr (is_z_aligned.value) {
        result = Upright<Executor>::workspace_bytes(executor, volumes, limit);
      } else {
        result = detail::sample_bytes<Source<Executor>>(executor, volumes, limit);
      }
    });
    return result;
  }

  /// Calls `work(views, is_z_aligned)` with the views in the form that the executor prefers.
  template <class Executor, class Work>
  void visit_views(Work const& work) const {
    views_.template visit<Upright<Executor>::exists>(work);
  }

  template <class Executor, class In, class Out, int Rank>
  void project(Executor const& executor, ArrayView<In const, Rank> volumes,
               ArrayView<Out, Rank> projections, Workspace<Executor>& workspace) const {
    check_storage<In>();
    check_storage<Out>();
    detail::check_sizes<dimension>("Projector", volumes.extents, grid_, projections.extents,
                                   geometry().detector_size(), geometry().num_views(),
                                   geometries_.size());
    executor.check_reachable(volumes.data, "Projector: volume");
    executor.check_reachable(projections.data, "Projector: projections");
    auto const all = detail::volume_batch<dimension>(volumes);
    auto const target = detail::projection_batch<dimension>(projections);
    if constexpr (may_pack<Executor>) {
      if (packs_ &&
          Packed<Executor>::project(executor, views_.general(), grid_, all, target, workspace)) {
        return;
      }
    }
    visit_views<Executor>([&](auto const& views, auto is_z_aligned) {
      if constexpr (is_z_aligned.value) {
        if (Upright<Executor>::project(executor, views, grid_, all, target, workspace)) return;
      }
      project_slabs(executor, all, target, workspace);
    });
  }

  template <class Executor, class In, class Out>
  void project_slabs(Executor const& executor, ArrayView<In const, 4> volumes,
                     ArrayView<Out, 4> projections, Workspace<Executor>& workspace) const {
    detail::read_parts<Source<Executor>>(
        executor, volumes, workspace,
        [&](auto const& samples, auto const& slab, int first_slice, int first_sample) {
          project_slab(executor, samples, slab.extents, first_slice, first_sample, projections);
        });
  }

  template <class Executor, class Samples, class Out>
  void project_slab(Executor const& executor, Samples const& samples, Extents<4> size,
                    int first_slice, int first_sample, ArrayView<Out, 4> projections) const {
    auto const& views = views_.general();
    using Task = detail::ForwardTask<dimension, detail::chunk_t<decltype(views)>, Samples, Out>;
    detail::LaunchRange const all{0, projections.extents[2], first_sample, size[3]};
    views.for_each_launch(all, {}, [&](detail::LaunchRange const& range) {
      Task const task{views.chunk(range),
                      range.num_views,
                      range.num_samples,
                      samples,
                      range.first_sample - first_sample,
                      {size[0], size[1], size[2]},
                      first_slice,
                      grid_.size[2],
                      vec_cast<float>(grid_.spacing),
                      detail::from_view(projections, range.first_view, range.first_sample),
                      first_slice > 0};
      auto const kernel = model_.template forward<Interp, Executor>(task);
      executor.for_each(kernel.items(), kernel);
    });
  }

  std::vector<Geometry> geometries_;
  Grid grid_;
  Model model_;
  Views views_;
  bool packs_ = false;  ///< whether TensorCoreForward may be asked
};

}  // namespace pyronn
