// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of the transposes of models that follow rays, brick by brick, on CUDA devices.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <pyronn/backend/cuda/detail/bricks/backproject.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// Reads projections in place and needs no workspace.
struct BricksBack {
  template <class Call>
  static constexpr bool suits = Call::dimension == 3;
  static constexpr bool reads_special_views = false;

  struct Plan {
    BrickLayout layout;
    BrickLayout with_totals;  ///< for outputs that are not float
  };

  /// Bricks are as tall as shared memory allows, but less so where they are too few to keep a
  /// device busy. That depends on the grid alone, so that a sample has the same bits in any batch.
  /// None where blocks have too little shared memory, or numbers of threads or samples are too
  /// large.
  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const& executor, Call const& call, std::size_t) {
    using Kernel = decltype(kernel(call, std::declval<Task<Call, float> const&>(), BrickLayout{}));
    // What fits into the 98 KiB that devices have which have not much, and into 63 KiB.
    static_assert(Kernel::shared_bytes(BrickLayout::of_rays(8)) <= 98 * 1024 &&
                  Kernel::shared_bytes(BrickLayout::of_runs(8).without_totals()) <= 98 * 1024 &&
                  Kernel::shared_bytes(BrickLayout::of_rays(4)) <= 63 * 1024);
    if (!can_count(call.op.model(), call.op.grid().size)) return std::nullopt;
    Plan plan{};
    for (int const height : {4, 8, 16, 32}) {
      if (!are_enough(call.op.grid().size, height)) continue;
      auto const take = [&](BrickLayout& layout, BrickLayout const& candidate) {
        if (Kernel::shared_bytes(candidate) <= executor.max_shared_bytes()) layout = candidate;
      };
      BrickLayout const rays = BrickLayout::of_rays(height);
      BrickLayout const runs = BrickLayout::of_runs(height);
      take(plan.with_totals, rays);
      if constexpr (Kernel::Rays::has_runs) {
        take(plan.with_totals, runs);
        take(plan.layout, runs.without_totals());
      }
    }
    if (plan.with_totals.height == 0) return std::nullopt;
    if (plan.layout.height == 0) plan.layout = plan.with_totals;
    return plan;
  }

  static std::size_t bytes(Plan const&) { return 0; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> volumes, Workspace<Executor>&) {
    auto const& views = call.op.views().general();
    for_each_launch(call, [&](LaunchRange const& range) {
      int const sample = call.sample_of(range);
      int const count = call.input.extents[2];
      Task<Call, Out> const task{views.chunk(range),
                                 range.views.count,
                                 range.num_samples,
                                 {call.input},
                                 sample * count + range.first_view,
                                 count,
                                 call.op.detector(),
                                 call.op.grid().size,
                                 call.slab.first_slice,
                                 vec_cast<float>(call.op.grid().spacing),
                                 volumes.slices(sample, range.num_samples),
                                 call.adds || range.first_view > 0};
      auto const bricks =
          kernel(call, task, std::is_same_v<Out, float> ? plan.layout : plan.with_totals);
      executor.for_each(bricks.items(), bricks);
    });
  }

  template <class Executor, class Call>
  static void describe(Plan const&, Executor const&, Call const& call, PlanStep& step) {
    step.path = "bricks";
    for_each_launch(call, [&](LaunchRange const&) { ++step.launches; });
    step.block = message(call.input.extents[2], " views");
  }

 private:
  template <class Call>
  using Views = chunk_t<decltype(std::declval<Call const&>().op.views().general())>;
  template <class Call, class Out>
  using Task =
      BackTask<3, Views<Call>, LinearSamples<typename Call::Interp, typename Call::In>, Out>;

  /// With the trace of the model's general kernel.
  template <class Call, class Task>
  static auto kernel(Call const& call, Task const& task, BrickLayout const& layout) {
    return in_bricks(call.op.model().template back<typename Call::Interp, CudaBackend>(task),
                     layout);
  }
  template <class Trace, class Interp, class Task>
  static TransposeBricks<Trace, Interp, Task> in_bricks(
      RayDrivenBack<Trace, Interp, Task> const& general, BrickLayout const& layout) {
    return {general.task, general.trace, layout};
  }

  /// More of the tallest, which are few: the last ones to be done are waited for.
  static bool are_enough(Extents<3> const& volume, int height) {
    constexpr int least_height = 4;
    std::int64_t const enough = height > 16 ? 1024 : 128;
    return height == least_height || BrickLayout::num_bricks(volume, height) >= enough;
  }

  /// A thread of each voxel of a row of bricks, and the samples of a ray.
  template <class Model>
  static bool can_count(Model const& model, Extents<3> const& size) {
    constexpr int longest = 1 << 26;
    if constexpr (std::is_same_v<Model, RayMarch>) {
      if (!floats_count_samples(size, model.step())) return false;
    }
    return size[0] <= longest;
  }

  /// With views shared out evenly, as a brick prepares all of a launch.
  template <class Call, class Launch>
  static void for_each_launch(Call const& call, Launch const& launch) {
    constexpr int most_views = BrickLayout::most_views;
    int const samples = call.input.extents[3];
    call.op.views().general().for_each_launch(call.range(0, samples),
                                              {call.slab.num_slices, most_views}, launch);
  }
};

}  // namespace pyronn::detail
