// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an Fbp is made of: arrays here have rank 4, and were looked at.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/voxel_driven.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/directed_operator.hpp>
#include <pyronn/operators/detail/input_blocks.hpp>
#include <pyronn/operators/detail/of_sample.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/plan.hpp>
#include <pyronn/recon/fbp/detail/filtered_rows.hpp>
#include <pyronn/recon/fbp/detail/response.hpp>
#include <pyronn/recon/fbp/detail/scan.hpp>
#include <pyronn/recon/fbp/detail/view_weights.hpp>
#include <pyronn/recon/fbp/detail/widened_detector.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

namespace pyronn::detail {

template <class Geometry, class Interp>
class FbpOperator {
  using Widened = WidenedDetector<Geometry>;
  using FbpView = fbp_view_t<Geometry>;
  using Weights = ViewWeights<FbpView, FbpWeightOfRay, dimension_v<Geometry>>;
  using Scans = std::vector<std::vector<FbpView>>;

 public:
  FbpOperator(std::vector<Geometry> const& geometries, FbpOptions const& options, Grid const& grid)
      : FbpOperator(geometries, scans(geometries, options), options, grid) {}

  [[nodiscard]] Geometry const& geometry() const { return back_.geometries().front().geometry(); }
  [[nodiscard]] std::size_t num_geometries() const { return back_.geometries().size(); }
  [[nodiscard]] Grid const& grid() const { return back_.grid(); }
  [[nodiscard]] int filtered_columns() const { return back_.detector()[0]; }

  /// Workspace for projections of these extents, at most `limit` bytes unless one view needs more.
  template <class Executor>
  [[nodiscard]] std::size_t workspace_bytes(Executor const& executor, Extents<4> projections,
                                            std::size_t limit) const {
    return layout(executor, projections, limit).bytes();
  }

  template <class Executor>
  [[nodiscard]] Plan plan(Executor const& executor, ArrayView<float const, 4> projections,
                          std::size_t limit, PartOfCall const& part) const {
    using Filter = row_filter_t<Executor>;
    Layout const cut = checked_layout(executor, projections.extents, limit);
    Plan result;
    for_each_block(projections, cut.block, [&](auto const& block, int view, int sample) {
      PlanStep filter;
      filter.path = "row filter";
      filter.first_view = view;
      filter.num_views = block.extents[2];
      filter.launches =
          Filter::launches(flat(block.extents), grouping(block.extents), Weights::capacity);
      filter.block = "filtered views";
      filter.workspace_bytes = cut.bytes();
      result.steps.push_back(filter);
      ArrayView<float const, 4> const filtered{nullptr, filtered_extents(block.extents)};
      Plan const back =
          back_.plan(executor, filtered, part_of_block(part, view, block.extents[2], sample),
                     limit - cut.tables - bytes_of_views(block));
      for (PlanStep step : back.steps) {
        step.first_view += view;
        result.steps.push_back(step);
      }
    });
    return result;
  }

  template <class Executor>
  void run(Executor const& executor, ArrayView<float const, 4> projections, PartOfCall const& part,
           ArrayView<float, 4> volumes, Workspace<Executor>& workspace) const {
    using Filter = row_filter_t<Executor>;
    Layout const cut = checked_layout(executor, projections.extents, workspace.bytes());
    std::size_t const uploaded = Filter::upload_bytes(filtered_columns());
    std::byte* const memory = response_.tables(executor, filtered_columns(), workspace);
    auto const rows = detail::filtered_rows<Filter>(back_.geometries(), grid(), part.slab);
    for_each_block(projections, cut.block, [&](auto const& block, int view, int sample) {
      ArrayView<float, 4> const filtered{reinterpret_cast<float*>(memory + cut.tables),
                                         filtered_extents(block.extents)};
      Workspace<Executor> scratch{executor, workspace, cut.tables + bytes_of_views(block)};
      auto const part_of = part_of_block(part, view, block.extents[2], sample);
      std::vector<FbpView> views;
      RowFilterTask<Weights> const task{{block.data, flat(block.extents)},
                                        {filtered.data, flat(filtered.extents)},
                                        weights(part_of, views),
                                        Filter::uploaded(response_.values(), memory),
                                        back_.geometries().front().columns_before(),
                                        grouping(block.extents),
                                        rows};
      Filter::apply(executor, task, memory + uploaded, scratch);
      back_.run(executor, ArrayView<float const, 4>{filtered},
                volumes.slices(sample, block.extents[3]), part_of, scratch);
    });
  }

