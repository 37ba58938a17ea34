// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The public face of backprojection: from projections to a volume.
#include <cstddef>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/detail/back_operator.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn {

template <class Geometry, class Interp, class Model>
class Projector;

/// Applies the transpose of the matrix of `Model`: projections to volume, times mm for ray-driven
/// models. Arrays have the rank of
/// the geometry's dimension, (u, v, view) and (x, y, z) or in the plane (u, view) and (x, y); or
/// one more for a batch of samples, which is done in as few launches as its memory allows. They
/// hold what StorageTraits say, input and output each its own; sums are float, rounded when they
/// are written.
///
/// A value that holds no memory of an executor; safe to copy, and to use from several threads if
/// each call has a workspace of its own. Calls do not synchronise: on a stream the work is queued
/// when a call returns, and arrays must live until it is done. Input and output must not overlap.
/// Calls throw InvalidArgument for arrays of the wrong size and for memory that the executor cannot
/// reach, before anything is written; on a GPU also CudaError and OutOfMemory, after which the
/// output may be written in part.
template <class Geometry, class Interp, class Model = VoxelDriven>
class Backprojector {
  static_assert((check_model<Model>(), true));
  static_assert((Model::template check_back<Geometry>(), check_interp<Interp>(), true));

 public:
  /// 3 in space, 2 in the plane.
  static constexpr int dimension = dimension_v<Geometry>;

  /// Sets up every view for the grid, in double precision. Throws InvalidArgument for a grid or a
  /// geometry without extent, and where a geometry of the plane meets another grid than Grid::flat.
  Backprojector(Geometry const& geometry, Grid const& grid, Model const& model = {})
      : operator_{std::vector<Geometry>{geometry}, grid, model, "Backprojector"} {}

  /// A geometry for each sample of a batch; all must have as many views and pixels.
  static Backprojector per_sample(std::vector<Geometry> const& geometries, Grid const& grid,
                                  Model const& model = {}) {
    return Backprojector{geometries, grid, model};
  }

  /// The geometry; the first sample's where each has its own.
  [[nodiscard]] Geometry const& geometry() const { return operator_.geometries().front(); }
  /// The grid of the volume.
  [[nodiscard]] Grid const& grid() const { return operator_.grid(); }
  /// The model, with its parameters.
  [[nodiscard]] Model const& model() const { return operator_.model(); }

  /// The exact transpose: the projector of the same model.
  [[nodiscard]] Projector<Geometry, Interp, Model> adjoint() const {
    return Projector<Geometry, Interp, Model>::per_sample(operator_.geometries(), grid(), model());
  }

  /// Bytes of workspace for these projections, or those of a batch, at most `limit`; 0 where they
  /// are read in place, which works for all but may be slower.
  template <class Executor, class In = float const, int Rank = dimension>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ArrayView<In, Rank> projections,
                                            std::size_t limit = default_workspace_limit,
                                            Part const& part = {}) const {
    return operator_.workspace_bytes(executor, batch(projections), resolved(part), limit);
  }

  /// What a call with a workspace of `limit` bytes is going to do.
  template <class Executor, class In = float const, int Rank = dimension>
  [[nodiscard]] Plan plan(Executor const& executor, ArrayView<In, Rank> projections,
                          std::size_t limit = default_workspace_limit,
                          Part const& part = {}) const {
    return operator_.plan(executor, batch(projections), resolved(part), limit);
  }

  /// volume = A' projections, or the part of it that is asked for. The workspace may have any size.
  template <class Executor, class In = float const, class Out = float, int Rank = dimension>
  void operator()(Executor const& executor, ArrayView<In, Rank> projections,
                  ArrayView<Out, Rank> volume, Workspace<Executor>& workspace,
                  Part const& part = {}) const {
    check_storage<std::remove_const_t<In>>();
    check_storage<Out>();
    detail::PartOfCall const resolved_part = resolved(part);
    Extents<3> const size{grid().size[0], grid().size[1], resolved_part.slab.num_slices};
    detail::check_sizes<dimension>("Backprojector", volume.extents, size, projections.extents,
                                   operator_.detector(), resolved_part.views.count);
    detail::check_geometries("Backprojector", detail::sample_count<dimension>(volume.extents),
                             part.first_sample, operator_.geometries().size());
    executor.check_reachable(volume.data, "Backprojector: volume");
    executor.check_reachable(projections.data, "Backprojector: projections");
    operator_.run(executor, batch(projections), detail::volume_batch<dimension>(volume),
                  resolved_part, workspace);
  }

  /// In place, without any workspace. Of a batch, where workspace_bytes asks for memory in which to
  /// lay samples side by side, calls that have it are many times faster.
  template <class Executor, class In = float const, class Out = float, int Rank = dimension>
  void operator()(Executor const& executor, ArrayView<In, Rank> projections,
                  ArrayView<Out, Rank> volume, Part const& part = {}) const {
    Workspace<Executor> none{executor};
    operator()(executor, projections, volume, none, part);
  }

 private:
  Backprojector(std::vector<Geometry> const& geometries, Grid const& grid, Model const& model)
      : operator_{geometries, grid, model, "Backprojector"} {}

  template <class In, int Rank>
  static auto batch(ArrayView<In, Rank> projections) {
    return detail::projection_batch<dimension>(detail::read_only(projections));
  }

  [[nodiscard]] detail::PartOfCall resolved(Part const& part) const {
    return detail::part_of_call("Backprojector", part, operator_.num_views(), grid().size[2]);
  }

  detail::BackOperator<Geometry, Interp, Model> operator_;
};

}  // namespace pyronn
