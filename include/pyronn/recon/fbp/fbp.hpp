// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The public face of filtered backprojection.
#include <cstddef>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/traits.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>
#include <pyronn/operators/plan.hpp>
#include <pyronn/recon/fbp/detail/fbp_operator.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/fbp/traits.hpp>
#include <pyronn/recon/filter/window.hpp>

namespace pyronn {

namespace detail {
template <class Geometry, class Interp>
class FbpHalves;
}

/// Filtered backprojection of parallel rays, fans and cones along a circle: cosine and redundancy
/// weights, ramp filter along the rows, backprojection with 1 / depth^2. Line integrals in,
/// attenuation [1/mm] out, for any spacing, distance, range and angular steps. Of cones it is the
/// algorithm of L. A. Feldkamp, L. C. Davis, J. W. Kress, "Practical cone-beam algorithm", J. Opt.
/// Soc. Am. A 1 (1984). Arrays have the rank of the geometry's dimension, (u, v, view) and
/// (x, y, z) or in the plane (u, view) and (x, y); or one more for a batch of samples. Which
/// geometries it takes, and how a program adds its own, stands in recon/fbp/traits.hpp. The result
/// has the same bits on every run and whatever the size of the workspace; on a GPU alone batches in
/// the plane and slices of parallel rays may differ in the last ones, as it depends on how much the
/// workspace holds how tensor cores take them. A value that holds no memory of an executor.
template <class Geometry, class Interp>
class Fbp {
  static_assert((check_fbp_geometry<Geometry>(), true));
  static_assert(
      std::is_same_v<detail::interp_number_t<Interp>, float>,
      "Fbp filters in single precision: it takes SoftwareInterp, TextureInterp or another "
      "interpolation policy of float.");

 public:
  /// 3 in space, 2 in the plane.
  static constexpr int dimension = dimension_v<Geometry>;

  /// Throws InvalidArgument unless the sources lie on a circle, with detector rows in its plane, or
  /// parallel rays run across one axis, wherever it is; and for options that the scan cannot have.
  /// Views may come in any order and need not be equally far apart.
  ///
  /// On a full turn a detector may see one side of the axis less far than the other, but by some
  /// columns (4 where the other has 50, 10 where it has 1000), and in some views the one and in
  /// others the other side, if the views of each go all the way round. On less than a full turn it
  /// must see both sides equally far, within a twentieth or two columns. Where a detector is
  /// rolled, that is asked of the row of each view that sees least, so that panels as high as wide
  /// may be rolled by 1.4 degrees, flatter ones by up to 6, offset ones by 1. What views see may
  /// differ by a tenth. Where an object lies within what all views see to either side,
  /// FbpOptions::redundancy says so and such scans are taken.
  Fbp(Geometry const& geometry, Grid const& grid, FbpOptions const& options = {})
      : Fbp(std::vector<Geometry>{geometry}, options, grid) {}

  /// With this window, and all else as FbpOptions has it.
  Fbp(Geometry const& geometry, Grid const& grid, FilterWindow window)
      : Fbp{geometry, grid, FbpOptions{window}} {}

  /// A geometry for each sample of a batch; all must have as many views and pixels, and pixels at
  /// equal fan angles the same ones. Rows are filtered as far beyond the detector's edge as any of
  /// the samples needs it. Errors name the sample, from 0, whose geometry was refused.
  static Fbp per_sample(std::vector<Geometry> const& geometries, Grid const& grid,
                        FbpOptions const& options = {}) {
    return {geometries, options, grid};
  }

  /// The geometry; the first sample's where each has its own.
  [[nodiscard]] Geometry const& geometry() const {
    check_not_moved_from();
    return operator_.geometry();
  }
  /// The grid of the volume.
  [[nodiscard]] Grid const& grid() const {
    check_not_moved_from();
    return operator_.grid();
  }

  /// The length of filtered rows, for which a response is made: the detector's columns, but where
  /// redundancy is `wang` more, up to twice as many, or three times where samples are offset to
  /// both sides.
  [[nodiscard]] int filtered_columns() const {
    check_not_moved_from();
    return operator_.filtered_columns();
  }

  /// Bytes of workspace for these projections, or those of a batch, at most `limit` unless a single
  /// view, or in the plane 1024 of one sample, need more. Throws InvalidArgument for projections
  /// without elements.
  template <class Executor, class In = float const, int Rank = dimension>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ArrayView<In, Rank> projections,
                                            std::size_t limit = default_workspace_limit) const {
    check_not_moved_from();
    detail::check_not_empty("Fbp", projections.extents);
    return operator_.workspace_bytes(executor, batch(projections).extents, limit);
  }

