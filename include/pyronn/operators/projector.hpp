// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The public face of projection: from a volume to line integrals.
#include <cstddef>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/model/joseph.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/forward_operator.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn {

template <class Geometry, class Interp, class Model>
class Backprojector;

/// Applies the matrix of `Model`: volume [1/mm] to line integrals (no unit). Arrays have the rank
/// of the geometry's dimension, (x, y, z) and (u, v, view) or in the plane (x, y) and (u, view); or
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
template <class Geometry, class Interp, class Model = Joseph>
class Projector {
  static_assert((check_model<Model>(), true));
  static_assert((Model::template check_forward<Geometry>(), check_interp<Interp>(), true));

 public:
  /// 3 in space, 2 in the plane.
  static constexpr int dimension = dimension_v<Geometry>;

  /// Sets up every view for the grid, in double precision. Throws InvalidArgument for a grid or a
  /// geometry without extent, and where a geometry of the plane meets another grid than Grid::flat.
  Projector(Geometry const& geometry, Grid const& grid, Model const& model = {})
      : operator_{std::vector<Geometry>{geometry}, grid, model, "Projector"} {}

  /// A geometry for each sample of a batch; all must have as many views and pixels.
  static Projector per_sample(std::vector<Geometry> const& geometries, Grid const& grid,
                              Model const& model = {}) {
    return Projector{geometries, grid, model};
  }

  /// The geometry; the first sample's where each has its own.
  [[nodiscard]] Geometry const& geometry() const { return operator_.geometries().front(); }
  /// The grid of the volume.
  [[nodiscard]] Grid const& grid() const { return operator_.grid(); }
  /// The model, with its parameters.
  [[nodiscard]] Model const& model() const { return operator_.model(); }

  /// The exact transpose: the backprojector of the same model.
  [[nodiscard]] Backprojector<Geometry, Interp, Model> adjoint() const {
    return Backprojector<Geometry, Interp, Model>::per_sample(operator_.geometries(), grid(),
                                                              model());
  }

  /// Bytes of workspace for this volume, or these of a batch, at most `limit`; 0 where it is read
  /// in place, which works for every volume but may be slower.
  template <class Executor, class In = float const, int Rank = dimension>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, ArrayView<In, Rank> volume,
                                            std::size_t limit = default_workspace_limit,
                                            Part const& part = {}) const {
    return operator_.workspace_bytes(executor, batch(volume), resolved(part), limit);
  }

  /// What a call with a workspace of `limit` bytes is going to do.
  template <class Executor, class In = float const, int Rank = dimension>
  [[nodiscard]] Plan plan(Executor const& executor, ArrayView<In, Rank> volume,
                          std::size_t limit = default_workspace_limit,
                          Part const& part = {}) const {
    return operator_.plan(executor, batch(volume), resolved(part), limit);
  }

  /// projections = A volume, or the part of it that is asked for. The workspace may have any size.
  template <class Executor, class In = float const, class Out = float, int Rank = dimension>
  void operator()(Executor const& executor, ArrayView<In, Rank> volume,
                  ArrayView<Out, Rank> projections, Workspace<Executor>& workspace,
                  Part const& part = {}) const {
    check_storage<std::remove_const_t<In>>();
    check_storage<Out>();
    detail::PartOfCall const resolved_part = resolved(part);
    Extents<3> const size{grid().size[0], grid().size[1], resolved_part.slab.num_slices};
    detail::check_sizes<dimension>("Projector", volume.extents, size, projections.extents,
                                   operator_.detector(), resolved_part.views.count);
    detail::check_geometries("Projector", detail::sample_count<dimension>(volume.extents),
                             part.first_sample, operator_.geometries().size());
    executor.check_reachable(volume.data, "Projector: volume");
    executor.check_reachable(projections.data, "Projector: projections");
    operator_.run(executor, batch(volume), detail::projection_batch<dimension>(projections),
                  resolved_part, workspace);
  }

  /// In place, without any workspace. Of a batch, where workspace_bytes asks for memory in which to
  /// lay samples side by side, calls that have it are many times faster.
  template <class Executor, class In = float const, class Out = float, int Rank = dimension>
  void operator()(Executor const& executor, ArrayView<In, Rank> volume,
                  ArrayView<Out, Rank> projections, Part const& part = {}) const {
    Workspace<Executor> none{executor};
    operator()(executor, volume, projections, none, part);
  }

 private:
  Projector(std::vector<Geometry> const& geometries, Grid const& grid, Model const& model)
      : operator_{geometries, grid, model, "Projector"} {}

  template <class In, int Rank>
  static auto batch(ArrayView<In, Rank> volume) {
    return detail::volume_batch<dimension>(detail::read_only(volume));
  }

  [[nodiscard]] detail::PartOfCall resolved(Part const& part) const {
    return detail::part_of_call("Projector", part, operator_.num_views(), grid().size[2]);
  }

  detail::ForwardOperator<Geometry, Interp, Model> operator_;
};

}  // namespace pyronn
