// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <pyronn/backprojector.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/detail/batch.hpp>
#include <pyronn/recon/fbp/detail/response.hpp>
#include <pyronn/recon/fbp/detail/scan.hpp>
#include <pyronn/recon/fbp/detail/view_weights.hpp>
#include <pyronn/recon/fbp/detail/widened_detector.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/fbp/traits.hpp>
#include <pyronn/recon/filter/row_filter.hpp>
#include <pyronn/recon/filter/window.hpp>

namespace pyronn {

/// Filtered backprojection of parallel rays, fans and cones along a circle: cosine and redundancy
/// weights, ramp filter along the rows, backprojection with 1 / depth^2. Line integrals in,
/// attenuation [1/mm] out, for any spacing, distance, range and angular steps. Of cones it is the
/// algorithm of L. A. Feldkamp, L. C. Davis, J. W. Kress, "Practical cone-beam algorithm", J. Opt.
/// Soc. Am. A 1 (1984). Arrays have the rank of the geometry's dimension, (u, v, view) and
/// (x, y, z) or in the plane (u, view) and (x, y); or one more for a batch of samples. Which
/// geometries it takes, and how a program adds its own, stands in recon/fbp/traits.hpp. A value
/// that holds no memory of an executor.
template <class Geometry, class Interp>
class Fbp {
  static_assert((check_fbp_geometry<Geometry>(), true));

  using Widened = detail::WidenedDetector<Geometry>;
  using Back = Backprojector<Widened, Interp, DistanceWeighted>;
  using FbpView = detail::fbp_view_t<Geometry>;

 public:
  static constexpr int dimension = dimension_v<Geometry>;

  /// Throws InvalidArgument unless the sources lie on a circle, with detector rows in its plane, or
  /// parallel rays run across one axis; and for options that the scan cannot have. Views may come
  /// in any order and need not be equally far apart. On a full turn a detector may see one side of
  /// the axis less far than the other; the axis of parallel rays then runs through the world's
  /// origin.
  Fbp(Geometry const& geometry, Grid const& grid, FbpOptions const& options = {})
      : Fbp(std::vector<Geometry>{geometry}, options, grid) {}

  Fbp(Geometry const& geometry, Grid const& grid, FilterWindow window)
      : Fbp{geometry, grid, FbpOptions{window}} {}

  /// A geometry for each sample of a batch; all must have as many views and pixels, and pixels at
  /// equal fan angles the same ones. Rows are filtered as far beyond the detector's edge as any of
  /// the samples needs it.
  static Fbp per_sample(std::vector<Geometry> const& geometries, Grid const& grid,
                        FbpOptions const& options = {}) {
    return {geometries, options, grid};
  }

  /// The geometry; the first sample's where each has its own.
  [[nodiscard]] Geometry const& geometry() const { return back_.geometry().geometry(); }
  [[nodiscard]] Grid const& grid() const { return back_.grid(); }

  /// The length of filtered rows, for which a response is made: the detector's columns, but where
  /// redundancy is `wang` more, up to twice as many, or three times where samples are offset to
  /// both sides.
  [[nodiscard]] int filtered_columns() const { return back_.geometry().detector_size()[0]; }

  /// Bytes of workspace for these projections, at most `limit` unless a single view needs more.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ArrayView<float const, dimension> projections,
                                            std::size_t limit = default_workspace_limit) const {
    return bytes(executor, detail::projection_batch<dimension>(projections).extents, limit);
  }