 private:
  template <class, class>
  friend class FbpHalves;

  FbpOperator(std::vector<Geometry> const& geometries, Scans const& scans,
              FbpOptions const& options, Grid const& grid)
      : back_{detail::widened_detectors(geometries, scans), grid, {}, "Fbp"},
        views_{joined(scans)},
        response_{detail::chosen_response("Fbp", options, scans, filtered_columns())} {}

  static Scans scans(std::vector<Geometry> const& geometries, FbpOptions const& options) {
    Scans result;
    for (Geometry const& geometry : detail::checked_geometries(geometries, "Fbp")) {
      result.push_back(detail::of_sample(result.size(), geometries.size(), [&] {
        return detail::fbp_scan("Fbp", geometry, options);
      }));
    }
    return result;
  }

  static std::vector<FbpView> joined(Scans const& scans) {
    std::vector<FbpView> views;
    for (auto const& scan : scans) views.insert(views.end(), scan.begin(), scan.end());
    return views;
  }

  static constexpr int dimension = dimension_v<Geometry>;

  /// How a call cuts its workspace: the filter's tables, then the filtered views of a block, then
  /// scratch that filtering and backprojection share, as they follow one another.
  struct Layout {
    std::size_t tables;
    std::size_t views;
    std::size_t scratch;
    BatchBlock block;  ///< views at a time: some of one sample, or all of some samples

    [[nodiscard]] std::size_t bytes() const { return tables + views + scratch; }
  };

  /// That for projections (u, v, view, sample) within `limit` bytes, or for the fewest views.
  template <class Executor>
  [[nodiscard]] Layout layout(Executor const& executor, Extents<4> projections,
                              std::size_t limit) const {
    Layout result{};
    result.tables = NamedResponse::table_bytes<row_filter_t<Executor>>(filtered_columns());
    // At most half of the workspace is scratch, and no more than pays.
    std::size_t const useful = min(limit / 2, most_scratch_bytes);
    std::size_t const least = least_scratch_bytes(executor, projections);
    auto const fewest = static_cast<std::size_t>(fewest_views(projections));
    result.scratch = max(scratch_bytes(executor, projections, useful), least);
    if (views_in(limit, result) < fewest) result.scratch = least;
    auto const fit = max(views_in(limit, result), fewest);
    auto const views = static_cast<std::size_t>(projections[2]);
    auto const samples = static_cast<std::size_t>(projections[3]);
    std::size_t const at_a_time = fit < views ? fit - fit % fewest : views;
    std::size_t const samples_at_a_time =
        at_a_time == views ? clamp<std::size_t>(fit / views, 1, samples) : 1;
    result.block = {static_cast<int>(at_a_time), static_cast<int>(samples_at_a_time)};
    result.views = aligned_bytes(view_bytes() * at_a_time * samples_at_a_time);
    if (dimension == 2 && at_a_time == views && samples_at_a_time == samples) {
      // What is left is scratch: fewer launches that each read and write the images.
      std::size_t const left = limit - min(limit, result.tables + result.views);
      result.scratch = max(result.scratch, scratch_bytes(executor, projections,
                                                         left / part_alignment * part_alignment));
    }
    return result;
  }

  /// Of a multiple of which blocks consist, if not of all views, so that threads that share a
  /// voxel, and rows that are filtered by twos, are the same in every workspace.
  [[nodiscard]] static int fewest_views(Extents<4> projections) {
    return dimension == 2 ? min(projections[2], plane_block_views) : 1;
  }

  /// What it takes to filter and to backproject the fewest views, as in larger workspaces.
  template <class Executor>
  [[nodiscard]] std::size_t least_scratch_bytes(Executor const& executor,
                                                Extents<4> projections) const {
    std::size_t const filter = scratch_bytes(executor, projections, 0);
    projections[2] = fewest_views(projections);
    projections[3] = 1;
    return max(filter, scratch_bytes(executor, projections, most_scratch_bytes));
  }

