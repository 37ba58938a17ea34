// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the paths of batches in the plane on tensor cores have in common. Tensor cores multiply
/// numbers in half precision, so that values and weights go through them as two terms each: results
/// are as exact as those of single precision as long as numbers of a sample matter that are larger
/// than 6e-5 of its largest. Smaller ones are rounded to 2^-38 of that. Where arrays hold Half, a
/// value is one term, and positions are rounded to 1/2048 of a voxel or pixel; before it is
/// transposed, a value times the step of its ray is rounded to Half, and in space what is blended
/// of two. A number that is not finite spoils results of its own sample, in space of those that
/// take a share of it, up to 16 voxels or pixels around.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <optional>

#include <pyronn/backend/cuda/detail/batch/batches_of_call.cuh>
#include <pyronn/backend/cuda/detail/batch/layout.cuh>
#include <pyronn/backend/cuda/detail/batch/plan.cuh>
#include <pyronn/backend/cuda/detail/batch/samples.cuh>
#include <pyronn/backend/cuda/detail/launch/run_kernel.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// What both directions share. `Direction` derives from it and has
///   reads<View>                         whether it can read such views
///   Batches<Call>                       a call as batches
///   plan_for<Tiles, Terms>(size, limit) the plan of a batch of this size
///   launches(plan, call, scales)        of a block of samples; `scales` of them, 0 or 1, find
///   scales
///   run_batch(...)                      does one of the batches
template <class Direction>
struct TensorCorePath {
  template <class Call>
  static constexpr bool suits =
      has_tensor_cores_v<CompiledArchitectures>&& Direction::template reads<typename Call::View> &&
      (Call::dimension == 2 || has_parallel_rays_v<typename Call::View>);
  static constexpr bool reads_special_views = false;

  using Plan = BatchPlan;

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t limit) {
    typename Direction::template Batches<Call> const batches{call};
    Extents<3> const& grid = call.op.grid().size;
    if (!batches.exist() || max(grid[0], grid[1]) > longest_batch_axis) return std::nullopt;
    BatchSize const size = batches.source(0).size;
    if (!is_worth_a_batch(size, batches.all_samples())) return std::nullopt;
    if (size.samples == 0) return Plan{0, 4, 1};  // of a slab that no row sees
    constexpr int terms = half_terms_v<typename Call::In>;
    Plan const plan = batch_plan(size.samples, [&](auto tiles) {
      return Direction::template plan_for<tiles.value, terms>(size, limit);
    });
    return plan.bytes > 0 ? std::optional<Plan>{plan} : std::nullopt;
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> output, Workspace<Executor>& workspace) {
    typename Direction::template Batches<Call> const batches{call};
    batches.for_each_unseen(output, [&](BatchArray<Out> const& samples) {
      ClearSamples<Out> const clear{samples};
      executor.for_each(clear.items(), clear);
    });
    for (int n = 0; n < batches.count(); ++n) {
      Direction::run_batch(plan, executor, call, batches.source(n), batches.target(output, n),
                           workspace);
    }
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    typename Direction::template Batches<Call> const batches{call};
    int const num_samples = batches.source(0).size.samples;
    step.path = "tensor-core batch";
    step.blocks = 0;
    for_each_batch_block(num_samples, plan.tiles, [&](auto, int, int) { ++step.blocks; });
    step.blocks *= batches.count();
    step.block =
        message(min(8 * plan.tiles, num_samples), " of ", num_samples, ' ', batches.samples);
    int const scales = half_terms_v<typename Call::In> == 1 ? 0 : 1;
    step.launches += step.blocks * Direction::launches(plan, call, scales);
    step.launches += batches.unseen_pieces();
  }
};

}  // namespace pyronn::detail
