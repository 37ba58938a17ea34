// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of Joseph's transpose in the plane of few samples, of a scan for each sample, and of
/// rays that begin or end in the image. Sums are of 1024 views at a time, however large the
/// workspace is; one that holds less is not used. A number that is not finite spoils voxels of its
/// own view's neighbouring pixels, too.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

#include <pyronn/backend/cuda/detail/batch/plan.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/backend/cuda/detail/plane/axis_view.cuh>
#include <pyronn/backend/cuda/detail/plane/gather.cuh>
#include <pyronn/backend/cuda/detail/plane/ray_table.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

struct PlaneGather {
  template <class Call>
  static constexpr bool suits = has_tensor_cores_v<CompiledArchitectures>&& Call::dimension == 2;
  static constexpr bool reads_special_views = false;

  struct Plan {
    int views;    ///< at a time
    int samples;  ///< at a time: 1 or 4
    bool has_ends;
    std::size_t bytes;
  };

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t limit) {
    Extents<3> const& grid = call.op.grid().size;
    if (max(max(grid[0], grid[1]), call.input.extents[0]) > longest_batch_axis) return std::nullopt;
    bool const has_ends = !call.op.has_checked_plane();
    bool const shares_rays = call.op.geometries().size() == 1;
    int const most = shares_rays && !has_ends && call.input.extents[3] > 2 ? 4 : 1;
    for (int samples = most; samples >= 1; samples -= 3) {
      Plan plan{min(call.input.extents[2], plane_block_views), samples, has_ends, 0};
      plan.bytes = table_bytes(plan, call) + products_bytes(plan, call) + sums_bytes(plan, call);
      if (plan.bytes <= limit) return plan;
    }
    return std::nullopt;
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    step.path = "rays of the plane";
    step.blocks = 0;
    for_each_block(plan, call, [&](LaunchRange const& range, int, bool is_new) {
      ++step.blocks;
      step.launches += 3;
      if (is_new)
        call.op.views().general().for_each_launch(range, {}, [&](auto const&) { ++step.launches; });
    });
    step.block = message(plan.views, " of ", call.input.extents[2], " views");
    if (call.input.extents[3] > 1)
      step.block += message(" of ", min(plan.samples, call.input.extents[3]), " of ",
                            call.input.extents[3], " samples");
  }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> volumes, Workspace<Executor>& workspace) {
    if (plan.samples == 4) return run_samples<4, false>(plan, executor, call, volumes, workspace);
    if (plan.has_ends) return run_samples<1, true>(plan, executor, call, volumes, workspace);
    run_samples<1, false>(plan, executor, call, volumes, workspace);
  }

 private:
  template <class Call>
  using AxisViewOf = axis_view_t<typename Call::Model::template BackView<typename Call::View>>;

  template <class Call>
  static std::size_t table_bytes(Plan const& plan, Call const& call) {
    constexpr std::size_t alignment = 256;
    std::size_t const bytes =
        RayTable<AxisViewOf<Call>>::bytes(call.input.extents[0], plan.views, plan.has_ends);
    return (bytes + alignment - 1) / alignment * alignment;
  }
  template <class Call>
  static std::size_t products_bytes(Plan const& plan, Call const& call) {
    return static_cast<std::size_t>(plan.views) *
           static_cast<std::size_t>(RayTable<AxisViewOf<Call>>::pitch_of(call.input.extents[0])) *
           static_cast<std::size_t>(plan.samples) * sizeof(float);
  }
  template <class Call>
  static std::size_t sums_bytes(Plan const& plan, Call const& call) {
    return static_cast<std::size_t>(call.op.grid().size[0]) *
           static_cast<std::size_t>(call.op.grid().size[1]) * 2 *
           static_cast<std::size_t>(plan.samples) * sizeof(float);
  }

  /// Calls `work(views and a sample, samples, whether their rays are other ones than before)`.
  template <class Call, class Work>
  static void for_each_block(Plan const& plan, Call const& call, Work const& work) {
    bool const shares_rays = call.op.geometries().size() == 1;
    int const num_samples = call.input.extents[3];
    for (int view = 0; view < call.input.extents[2]; view += plan.views) {
      int const num_views = min(plan.views, call.input.extents[2] - view);
      for (int sample = 0; sample < num_samples; sample += plan.samples) {
        work(call.range(view, num_views, sample, 1), min(plan.samples, num_samples - sample),
             sample == 0 || !shares_rays);
      }
    }
  }

  template <int Samples, bool HasEnds, class Executor, class Call, class Out>
  static void run_samples(Plan const& plan, Executor const& executor, Call const& call,
                          ArrayView<Out, 4> volumes, Workspace<Executor>& workspace) {
    using In = typename Call::In;
    using AxisView = AxisViewOf<Call>;
    std::byte* const memory = workspace.data();
    auto* const products = reinterpret_cast<float*>(memory + table_bytes(plan, call));
    auto* const sums = products + products_bytes(plan, call) / sizeof(float);
    int const pixels = call.input.extents[0];
    auto const queue = [&executor](auto const& kernel) {
      executor.for_each(kernel.items(), kernel);
    };
    for_each_block(plan, call, [&](LaunchRange const& range, int num_samples, bool is_new) {
      int const sample = call.sample_of(range);
      RayTable<AxisView> const table{memory, pixels, range.views.count, HasEnds};
      if (is_new) {
        tabulate_rays(call.op.views().general(), range, pixels,
                      vec_cast<float>(call.op.grid().spacing), table, queue);
      }
      auto samples = call.input.slices(sample, num_samples);
      samples.data += std::int64_t{range.first_view} * pixels;
      queue(ScaleByStep<Samples, In>{samples, range.views.count, num_samples, table.steps,
                                     table.pitch, products});
      queue(GatherRays<Samples, HasEnds, AxisView>{
          table, range.views.count, products, {volumes.extents[0], volumes.extents[1]}, sums});
      queue(WriteSums<Samples, Out>{sums, num_samples, volumes.slices(sample, num_samples),
                                    call.adds || range.first_view > 0});
    });
  }
};

}  // namespace pyronn::detail
