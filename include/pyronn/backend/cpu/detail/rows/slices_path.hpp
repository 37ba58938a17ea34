// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of slices of parallel rays on cores.
#include <cstddef>
#include <optional>

#include <pyronn/backend/cpu/detail/rows/slices.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// Voxel-driven backprojection in software on cores, where parallel rays are perpendicular to z and
/// each slice is seen in the same rows of every view.
template <class DepthWeight>
struct CpuSlicesBack {
  template <class Call>
  static constexpr bool suits = Call::dimension == 3 && has_parallel_rays_v<typename Call::View>;
  static constexpr bool reads_special_views = true;

  struct Plan {};

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t) {
    return call.op.rows_of_slices() ? std::optional<Plan>{Plan{}} : std::nullopt;
  }

  static std::size_t bytes(Plan const&) { return 0; }

  template <class Executor, class Call, class Out>
  static void run(Plan const&, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> volumes, Workspace<Executor>&) {
    using Interp = typename Call::Interp;
    using Samples = LinearSamples<Interp, typename Call::In>;
    auto const& views = call.op.views().special();
    for_each_launch(call, [&](LaunchRange const& range) {
      using Task = BackTask<3, chunk_t<decltype(views)>, Samples, Out>;
      int const sample = call.sample_of(range);
      int const num_views = call.input.extents[2];
      Task const task{views.chunk(range),
                      range.views.count,
                      range.num_samples,
                      Samples{call.input},
                      sample * num_views + range.first_view,
                      num_views,
                      call.op.detector(),
                      call.op.grid().size,
                      call.slab.first_slice,
                      vec_cast<arithmetic_t<Out>>(call.op.grid().spacing),
                      volumes.slices(sample, range.num_samples),
                      call.adds || range.first_view > 0};
      BackprojectSlices<DepthWeight, Task> const kernel{task, *call.op.rows_of_slices()};
      executor.for_each(kernel.items(), kernel);
    });
  }

  template <class Executor, class Call>
  static void describe(Plan const&, Executor const&, Call const& call, PlanStep& step) {
    step.path = "slices";
    step.block = message(call.input.extents[2], " views");
    for_each_launch(call, [&](LaunchRange const&) { ++step.launches; });
  }

 private:
  template <class Call, class Launch>
  static void for_each_launch(Call const& call, Launch const& launch) {
    call.op.views().special().for_each_launch(call.range(0, call.input.extents[3]),
                                              {call.slab.num_slices}, launch);
  }
};

}  // namespace pyronn::detail
