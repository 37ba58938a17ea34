// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What Projector and Backprojector have in common: how they are made and called.
#include <cstddef>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/model/traits.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/directed_operator.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn {

/// The matrix of `Model`, or its transpose, for a scan and a grid. The input is a volume and the
/// output projections, or for a Backprojector the other way round. Arrays have the rank of the
/// geometry's dimension: volumes (x, y, z) and projections (u, v, view), in the plane (x, y) and
/// (u, view). A batch of samples, which is done in as few launches as its memory allows, has one
/// dimension more. They hold what StorageTraits say, input and output each its own; sums are float,
/// rounded when they are written. Of a policy that computes in double, as DoubleInterp, sums are
/// double, and so is the Arithmetic of both arrays' StorageTraits.
///
/// A value that holds no memory of an executor; safe to copy, and to use from several threads if
/// each call has a workspace of its own. Calls do not synchronise: on a stream the work is queued
/// when a call returns, and arrays must live until it is done. Input and output must not overlap.
/// Calls throw InvalidArgument for arrays of the wrong size, for memory that the executor cannot
/// reach, for a workspace of another stream and of an operator that was moved from, before anything
/// is written; on a GPU also CudaError and OutOfMemory, after which the output may be written in
/// part.
template <class Direction, class Geometry, class Interp, class Model>
class LinearOperator {
  static_assert((check_model<Model>(), true));
  static_assert((Direction::template check<Model, Geometry>(), check_interp<Interp>(), true));

 public:
  /// 3 in space, 2 in the plane.
  static constexpr int dimension = dimension_v<Geometry>;
  /// The type in which kernels compute: float, or double where the policy says so.
  using Number = detail::interp_number_t<Interp>;

  /// Sets up every view for the grid, in double precision. Throws InvalidArgument for a grid or a
  /// geometry without extent, and where a geometry of the plane meets another grid than Grid::flat.
  LinearOperator(Geometry const& geometry, Grid const& grid, Model const& model = {})
      : LinearOperator{std::vector<Geometry>{geometry}, grid, model} {}

  /// The geometry; the first sample's where each has its own.
  [[nodiscard]] Geometry const& geometry() const {
    check_not_moved_from();
    return operator_.geometries().front();
  }
  /// The grid of the volume.
  [[nodiscard]] Grid const& grid() const {
    check_not_moved_from();
    return operator_.grid();
  }
  /// The model, with its parameters.
  [[nodiscard]] Model const& model() const { return operator_.model(); }

  /// Bytes of workspace for this input, at most `limit`; 0 where it is read in place, which works
  /// for every input but may be slower. Throws InvalidArgument for an input without elements.
  template <class Executor, class In = Number const, int Rank = dimension>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, ArrayView<In, Rank> input,
                                            std::size_t limit = default_workspace_limit,
                                            Part const& part = {}) const {
    detail::check_not_empty(Direction::name, input.extents);
    return operator_.workspace_bytes(executor, input_batch(input), resolved(part), limit);
  }

  /// What a call with a workspace of `limit` bytes is going to do. Throws InvalidArgument for an
  /// input without elements.
  template <class Executor, class In = Number const, int Rank = dimension>
  [[nodiscard]] Plan plan(Executor const& executor, ArrayView<In, Rank> input,
                          std::size_t limit = default_workspace_limit,
                          Part const& part = {}) const {
    detail::check_not_empty(Direction::name, input.extents);
    return operator_.plan(executor, input_batch(input), resolved(part), limit);
  }

  /// output = A input, or the part of it that is asked for. The workspace may have any size.
  template <class Executor, class In = Number const, class Out = Number, int Rank = dimension>
  void operator()(Executor const& executor, ArrayView<In, Rank> input, ArrayView<Out, Rank> output,
                  Workspace<Executor>& workspace, Part const& part = {}) const {
    static_assert(!std::is_const_v<Out>,
                  "The output is an array of const elements; it must be writable.");
    check_element<Interp, std::remove_const_t<In>>();
    check_element<Interp, std::remove_const_t<Out>>();
    detail::PartOfCall const part_of_call = resolved(part);
    auto const& volume = Direction::volume(input, output);
    auto const& projections = Direction::projections(input, output);
    detail::check_sizes<dimension>(Direction::name, volume.extents, grid(), projections.extents,
                                   operator_.detector(), part_of_call);
    detail::check_geometries(Direction::name, detail::sample_count<dimension>(volume.extents),
                             part.first_sample, operator_.num_geometries());
    workspace.check_order(executor, Direction::name);
    executor.check_reachable(volume.data, Direction::volume_name);
    executor.check_reachable(projections.data, Direction::projections_name);
    if constexpr (detail::is_element_of<Interp, std::remove_const_t<In>>() &&
                  detail::is_element_of<Interp, std::remove_const_t<Out>>()) {
      operator_.run(executor, input_batch(input),
                    Direction::template output_batch<dimension>(output), part_of_call, workspace);
    }
  }

  /// In place, without any workspace. Of a batch, where workspace_bytes asks for memory in which to
  /// lay samples side by side, calls that have it are many times faster.
  template <class Executor, class In = Number const, class Out = Number, int Rank = dimension>
  void operator()(Executor const& executor, ArrayView<In, Rank> input, ArrayView<Out, Rank> output,
                  Part const& part = {}) const {
    Workspace<Executor> none{executor};
    operator()(executor, input, output, none, part);
  }

  /// Fails to compile, with one sentence.
  template <class In, class Out, int Rank>
  void operator()(ArrayView<In, Rank>, ArrayView<Out, Rank>) const {
    static_assert(detail::is_never_v<In>,
                  "A call begins with the executor: op(executor, input, output).");
  }

 protected:
  /// A geometry for each sample of a batch.
  LinearOperator(std::vector<Geometry> const& geometries, Grid const& grid, Model const& model)
      : operator_{geometries, grid, model, Direction::name} {}

  /// Of `count` geometries that `make(sample)` makes, `threads` of them at a time. They are not
  /// kept, and geometries() gives the first alone.
  template <class Make>
  LinearOperator(std::size_t count, Make const& make, int threads, Grid const& grid,
                 Model const& model)
      : operator_{count, make, threads, grid, model, Direction::name} {}

  /// One geometry, or one for each sample.
  [[nodiscard]] std::vector<Geometry> const& geometries() const { return operator_.geometries(); }

 private:
  template <class In, int Rank>
  static auto input_batch(ArrayView<In, Rank> input) {
    return Direction::template input_batch<dimension>(detail::read_only(input));
  }

  void check_not_moved_from() const {
    detail::expects(!operator_.geometries().empty(), Direction::name,
                    ": the operator was moved from and has no scan any more");
  }

  [[nodiscard]] detail::PartOfCall resolved(Part const& part) const {
    check_not_moved_from();
    return detail::part_of_call(Direction::name, part, operator_.num_views(), grid().size[2]);
  }

  detail::DirectedOperator<Direction, Geometry, Interp, Model> operator_;
};

}  // namespace pyronn
