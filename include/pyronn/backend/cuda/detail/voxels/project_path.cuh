// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of the transpose of voxel-driven backprojection of z-aligned views on CUDA devices.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>

#include <pyronn/backend/cuda/detail/voxels/copy.cuh>
#include <pyronn/backend/cuda/detail/voxels/project.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// From copies of the volume in which z lies fastest: as many slices across x and then across y at
/// a time as the workspace holds. Sums of float have the same bits whatever it holds; where that is
/// too little, the general path takes over, which adds in another order.
template <class DepthWeight>
struct CudaVoxelColumnsForward {
  template <class Call>
  static constexpr bool suits =
      !std::is_void_v<special_map_view_t<typename Call::View, Call::dimension>>;
  static constexpr bool reads_special_views = true;

  struct Plan {
    int slices[2];  ///< at a time, across x and across y
    std::size_t bytes;
  };

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t limit) {
    // Offsets in the copies are 32 bits long, and indices along z must be exact as floats.
    constexpr std::size_t most = std::size_t{std::numeric_limits<int>::max()} * sizeof(float);
    Extents<3> const size = call.input_size();
    if (call.slab.first_slice + size[2] > (1 << 20)) return std::nullopt;
    Plan plan{};
    for (int axis = 0; axis < 2; ++axis) {
      std::size_t const slice = VoxelColumns::slice_bytes(size, axis);
      plan.slices[axis] =
          static_cast<int>(min(min(limit, most) / slice, static_cast<std::size_t>(size[axis])));
      if (plan.slices[axis] < min(least_slices, size[axis])) return std::nullopt;
      plan.bytes = max(plan.bytes, static_cast<std::size_t>(plan.slices[axis]) * slice);
    }
    return plan;
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    for (int sample = 0; sample < call.input.extents[3]; ++sample) {
      if (copies_all(plan, call)) {
        run_axis<1>(plan, MainAxes::both, executor, call, sample, projections, workspace);
      } else {
        run_axis<0>(plan, MainAxes::x, executor, call, sample, projections, workspace);
        run_axis<1>(plan, MainAxes::y, executor, call, sample, projections, workspace);
      }
    }
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    Extents<4> const& size = call.input.extents;
    int const launches_of_views = count_launches(call.op.views().special(), call.range(0, 1));
    step.path = "z-aligned voxel columns";
    step.blocks = 1;
    if (!copies_all(plan, call)) {
      step.blocks = (size[0] - 1) / plan.slices[0] + 1 + (size[1] - 1) / plan.slices[1] + 1;
    }
    step.blocks *= size[3];
    step.launches += step.blocks * (1 + launches_of_views);
    step.block = message(plan.slices[0], " of ", size[0], " slices across x, ", plan.slices[1],
                         " of ", size[1], " across y");
  }

 private:
  /// With fewer at a time, reading and writing projections takes longer than the general path.
  static constexpr int least_slices = 8;

  /// Whether one copy serves both main axes.
  template <class Call>
  static bool copies_all(Plan const& plan, Call const& call) {
    return plan.slices[0] == call.input.extents[0] && plan.slices[1] == call.input.extents[1];
  }

  template <int Axis, class Executor, class Call, class Out>
  static void run_axis(Plan const& plan, MainAxes axes, Executor const& executor, Call const& call,
                       int sample, ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    auto const volume = sample_of(call.input, sample);
    auto const& views = call.op.views().special();
    auto* const memory = reinterpret_cast<float*>(workspace.data());
    int const slices = volume.extents[Axis];
    for (int first = 0; first < slices; first += plan.slices[Axis]) {
      int const end = min(first + plan.slices[Axis], slices);
      CopyVoxelColumns<Axis, typename Call::In> const copy{volume, memory, first, end};
      executor.for_each(copy.items(), copy);
      views.for_each_launch(call.range(sample, 1), {}, [&](LaunchRange const& range) {
        ProjectVoxelColumns<DepthWeight, chunk_t<decltype(views)>, Out> const kernel{
            views.chunk(range),
            range.views.count,
            VoxelColumns{memory, volume.extents, Axis, first, end},
            IndexInCopy{volume.extents},
            axes,
            volume.extents,
            call.slab.first_slice,
            from_view(projections, range.first_view, sample),
            call.adds || first > 0};
        executor.for_each(kernel.items(), kernel);
      });
    }
  }
};

}  // namespace pyronn::detail
