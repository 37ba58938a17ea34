// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of Joseph's transpose of batches in the plane on tensor cores.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>

#include <pyronn/backend/cuda/detail/batch/batches_of_call.cuh>
#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/batch/pack.cuh>
#include <pyronn/backend/cuda/detail/batch/path.cuh>
#include <pyronn/backend/cuda/detail/batch/plan.cuh>
#include <pyronn/backend/cuda/detail/batch/samples.cuh>
#include <pyronn/backend/cuda/detail/batch/transpose.cuh>
#include <pyronn/backend/cuda/detail/plane/axis_view.cuh>
#include <pyronn/backend/cuda/detail/plane/ray_table.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// Joseph's transpose from copies of as many views at a time as the workspace holds: all, or blocks
/// of as many as the kernel takes, so that sums do not depend on how many are copied at a time.
/// Images of 16 bits are rounded after each copy.
struct TensorCoreTranspose : TensorCorePath<TensorCoreTranspose> {
  template <class View>
  static constexpr bool reads = is_projective_view_v<View>&& has_projective_rays_v<View>;
  template <class Call>
  using Batches = BackBatches<Call, TransposesSlices>;

  template <int Tiles, int Terms>
  static Plan plan_for(BatchSize const& size, std::size_t limit) {
    std::size_t const usable = batch_limit(limit);
    if (usable < batch_header_bytes) return {0, 0, 0};
    std::size_t const view =
        BatchLayout<Tiles, Terms>::row_bytes(size.width) + Table::bytes(size.width, 1);
    auto const fit = static_cast<int>(
        min((usable - batch_header_bytes) / view, static_cast<std::size_t>(size.rows)));
    int const views = fit == size.rows ? fit : fit - fit % transpose_block_views;
    if (views == 0) return {0, 0, 0};
    return {batch_header_bytes + static_cast<std::size_t>(views) * view, Tiles, views};
  }

  template <class Call>
  static int launches(Plan const& plan, Call const& call, int scales) {
    int result = scales;
    for_each_pass(plan, call, [&](LaunchRange const& range) {
      result += 2 + tabulating_launches(call.op.views().general(), range);
    });
    return result;
  }

  template <class Executor, class Call, class Samples, class Out>
  static void run_batch(Plan const& plan, Executor const& executor, Call const& call,
                        Samples const& all, ArrayView<Out, 4> volumes,
                        Workspace<Executor>& workspace) {
    for_each_batch_block(all.size.samples, plan.tiles, [&](auto tiles, int first, int count) {
      // Those of all views, so that results do not depend on how many are copied at a time.
      auto const batch = all.slices(first, count);
      auto const scales = find_scales<typename Call::In>(executor, batch, workspace);
      for_each_pass(plan, call, [&](LaunchRange const& range) {
        run_pass<tiles.value>(executor, call, range, scales, batch, volumes.slices(first, count),
                              workspace);
      });
    });
  }

 private:
  using Table = RayTable<ProjectiveAxisView>;

  template <class Call, class Work>
  static void for_each_pass(Plan const& plan, Call const& call, Work const& work) {
    int const num_views = call.input.extents[2];
    for (int view = 0; view < num_views; view += plan.copies_or_views) {
      work(call.range(view, min(plan.copies_or_views, num_views - view), 0, 1));
    }
  }

  /// The least power of two that is no shorter than any step.
  static float unit_of(Vec3f const& spacing) {
    return std::exp2(std::ceil(std::log2(std::hypot(spacing[0], spacing[1]))));
  }

  template <int Tiles, class Executor, class Call, class In, class Samples, class Out>
  static void run_pass(Executor const& executor, Call const& call, LaunchRange const& range,
                       SampleScales<In> const& scales, Samples const& samples,
                       ArrayView<Out, 4> volumes, Workspace<Executor>& workspace) {
    auto const queue = [&executor](auto const& kernel) {
      executor.for_each(kernel.items(), kernel);
    };
    int const pixels = samples.size.width;
    int const num_views = range.views.count;
    auto const spacing = vec_cast<float>(call.op.grid().spacing);
    float const unit = unit_of(spacing);
    auto* const rows = reinterpret_cast<uint4*>(workspace.data() + batch_header_bytes);
    std::size_t const row_bytes = BatchLayout<Tiles, half_terms_v<In>>::row_bytes(pixels);
    Table const table{
        reinterpret_cast<std::byte*>(rows) + row_bytes * static_cast<std::size_t>(num_views),
        pixels, num_views};
    tabulate_rays(call.op.views().general(), range, pixels, spacing, table, queue);
    queue(
        PackProjections<Tiles, In, Samples, StepsOfRays>{samples.from_row(range.first_view),
                                                         num_views,
                                                         scales,
                                                         rows,
                                                         {table.steps, table.pitch, 1.0F / unit}});
    queue(TransposeBatch<Tiles, In, Out>{table, num_views, rows, scales, unit, volumes,
                                         call.adds || range.first_view > 0});
  }
};

}  // namespace pyronn::detail
