// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of Joseph's projection by the texture unit on CUDA devices.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <optional>

#include <pyronn/backend/cuda/detail/texture/plane_slab.cuh>
#include <pyronn/backend/cuda/detail/texture/planes.cuh>
#include <pyronn/backend/cuda/detail/texture/project.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/detail/general_forward.hpp>
#include <pyronn/operators/detail/input_blocks.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/operator_views.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// Joseph's projection through slabs of planes: first those perpendicular to x, then to y, then to
/// z, as many at a time as the workspace holds. A ray reads the planes across its main axis. Views
/// that are z-aligned have no ray along z.
struct CudaPlanesForward {
  template <class Call>
  static constexpr bool suits = Call::dimension == 3;
  static constexpr bool reads_special_views = false;

  struct Plan {
    int planes[3];  ///< of each slab across x, y and z; 0: none are needed
    std::size_t bytes;
  };

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const& executor, Call const& call, std::size_t limit) {
    if (whole_samples_fit(executor, call, limit)) return std::nullopt;
    Plan plan{};
    bool const fits = plan_axis<0>(executor, call, limit, plan) &&
                      plan_axis<1>(executor, call, limit, plan) &&
                      (are_z_aligned(call) || plan_axis<2>(executor, call, limit, plan));
    if (!fits) return std::nullopt;
    return plan;
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    for (int sample = 0; sample < call.input.extents[3]; ++sample) {
      run_axis<0>(plan, executor, call, sample, projections, workspace);
      run_axis<1>(plan, executor, call, sample, projections, workspace);
      if (plan.planes[2] > 0) run_axis<2>(plan, executor, call, sample, projections, workspace);
    }
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    int const launches_of_views = count_launches(call.op.views().general(), call.range(0, 1));
    step.path = "planes in textures";
    step.blocks = 0;
    for (int axis = 0; axis < 3; ++axis) {
      if (plan.planes[axis] == 0) continue;
      int const all = call.input.extents[axis];
      step.blocks += (all - 1) / plan.planes[axis] + 1;
      step.block += message(axis > 0 ? ", " : "", plan.planes[axis], " of ", all, " planes across ",
                            "xyz"[axis]);
    }
    step.blocks *= call.input.extents[3];
    step.launches += step.blocks * (1 + launches_of_views);
  }

 private:
  /// Whether several samples of a batch can be read together, which takes fewer launches.
  template <class Executor, class Call>
  static bool whole_samples_fit(Executor const& executor, Call const& call, std::size_t limit) {
    using Source = GeneralForward::Source<Executor, Call>;
    return call.input.extents[3] > 1 &&
           batch_block<Source>(executor, call.input, limit, 1).samples > 1;
  }

  template <class Call>
  static bool are_z_aligned(Call const& call) {
    bool result = true;
    call.op.views().for_each_run(call.views.views,
                                 [&](ViewRun const& run) { result = result && run.is_special; });
    return result;
  }

  /// Slabs of equal thickness, but for the last. False where not even one plane fits.
  template <int Axis, class Executor, class Call>
  static bool plan_axis(Executor const& executor, Call const& call, std::size_t limit, Plan& plan) {
    using In = typename Call::In;
    using Slab = PlaneSlab<Axis>;
    Extents<3> const size = call.input_size();
    std::size_t const plane = Slab::template plane_bytes<In>(executor, size);
    auto const most = static_cast<std::size_t>(Slab::template most_planes<In>(executor, size));
    auto const fit = static_cast<int>(min(limit / plane, most));
    if (fit == 0) return false;
    int const slabs = (size[Axis] - 1) / fit + 1;
    plan.planes[Axis] = (size[Axis] - 1) / slabs + 1;
    plan.bytes = max(plan.bytes, static_cast<std::size_t>(plan.planes[Axis]) * plane);
    return true;
  }

  template <int Axis, class Executor, class Call, class Out>
  static void run_axis(Plan const& plan, Executor const& executor, Call const& call, int sample,
                       ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    auto const volume = sample_of(call.input, sample);
    auto const& views = call.op.views().general();
    int const all = volume.extents[Axis];
    for (int first = 0; first < all; first += plan.planes[Axis]) {
      int const end = min(first + plan.planes[Axis], all);
      auto const slab = PlaneSlab<Axis>::copy(executor, volume, first, end, workspace);
      views.for_each_launch(call.range(sample, 1), {}, [&](LaunchRange const& range) {
        ProjectPlanes<Axis, chunk_t<decltype(views)>, Out> const kernel{
            views.chunk(range),
            range.views.count,
            slab,
            volume.extents,
            call.slab.first_slice,
            vec_cast<float>(call.op.grid().spacing),
            from_view(projections, range.first_view, sample),
            call.adds || Axis > 0 || first > 0};
        executor.for_each(kernel.items(), kernel);
      });
    }
  }
};

}  // namespace pyronn::detail
