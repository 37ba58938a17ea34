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
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>
#include <pyronn/model/ray_driven.hpp>
#include <pyronn/model/ray_march.hpp>
#include <pyronn/operators/detail/in_place_back.hpp>

namespace pyronn::detail {

struct BricksBack : InPlaceBack<BricksBack> {
  template <class Call>
  static constexpr bool suits = Call::dimension == 3;
  static constexpr bool reads_special_views = false;
  static constexpr char const* name = "bricks";
  /// With views shared out evenly, as a brick prepares all of a launch.
  static constexpr int most_views = BrickLayout::most_views;

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
    using Views = decltype(views_of(call));
    using Kernel = decltype(kernel(Plan{}, call, std::declval<Task<Call, Views, float> const&>()));
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

  template <class Call>
  static auto const& views_of(Call const& call) {
    return call.op.views().general();
  }

  /// With the trace of the model's general kernel.
  template <class Call, class Task>
  static auto kernel(Plan const& plan, Call const& call, Task const& task) {
    constexpr bool is_float = std::is_same_v<typename Task::Element, float>;
    return in_bricks(call.op.model().template back<typename Call::Interp, CudaBackend>(task),
                     is_float ? plan.layout : plan.with_totals);
  }

 private:
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
};

}  // namespace pyronn::detail
