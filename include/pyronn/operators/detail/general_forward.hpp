// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of every projection: each pixel follows its ray.
#include <cstddef>
#include <optional>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/operators/detail/forward_call.hpp>
#include <pyronn/operators/detail/input_blocks.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/path_list.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

struct GeneralForward {
  template <class Call>
  static constexpr bool suits = true;
  static constexpr bool reads_special_views = false;

  using Plan = InputCut;

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const& executor, Call const& call, std::size_t limit) {
    return cut_input<Source<Executor, Call>>(executor, call.volumes, limit);
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    read_blocks<Source<Executor, Call>>(
        executor, call.volumes, plan, workspace,
        [&](auto const& samples, auto const& block, int first_slice, int first_sample) {
          project(executor, call, samples, block.extents, first_slice, first_sample, projections);
        });
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    step.path = "general";
    for_each_block(call.volumes, plan.block, [&](auto const& block, int, int first_sample) {
      LaunchRange const all = call.range(first_sample, block.extents[3]);
      call.op.views().general().for_each_launch(all, {}, [&](auto const&) { ++step.launches; });
    });
    describe_blocks<Source<Executor, Call>>(plan, call.volumes, "slices", step);
  }

 private:
  template <class Executor, class Call>
  using Source = typename Call::Model::template VolumeSource<typename Call::Interp,
                                                             backend_t<Executor>, Call::dimension>;

  template <class Executor, class Call, class Samples, class Out>
  static void project(Executor const& executor, Call const& call, Samples const& samples,
                      Extents<4> size, int first_slice, int first_sample,
                      ArrayView<Out, 4> projections) {
    auto const& views = call.op.views().general();
    using Task = ForwardTask<Call::dimension, chunk_t<decltype(views)>, Samples, Out>;
    LaunchRange const all = call.range(first_sample, size[3]);
    views.for_each_launch(all, {}, [&](LaunchRange const& range) {
      int const sample = range.first_sample - call.first_sample;
      Task const task{views.chunk(range),
                      range.views.count,
                      range.num_samples,
                      samples,
                      sample - first_sample,
                      {size[0], size[1], size[2]},
                      call.slab.first_slice + first_slice,
                      call.op.grid().size[2],
                      vec_cast<float>(call.op.grid().spacing),
                      from_view(projections, range.first_view, sample),
                      call.adds || first_slice > 0};
      auto const kernel =
          call.op.model().template forward<typename Call::Interp, backend_t<Executor>>(task);
      executor.for_each(kernel.items(), kernel);
    });
  }
};

/// The paths of a model's projection under a policy on a backend, in the order in which they are
/// asked. Backends specialise this.
template <class Model, class Interp, class Backend>
struct ForwardPaths {
  using Type = PathList<GeneralForward>;
};

}  // namespace pyronn::detail
