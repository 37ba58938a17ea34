// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The paths of z-aligned views on CUDA devices.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include <pyronn/backend/cuda/detail/columns/copy.cuh>
#include <pyronn/backend/cuda/detail/columns/project.cuh>
#include <pyronn/backend/cuda/detail/columns/project_in_place.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// Joseph's projection of z-aligned views in software, from copies of the volume in which z lies
/// fastest: as many slices across x and then across y at a time as the workspace holds.
struct CudaColumnsForward {
  template <class Call>
  static constexpr bool suits = Call::dimension == 3 && has_projective_rays_v<typename Call::View>;
  static constexpr bool reads_special_views = true;

  struct Plan {
    std::size_t slice_bytes;  ///< of a slice across x or y, whichever takes more
    int slices[2];            ///< at a time, across x and across y
    std::size_t bytes;
  };

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t limit) {
    using In = typename Call::In;
    Extents<4> const& size = call.input.extents;
    // Offsets within the copies are 32 bits long.
    constexpr std::size_t most =
        std::size_t{std::numeric_limits<int>::max()} * sizeof(SampleAndSlopeOf<In>);
    std::size_t const slice = ColumnCopy<In>::slice_bytes({size[0], size[1], size[2]});
    if (limit < slice || slice > most) return std::nullopt;
    auto const fit = [&](int slices) {
      return static_cast<int>(min(min(limit, most) / slice, static_cast<std::size_t>(slices)));
    };
    auto const longest = static_cast<std::size_t>(max(size[0], size[1]));
    return Plan{slice, {fit(size[0]), fit(size[1])}, min(limit / slice, longest) * slice};
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    for (int sample = 0; sample < call.input.extents[3]; ++sample) {
      run_axis<0>(plan, executor, call, sample, projections, workspace);
      run_axis<1>(plan, executor, call, sample, projections, workspace);
    }
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    Extents<4> const& size = call.input.extents;
    int launches_of_views = 0;
    call.op.views().special().for_each_launch(call.range(0, 1), {},
                                              [&](auto const&) { ++launches_of_views; });
    step.path = "z-aligned columns";
    step.blocks = 0;
    for (int axis = 0; axis < 2; ++axis) step.blocks += (size[axis] - 1) / plan.slices[axis] + 1;
    step.blocks *= size[3];
    step.launches += step.blocks * (1 + launches_of_views);
    step.block = message(plan.slices[0], " of ", size[0], " slices across x, ", plan.slices[1],
                         " of ", size[1], " across y");
  }

 private:
  template <int Axis, class Executor, class Call, class Out>
  static void run_axis(Plan const& plan, Executor const& executor, Call const& call, int sample,
                       ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    using In = typename Call::In;
    using Cell = SampleAndSlopeOf<In>;
    auto const volume = sample_of(call.input, sample);
    auto const& views = call.op.views().special();
    auto* const memory = reinterpret_cast<Cell*>(workspace.data());
    int const slices = volume.extents[Axis];
    for (int first = 0; first < slices; first += plan.slices[Axis]) {
      int const end = min(first + plan.slices[Axis], slices);
      CopyColumns<Axis, In> const copy{volume, memory, first, end};
      executor.for_each(copy.items(), copy);
      views.for_each_launch(call.range(sample, 1), {}, [&](LaunchRange const& range) {
        ProjectColumns<Axis, chunk_t<decltype(views)>, In, Out> const kernel{
            views.chunk_of_slab(range, call.slab.first_slice),
            range.views.count,
            memory,
            first,
            end,
            volume.extents,
            vec_cast<float>(call.op.grid().spacing),
            from_view(projections, range.first_view, sample),
            call.adds || first > 0};
        executor.for_each(kernel.items(), kernel);
      });
    }
  }
};

/// The same from the caller's memory.
struct CudaColumnsForwardInPlace {
  template <class Call>
  static constexpr bool suits = CudaColumnsForward::suits<Call>;
  static constexpr bool reads_special_views = true;

  struct Plan {};

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t) {
    if (call.input.slice_count() > std::numeric_limits<int>::max()) return std::nullopt;
    return Plan{};
  }

  static std::size_t bytes(Plan const&) { return 0; }

  template <class Executor, class Call, class Out>
  static void run(Plan const&, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> projections, Workspace<Executor>&) {
    using In = typename Call::In;
    auto const& views = call.op.views().special();
    for (int sample = 0; sample < call.input.extents[3]; ++sample) {
      views.for_each_launch(call.range(sample, 1), {}, [&](LaunchRange const& range) {
        ProjectColumnsInPlace<chunk_t<decltype(views)>, In, Out> const kernel{
            views.chunk_of_slab(range, call.slab.first_slice),
            range.views.count,
            {call.input},
            sample,
            vec_cast<float>(call.op.grid().spacing),
            from_view(projections, range.first_view, sample),
            call.adds};
        executor.for_each(kernel.items(), kernel);
      });
    }
  }

  template <class Executor, class Call>
  static void describe(Plan const&, Executor const&, Call const& call, PlanStep& step) {
    step.path = "z-aligned columns in place";
    for (int sample = 0; sample < call.input.extents[3]; ++sample) {
      call.op.views().special().for_each_launch(call.range(sample, 1), {},
                                                [&](auto const&) { ++step.launches; });
    }
    step.block = message(call.input.extents[2], " slices");
  }
};

}  // namespace pyronn::detail
