// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The paths of z-aligned views on CUDA devices.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>

#include <pyronn/backend/cuda/detail/cells/sample_and_slope.cuh>
#include <pyronn/backend/cuda/detail/columns/copy.cuh>
#include <pyronn/backend/cuda/detail/columns/project.cuh>
#include <pyronn/backend/cuda/detail/columns/project_in_place.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
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
    bool has_bare_samples;
    int slices[2];  ///< at a time, across x and across y
    std::size_t bytes;
  };

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t limit) {
    using Cell = SampleAndSlopeOf<typename Call::In>;
    auto const plan = plan_with<Cell>(call, limit);
    if constexpr (std::is_same_v<Cell, SampleAndSlope<float>>) {
      if (plan && slabs(*plan, call) >= many_slabs && rows_apart(call) >= far_apart) {
        auto const bare = plan_with<BareSample>(call, limit);
        // A call whose workspace has just these bytes must be planned alike.
        if (bare && plan_with<Cell>(call, bare->bytes)) return bare;
      }
    }
    return plan;
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    for (int sample = 0; sample < call.input.extents[3]; ++sample) {
      if (plan.has_bare_samples) {
        run_axis<0, BareSample>(plan, executor, call, sample, projections, workspace);
        run_axis<1, BareSample>(plan, executor, call, sample, projections, workspace);
      } else {
        using Cell = SampleAndSlopeOf<typename Call::In>;
        run_axis<0, Cell>(plan, executor, call, sample, projections, workspace);
        run_axis<1, Cell>(plan, executor, call, sample, projections, workspace);
      }
    }
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    Extents<4> const& size = call.input.extents;
    int const launches_of_views = count_launches(call.op.views().special(), call.range(0, 1));
    step.path = "z-aligned columns";
    step.blocks = slabs(plan, call) * size[3];
    step.launches += step.blocks * (1 + launches_of_views);
    step.block =
        message(plan.slices[0], " of ", size[0], " slices across x, ", plan.slices[1], " of ",
                size[1], " across y", plan.has_bare_samples ? ", bare samples" : "");
  }

 private:
  /// Where rows are about a voxel apart or more, lanes load different cells, and bare samples take
  /// no longer. It pays then that slabs are fewer, as the rays are set up for each.
  static constexpr int many_slabs = 8;
  static constexpr float far_apart = 0.9F;

  /// How far apart rows are in the middle of the grid [voxels]. The first view speaks for all, also
  /// for calls without it.
  template <class Call>
  static float rows_apart(Call const& call) {
    ZAlignedRays const view =
        ZAlignedRays::make(call.op.geometries().front().view(0), call.op.grid());
    return std::abs(view.origin_weight * view.along_v[2]);
  }

  template <class Call>
  static int slabs(Plan const& plan, Call const& call) {
    int count = 0;
    for (int axis = 0; axis < 2; ++axis)
      count += (call.input.extents[axis] - 1) / plan.slices[axis] + 1;
    return count;
  }

  template <class Cell, class Call>
  static std::optional<Plan> plan_with(Call const& call, std::size_t limit) {
    Extents<4> const& size = call.input.extents;
    // Offsets within the copies are 32 bits long.
    constexpr std::size_t most = std::size_t{std::numeric_limits<int>::max()} * sizeof(Cell);
    std::size_t const slice = ColumnCopy<Cell>::slice_bytes(call.input_size());
    if (limit < slice || slice > most) return std::nullopt;
    // Slabs of equal thickness, but for the last.
    auto const fit = [&](int slices) {
      auto const all = static_cast<std::size_t>(slices);
      std::size_t const at_most = min(min(limit, most) / slice, all);
      std::size_t const count = (all - 1) / at_most + 1;
      return static_cast<int>((all - 1) / count + 1);
    };
    Plan plan{std::is_same_v<Cell, BareSample>, {fit(size[0]), fit(size[1])}, 0};
    plan.bytes = static_cast<std::size_t>(max(plan.slices[0], plan.slices[1])) * slice;
    return plan;
  }

  template <int Axis, class Cell, class Executor, class Call, class Out>
  static void run_axis(Plan const& plan, Executor const& executor, Call const& call, int sample,
                       ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    using In = typename Call::In;
    auto const volume = sample_of(call.input, sample);
    auto const& views = call.op.views().special();
    auto* const memory = reinterpret_cast<Cell*>(workspace.data());
    int const slices = volume.extents[Axis];
    for (int first = 0; first < slices; first += plan.slices[Axis]) {
      int const end = min(first + plan.slices[Axis], slices);
      CopyColumns<Axis, Cell, In> const copy{volume, memory, first, end};
      executor.for_each(copy.items(), copy);
      views.for_each_launch(call.range(sample, 1), {}, [&](LaunchRange const& range) {
        ProjectColumns<Axis, Cell, chunk_t<decltype(views)>, Out> const kernel{
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