  /// What a call with a workspace of `limit` bytes is going to do. The first call with a workspace,
  /// and one in a graph, also makes the filter's tables. Throws as the call would.
  template <class Executor, class In = float const, int Rank = dimension>
  [[nodiscard]] Plan plan(Executor const& executor, ArrayView<In, Rank> projections,
                          std::size_t limit = default_workspace_limit,
                          Part const& part = {}) const {
    detail::check_not_empty("Fbp", projections.extents);
    return operator_.plan(executor, batch(projections), limit, resolved(part));
  }

  /// volume [1/mm] from line integrals, or the part of it that is asked for: a share of the views,
  /// with the weights that they have in the whole scan, or a slab of slices. Does not synchronise:
  /// on a stream the work is queued when the call returns. Input and output must not overlap.
  /// Throws InvalidArgument for arrays of the wrong size and OutOfMemory for a workspace that is
  /// too small, both before anything is written.
  template <class Executor, class In = float const, int Rank = dimension>
  void operator()(Executor const& executor, ArrayView<In, Rank> projections,
                  ArrayView<float, Rank> volume, Workspace<Executor>& workspace,
                  Part const& part = {}) const {
    detail::PartOfCall const part_of_call = checked(executor, projections, volume, part);
    workspace.check_order(executor, "Fbp");
    operator_.run(executor, batch(projections), part_of_call,
                  detail::volume_batch<dimension>(volume), workspace);
  }

  /// The same on cores, with a workspace of its own of workspace_bytes(executor, projections),
  /// which is made anew at each call. Throws OutOfMemory where there is not as much, before
  /// anything is written. With other executors it fails to compile, with one sentence.
  template <class Executor, class In = float const, int Rank = dimension>
  void operator()(Executor const& executor, ArrayView<In, Rank> projections,
                  ArrayView<float, Rank> volume, Part const& part = {}) const {
    static_assert(
        std::is_same_v<backend_t<Executor>, CpuBackend>,
        "Only on cores Fbp makes a workspace itself: on a stream its memory would have to "
        "outlive the call; write Workspace workspace{executor, "
        "fbp.workspace_bytes(executor, projections)} and fbp(executor, projections, "
        "volume, workspace).");
    static_cast<void>(checked(executor, projections, volume, part));
    Workspace<Executor> workspace{executor, workspace_bytes(executor, projections)};
    operator()(executor, projections, volume, workspace, part);
  }

 private:
  friend class detail::FbpHalves<Geometry, Interp>;

  Fbp(std::vector<Geometry> const& geometries, FbpOptions const& options, Grid const& grid)
      : operator_{geometries, options, grid} {}

  template <class In, int Rank>
  static auto batch(ArrayView<In, Rank> projections) {
    return detail::projection_batch<dimension>(detail::read_only(projections));
  }

  /// The part of a call that can be done. Throws InvalidArgument.
  template <class Executor, class In, int Rank>
  detail::PartOfCall checked(Executor const& executor, ArrayView<In, Rank> projections,
                             ArrayView<float, Rank> volume, Part const& part) const {
    static_assert(std::is_same_v<std::remove_const_t<In>, float>, "Fbp takes arrays of float.");
    detail::PartOfCall const part_of_call = resolved(part);
    detail::check_sizes<dimension>("Fbp", volume.extents, grid(), projections.extents,
                                   geometry().detector_size(), part_of_call);
    detail::check_geometries("Fbp", detail::sample_count<dimension>(volume.extents),
                             part.first_sample, operator_.num_geometries());
    executor.check_reachable(projections.data, "Fbp: projections");
    executor.check_reachable(volume.data, "Fbp: volume");
    return part_of_call;
  }

  void check_not_moved_from() const {
    detail::expects(operator_.num_geometries() > 0,
                    "Fbp: the operator was moved from and has no scan any more");
  }

  [[nodiscard]] detail::PartOfCall resolved(Part const& part) const {
    check_not_moved_from();
    return detail::part_of_call("Fbp", part, geometry().num_views(), grid().size[2]);
  }

  detail::FbpOperator<Geometry, Interp> operator_;
};

/// Filtered backprojection under the name that it has for cones.
template <class Geometry, class Interp>
using Fdk = Fbp<Geometry, Interp>;

}  // namespace pyronn