  [[nodiscard]] std::size_t view_bytes() const {
    return static_cast<std::size_t>(back_.detector().count()) * sizeof(float);
  }
  /// Of the filtered views of a block.
  [[nodiscard]] std::size_t bytes_of_views(ArrayView<float const, 4> block) const {
    return aligned_bytes(static_cast<std::size_t>(flat(block.extents)[2]) * view_bytes());
  }

  /// How many filtered views fit beside tables and scratch.
  [[nodiscard]] std::size_t views_in(std::size_t limit, Layout const& layout) const {
    std::size_t const fixed = layout.tables + layout.scratch;
    return limit > fixed ? (limit - fixed) / part_alignment * part_alignment / view_bytes() : 0;
  }

  /// Filtered views of projections with these extents (u, v, view, sample).
  [[nodiscard]] Extents<4> filtered_extents(Extents<4> projections) const {
    return {{filtered_columns(), projections[1], projections[2], projections[3]}};
  }

  /// Rows of a cone's view are filtered by twos, in the plane those of all views of a sample.
  [[nodiscard]] ViewGrouping grouping(Extents<4> block) const {
    return {dimension == 2 ? block[2] : 1,
            back_.geometries().size() > 1 ? flat(block)[2] : block[2]};
  }

  /// All views of all samples as one row of views.
  [[nodiscard]] static Extents<3> flat(Extents<4> extents) {
    std::int64_t const views = std::int64_t{extents[2]} * extents[3];
    expects(views <= std::numeric_limits<int>::max(), "Fbp: ", extents[3], " samples of ",
            extents[2], " views are more than 2^31 - 1 views");
    return {extents[0], extents[1], static_cast<int>(views)};
  }

  template <class Executor>
  [[nodiscard]] std::size_t scratch_bytes(Executor const& executor, Extents<4> projections,
                                          std::size_t limit) const {
    using Filter = row_filter_t<Executor>;
    ArrayView<float const, 4> const filtered{nullptr, filtered_extents(projections)};
    PartOfCall const all{{nullptr, 0, 1, projections[2]}, {0, grid().size[2]}, 0, false};
    return aligned_bytes(max(Filter::scratch_bytes(executor, flat(filtered.extents), limit),
                             back_.workspace_bytes(executor, filtered, all, limit)));
  }

  template <class Executor>
  [[nodiscard]] Layout checked_layout(Executor const& executor, Extents<4> projections,
                                      std::size_t limit) const {
    Layout const result = layout(executor, projections, limit);
    if (result.bytes() > limit) {
      throw OutOfMemory(message("pyronn::Fbp: the workspace has ", limit, " bytes; at least ",
                                layout(executor, projections, 0).bytes(), " are needed"));
    }
    return result;
  }

  /// The part of a call that works on one block of its views.
  [[nodiscard]] static PartOfCall part_of_block(PartOfCall const& part, int first_view,
                                                int num_views, int first_sample) {
    return {part.views.sub(first_view, num_views), part.slab, part.first_sample + first_sample,
            part.adds || first_view > 0};
  }

  /// The weights of a block's views; `selected` holds those that do not lie one after another.
  [[nodiscard]] Weights weights(PartOfCall const& part, std::vector<FbpView>& selected) const {
    int const sample_stride = back_.geometries().size() > 1 ? geometry().num_views() : 0;
    FbpView const* const first = views_.data() + part.first_sample * sample_stride;
    if (part.views.is_contiguous()) {
      return {first + part.views.first, part.views.count, sample_stride};
    }
    std::size_t const samples =
        sample_stride == 0
            ? 1
            : back_.geometries().size() - static_cast<std::size_t>(part.first_sample);
    for (std::size_t sample = 0; sample < samples; ++sample) {
      for (int n = 0; n < part.views.count; ++n) {
        selected.push_back(first[static_cast<int>(sample) * sample_stride + part.views[n]]);
      }
    }
    return {selected.data(), part.views.count, sample_stride == 0 ? 0 : part.views.count};
  }

  static constexpr std::size_t most_scratch_bytes = std::size_t{48} << 20;

  DirectedOperator<Back, Widened, Interp, DistanceWeighted> back_;
  std::vector<FbpView> views_;  ///< sample after sample, where each has a geometry
  NamedResponse response_;
};

}  // namespace pyronn::detail
