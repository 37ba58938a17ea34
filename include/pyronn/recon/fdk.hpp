// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <type_traits>
#include <variant>
#include <vector>

#include <pyronn/backprojector.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/recon/fbp_options.hpp>
#include <pyronn/recon/fdk_weights.hpp>
#include <pyronn/recon/filter_window.hpp>
#include <pyronn/recon/row_filter.hpp>
#include <pyronn/recon/widened_detector.hpp>

namespace pyronn {

/// Filtered backprojection of a cone-beam scan along a circle, after L. A. Feldkamp, L. C. Davis,
/// J. W. Kress, "Practical cone-beam algorithm", J. Opt. Soc. Am. A 1 (1984): cosine and redundancy
/// weights, ramp filter along the rows, backprojection with 1 / depth^2. Line integrals in,
/// attenuation [1/mm] out, for any spacing, distance, range and angular steps. A value that holds
/// no memory of an executor.
template <class Geometry, class Interp>
class Fdk {
 public:
  /// Throws InvalidArgument unless the sources lie on a circle, with detector rows in its plane,
  /// and for options that the scan cannot have; views may come in any order and need not be equally
  /// far apart. On a full turn a detector may see one side of the axis less far than the other.
  Fdk(Geometry const& geometry, Grid const& grid, FbpOptions const& options = {})
      : scan_{detail::fdk_scan("Fdk", geometry, options.redundancy, options.angular_weights)},
        back_{{geometry, detail::extra_columns(scan_, geometry.detector_size())}, grid},
        response_{detail::chosen_response("Fdk", options, filtered_columns())} {}

  Fdk(Geometry const& geometry, Grid const& grid, FilterWindow window)
      : Fdk{geometry, grid, FbpOptions{window}} {}

  [[nodiscard]] Geometry const& geometry() const { return back_.geometry().geometry(); }
  [[nodiscard]] Grid const& grid() const { return back_.grid(); }

  /// The length of filtered rows, for which a response is made: the detector's columns, but where
  /// redundancy is `wang` more, up to twice as many.
  [[nodiscard]] int filtered_columns() const { return back_.geometry().detector_size()[0]; }

  /// Bytes of workspace, at most `limit` unless a single view needs more.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor,
                                            std::size_t limit = default_workspace_limit) const {
    std::size_t const scratch = response_bytes() + scratch_bytes(executor, limit);
    std::size_t const view = view_bytes();
    auto const most = static_cast<std::size_t>(geometry().num_views());
    std::size_t const room = limit > scratch ? limit - scratch : 0;
    return scratch + view * clamp<std::size_t>(room / view, 1, most);
  }

  /// volume (x, y, z) [1/mm] from line integrals (u, v, view). Does not synchronise: on a stream
  /// the work is queued when the call returns. Throws InvalidArgument for arrays of the wrong size
  /// and OutOfMemory for a workspace that is too small, both before anything is written.
  template <class Executor>
  void operator()(Executor const& executor, ProjectionView<float const> projections,
                  VolumeView<float> volume, Workspace<Executor>& workspace) const {
    detail::check_sizes<3>("Fdk", volume.extents, grid(), projections.extents,
                           geometry().detector_size(), geometry().num_views());
    add_views(executor, projections, 0, volume, workspace);
  }

  /// The share of the views from `first_view` on, as many as `projections` holds. The first share
  /// (first_view 0) overwrites the volume, the others add to it, so that a scan may come piece by
  /// piece. Else as the whole.
  template <class Executor>
  void add_views(Executor const& executor, ProjectionView<float const> projections, int first_view,
                 VolumeView<float> volume, Workspace<Executor>& workspace) const {
    int const num_views = projections.extents[2];
    detail::check_share("Fdk", first_view, num_views, geometry().num_views());
    detail::check_sizes<3>("Fdk", volume.extents, grid(), projections.extents,
                           geometry().detector_size(), num_views);
    executor.check_reachable(projections.data, "Fdk: projections");
    executor.check_reachable(volume.data, "Fdk: volume");
    int const chunk = views_at_a_time(executor, workspace);
    detail::write_numbers(executor, response_, reinterpret_cast<float*>(workspace.data()));
    for (int first = 0; first < num_views; first += chunk) {
      int const count = min(chunk, num_views - first);
      add_chunk(executor, projections.slices(first, count), first_view + first, volume, workspace);
    }
  }

 private:
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
    return aligned(static_cast<std::size_t>(detector.count()) * sizeof(float));
  }

  /// Filtering and backprojection follow one another and share what they need besides: at most
  /// half of the workspace, and no more than pays.
  template <class Executor>
  [[nodiscard]] std::size_t scratch_bytes(Executor const& executor, std::size_t limit) const {
    Extents<3> const scan = detail::scan_extents(back_.geometry());
    ProjectionView<float const> const filtered{nullptr, scan};
    std::size_t const budget = min(limit / 2, most_scratch_bytes);
    std::size_t const bytes = max(detail::RowFilterBackend<Executor>::bytes(executor, scan, budget),
                                  back_.workspace_bytes(executor, filtered, budget));
    return aligned(bytes);
  }

  template <class Executor>
  [[nodiscard]] int views_at_a_time(Executor const& executor,
                                    Workspace<Executor> const& workspace) const {
    std::size_t const scratch = response_bytes() + scratch_bytes(executor, workspace.bytes());
    if (workspace.bytes() < scratch + view_bytes()) {
      throw OutOfMemory(detail::message("pyronn::Fdk: the workspace has ", workspace.bytes(),
                                        " bytes; at least ", workspace_bytes(executor, 0),
                                        " are needed"));
    }
    std::size_t const fit = (workspace.bytes() - scratch) / view_bytes();
    return static_cast<int>(min(fit, static_cast<std::size_t>(geometry().num_views())));
  }

  template <class Executor>
  void add_chunk(Executor const& executor, ProjectionView<float const> projections, int first_view,
                 VolumeView<float> volume, Workspace<Executor>& workspace) const {
    auto const* const response = reinterpret_cast<float const*>(workspace.data());
    ProjectionView<float> const filtered{
        reinterpret_cast<float*>(workspace.data() + response_bytes()),
        {filtered_columns(), projections.extents[1], projections.extents[2]}};
    std::size_t const filtered_bytes =
        static_cast<std::size_t>(projections.extents[2]) * view_bytes();
    Workspace<Executor> scratch{executor, workspace, response_bytes() + filtered_bytes};
    std::visit(
        [&](auto const& redundancy) {
          using Weight = detail::FdkWeight<std::decay_t<decltype(redundancy)>>;
          detail::RowFilterTask<detail::ViewWeights<Weight>> const task{
              projections,
              filtered,
              {scan_.views.data() + first_view, {redundancy}},
              response,
              back_.geometry().columns_before()};
          detail::RowFilterBackend<Executor>::apply(executor, task, scratch);
        },
        scan_.redundancy);
    back_.add_views(executor, ProjectionView<float const>{filtered}, first_view, volume, scratch);
  }

  static constexpr std::size_t most_scratch_bytes = std::size_t{48} << 20;

  detail::FdkScan scan_;
  Backprojector<detail::WidenedDetector<Geometry>, Interp, DistanceWeighted> back_;
  std::vector<float> response_;
};

}  // namespace pyronn