  /// As above, for a batch.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            ArrayView<float const, dimension + 1> projections,
                                            std::size_t limit = default_workspace_limit) const {
    return bytes(executor, detail::projection_batch<dimension>(projections).extents, limit);
  }

  /// volume [1/mm] from line integrals. Does not synchronise: on a stream the work is queued when
  /// the call returns. Input and output must not overlap. Throws InvalidArgument for arrays of the
  /// wrong size and OutOfMemory for a
  /// workspace that is too small, both before anything is written.
  template <class Executor>
  void operator()(Executor const& executor, ArrayView<float const, dimension> projections,
                  ArrayView<float, dimension> volume, Workspace<Executor>& workspace) const {
    reconstruct_all(executor, projections, volume, workspace);
  }

  /// As above, for a batch.
  template <class Executor>
  void operator()(Executor const& executor, ArrayView<float const, dimension + 1> projections,
                  ArrayView<float, dimension + 1> volumes, Workspace<Executor>& workspace) const {
    reconstruct_all(executor, projections, volumes, workspace);
  }

  /// The share of the views from `first_view` on, as many as `projections` holds. The first share
  /// (first_view 0) overwrites the volume, the others add to it, so that a scan may come piece by
  /// piece. Else as the whole.
  template <class Executor>
  void add_views(Executor const& executor, ArrayView<float const, dimension> projections,
                 int first_view, ArrayView<float, dimension> volume,
                 Workspace<Executor>& workspace) const {
    add_share(executor, projections, first_view, volume, workspace);
  }

  /// As above, for a batch.
  template <class Executor>
  void add_views(Executor const& executor, ArrayView<float const, dimension + 1> projections,
                 int first_view, ArrayView<float, dimension + 1> volumes,
                 Workspace<Executor>& workspace) const {
    add_share(executor, projections, first_view, volumes, workspace);
  }

 private:
  using Scans = std::vector<std::vector<FbpView>>;

  Fbp(std::vector<Geometry> const& geometries, FbpOptions const& options, Grid const& grid)
      : Fbp(geometries, scans(geometries, options), options, grid) {}

  Fbp(std::vector<Geometry> const& geometries, Scans const& scans, FbpOptions const& options,
      Grid const& grid)
      : back_{Back::per_sample(widened(geometries, scans), grid)},
        views_{joined(scans)},
        response_{detail::chosen_response("Fbp", options, views_, filtered_columns())} {}

  static Scans scans(std::vector<Geometry> const& geometries, FbpOptions const& options) {
    Scans result;
    for (Geometry const& geometry : detail::checked_geometries(geometries, "Fbp")) {
      result.push_back(detail::fbp_scan("Fbp", geometry, options));
    }
    return result;
  }

  static std::vector<FbpView> joined(Scans const& scans) {
    std::vector<FbpView> views;
    for (auto const& scan : scans) views.insert(views.end(), scan.begin(), scan.end());
    return views;
  }

  static std::vector<Widened> widened(std::vector<Geometry> const& geometries, Scans const& scans) {
    detail::ExtraColumns extra;
    for (auto const& scan : scans) {
      auto const more = detail::extra_columns(scan, geometries.front().detector_size());
      extra = {std::max(extra.before, more.before), std::max(extra.after, more.after)};
    }
    std::vector<Widened> result;
    for (Geometry const& geometry : geometries) result.emplace_back(geometry, extra);
    return result;
  }

  /// Begins the filtered views anew on what textures and vector units like.
  static constexpr std::size_t alignment = 512;

  [[nodiscard]] static std::size_t aligned(std::size_t bytes) {
    return (bytes + (alignment - 1)) / alignment * alignment;
  }

  /// The workspace begins with the response; filtered views and scratch follow.
  [[nodiscard]] std::size_t response_bytes() const {
    return aligned(response_.size() * sizeof(float));
  }

  [[nodiscard]] std::size_t view_bytes() const {
    Extents<2> const detector = back_.geometry().detector_size();
    return static_cast<std::size_t>(detector.count()) * sizeof(float);
  }

  /// Filtered views of projections with these extents (u, v, view, sample).
  [[nodiscard]] Extents<4> filtered_extents(Extents<4> projections) const {
    return {{filtered_columns(), projections[1], projections[2], projections[3]}};
  }

  /// All views of all samples as one row of views.
  [[nodiscard]] static Extents<3> flat(Extents<4> extents) {
    std::int64_t const views = std::int64_t{extents[2]} * extents[3];
    detail::expects(views <= std::numeric_limits<int>::max(), "Fbp: ", extents[3], " samples of ",
                    extents[2], " views are more than 2^31 - 1 views");
    return {extents[0], extents[1], static_cast<int>(views)};
  }

  /// Filtering and backprojection follow one another and share what they need besides: at most
  /// half of the workspace, and no more than pays.
  template <class Executor>
  [[nodiscard]] std::size_t scratch_bytes(Executor const& executor, Extents<4> projections,
                                          std::size_t budget) const {
    Extents<4> const extents = filtered_extents(projections);
    auto const filtered =
        detail::projections_of<dimension>(ArrayView<float const, 4>{nullptr, extents});
    return aligned(max(detail::RowFilterBackend<Executor>::bytes(executor, flat(extents), budget),
                       back_.workspace_bytes(executor, filtered, budget)));
  }

  /// All but the filtered views: as much scratch as is useful, or the least where no view would fit
  /// beside that.
  template <class Executor>
  [[nodiscard]] std::size_t fixed_bytes(Executor const& executor, Extents<4> projections,
                                        std::size_t limit) const {
    std::size_t const useful =
        response_bytes() + scratch_bytes(executor, projections, min(limit / 2, most_scratch_bytes));
    if (views_in(limit, useful) > 0) return useful;
    return response_bytes() + scratch_bytes(executor, projections, 0);
  }

  /// How many filtered views fit into what is left of `limit`.
  [[nodiscard]] std::size_t views_in(std::size_t limit, std::size_t fixed) const {
    return limit > fixed ? (limit - fixed) / alignment * alignment / view_bytes() : 0;
  }

  template <class Executor>
  [[nodiscard]] std::size_t bytes(Executor const& executor, Extents<4> projections,
                                  std::size_t limit) const {
    std::size_t const fixed = fixed_bytes(executor, projections, limit);
    auto const most = static_cast<std::size_t>(flat(projections)[2]);
    return fixed + aligned(view_bytes() * clamp<std::size_t>(views_in(limit, fixed), 1, most));
  }

  /// How many views are filtered at a time: some of one sample, or all of some samples.
  template <class Executor>
  [[nodiscard]] detail::BatchBlock part(Executor const& executor, Extents<4> projections,
                                        Workspace<Executor> const& workspace) const {
    std::size_t const fixed = fixed_bytes(executor, projections, workspace.bytes());
    std::size_t const fit = views_in(workspace.bytes(), fixed);
    if (fit == 0) {
      throw OutOfMemory(detail::message("pyronn::Fbp: the workspace has ", workspace.bytes(),
                                        " bytes; at least ", bytes(executor, projections, 0),
                                        " are needed"));
    }
    auto const views = static_cast<std::size_t>(projections[2]);
    auto const samples = static_cast<std::size_t>(projections[3]);
    return {static_cast<int>(min(fit, views)),
            static_cast<int>(clamp<std::size_t>(fit / views, 1, samples))};
  }

  template <class Executor, int Rank>
  void reconstruct_all(Executor const& executor, ArrayView<float const, Rank> projections,
                       ArrayView<float, Rank> volumes, Workspace<Executor>& workspace) const {
    detail::check_sizes<dimension>("Fbp", volumes.extents, grid(), projections.extents,
                                   geometry().detector_size(), geometry().num_views(),
                                   num_geometries());
    reconstruct(executor, projections, 0, volumes, workspace);
  }

  template <class Executor, int Rank>
  void add_share(Executor const& executor, ArrayView<float const, Rank> projections, int first_view,
                 ArrayView<float, Rank> volumes, Workspace<Executor>& workspace) const {
    int const num_views = projections.extents[dimension - 1];
    detail::check_range("Fbp", "views", first_view, num_views, geometry().num_views());
    detail::check_sizes<dimension>("Fbp", volumes.extents, grid(), projections.extents,
                                   geometry().detector_size(), num_views, num_geometries());
    reconstruct(executor, projections, first_view, volumes, workspace);
  }

  template <class Executor, int Rank>
  void reconstruct(Executor const& executor, ArrayView<float const, Rank> projections,
                   int first_view, ArrayView<float, Rank> volumes,
                   Workspace<Executor>& workspace) const {
    executor.check_reachable(projections.data, "Fbp: projections");
    executor.check_reachable(volumes.data, "Fbp: volume");
    auto const all = detail::projection_batch<dimension>(projections);
    auto const target = detail::volume_batch<dimension>(volumes);
    detail::BatchBlock const size = part(executor, all.extents, workspace);
    detail::write_numbers(executor, response_, reinterpret_cast<float*>(workspace.data()));
    detail::for_each_part(all, size, [&](auto const& share, int first, int first_sample) {
      add_part(executor, share, first_view + first, first_sample,
               target.slices(first_sample, share.extents[3]), workspace);
    });
  }

  template <class Executor>
  void add_part(Executor const& executor, ArrayView<float const, 4> projections, int first_view,
                int first_sample, ArrayView<float, 4> volumes,
                Workspace<Executor>& workspace) const {
    Extents<4> const extents = filtered_extents(projections.extents);
    auto const filtered_bytes = static_cast<std::size_t>(flat(extents)[2]) * view_bytes();
    ArrayView<float, 4> const filtered{
        reinterpret_cast<float*>(workspace.data() + response_bytes()), extents};
    Workspace<Executor> scratch{executor, workspace, response_bytes() + aligned(filtered_bytes)};
    int const sample_stride = num_geometries() > 1 ? geometry().num_views() : 0;
    using Weights = detail::ViewWeights<FbpView, detail::FbpWeightOfRay>;
    detail::RowFilterTask<Weights> const task{
        {projections.data, flat(projections.extents)},
        {filtered.data, flat(extents)},
        {views_.data() + first_sample * sample_stride + first_view, extents[2], sample_stride},
        reinterpret_cast<float const*>(workspace.data()),
        back_.geometry().columns_before()};
    detail::RowFilterBackend<Executor>::apply(executor, task, scratch);
    back_.add_views(executor,
                    detail::projections_of<dimension>(ArrayView<float const, 4>{filtered}),
                    first_view, detail::volumes_of<dimension>(volumes), scratch, first_sample);
  }

  [[nodiscard]] std::size_t num_geometries() const {
    return views_.size() / static_cast<std::size_t>(geometry().num_views());
  }

  static constexpr std::size_t most_scratch_bytes = std::size_t{48} << 20;

  Back back_;
  std::vector<FbpView> views_;  ///< sample after sample, where each has a geometry
  std::vector<float> response_;
};

/// Filtered backprojection under the name that it has for cones.
template <class Geometry, class Interp>
using Fdk = Fbp<Geometry, Interp>;

}  // namespace pyronn
