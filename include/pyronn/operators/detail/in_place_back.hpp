// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Paths of backprojections that read all views of a call in place, and need no workspace.
#include <cstddef>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/operators/detail/back_task.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// What they have in common. `Path` derives from it and has, beside `suits`, `reads_special_views`
/// and `plan`,
///   views_of(call)              the form of the views
///   most_views                  of a launch
///   kernel(plan, call, task)    with a Task
///   name                        the word of a plan
template <class Path>
struct InPlaceBack {
  template <class Plan>
  static std::size_t bytes(Plan const&) {
    return 0;
  }

  template <class Plan, class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> volumes, Workspace<Executor>&) {
    LinearSamples<typename Call::Interp, typename Call::In> const samples{call.input};
    auto const& views = Path::views_of(call);
    views.for_each_launch(all_views(call), shape(call), [&](LaunchRange const& range) {
      auto const task = back_task(call, views, range, samples, {call.input.extents, 0, 0}, volumes);
      auto const kernel = Path::kernel(plan, call, task);
      executor.for_each(kernel.items(), kernel);
    });
  }

  template <class Plan, class Executor, class Call>
  static void describe(Plan const&, Executor const&, Call const& call, PlanStep& step) {
    step.path = Path::name;
    step.launches += count_launches(Path::views_of(call), all_views(call), shape(call));
    step.block = message(call.input.extents[2], " views");
  }

  /// What `kernel` gets, where the views have this form.
  template <class Call, class Views, class Out>
  using Task = BackTask<Call::dimension, chunk_t<Views>,
                        LinearSamples<typename Call::Interp, typename Call::In>, Out>;

 private:
  template <class Call>
  static LaunchRange all_views(Call const& call) {
    return call.range(0, call.input.extents[3]);
  }
  template <class Call>
  static LaunchShape shape(Call const& call) {
    return {call.slab.num_slices, Path::most_views};
  }
};

}  // namespace pyronn::detail
