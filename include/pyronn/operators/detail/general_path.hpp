// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of every call, the last of each list: the input is read block by block as the model
/// wants it, and the model's kernel is launched for as many views of a block as a launch holds.
#include <cstddef>
#include <optional>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/operators/detail/input_blocks.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// What of an input is read at a time: some slices, which are z slices or views, of some samples.
struct InputBlock {
  Extents<4> size;
  int first_slice;
  int first_sample;
};

/// What both directions share. `Direction` derives from it and has
///   Source<Executor, Call>                          how the input is read
///   for_each_launch<Executor>(call, block, launch)  calls launch(views, range)
///   kernel<Executor>(call, views, range, samples, block, output)
///   slices_multiple<Call>                           of which blocks are made, or of all slices
///   name<Executor>(call), slices                    the words of a plan
template <class Direction>
struct GeneralPath {
  template <class Call>
  static constexpr bool suits = true;
  static constexpr bool reads_special_views = false;

  using Plan = InputCut;

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const& executor, Call const& call, std::size_t limit) {
    using Source = typename Direction::template Source<Executor, Call>;
    return cut_input<Source>(executor, call.input, limit,
                             Direction::template slices_multiple<Call>);
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> output, Workspace<Executor>& workspace) {
    using Source = typename Direction::template Source<Executor, Call>;
    read_blocks<Source>(
        executor, call.input, plan, workspace,
        [&](auto const& samples, auto const& array, int first_slice, int first_sample) {
          InputBlock const block{array.extents, first_slice, first_sample};
          Direction::template for_each_launch<Executor>(
              call, block, [&](auto const& views, LaunchRange const& range) {
                auto const kernel = Direction::template kernel<Executor>(call, views, range,
                                                                         samples, block, output);
                executor.for_each(kernel.items(), kernel);
              });
        });
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    for_each_block(call.input, plan.block, [&](auto const& array, int slice, int sample) {
      Direction::template for_each_launch<Executor>(
          call, {array.extents, slice, sample},
          [&](auto const&, LaunchRange const&) { ++step.launches; });
    });
    step.path = Direction::template name<Executor>(call);
    using Source = typename Direction::template Source<Executor, Call>;
    describe_blocks<Source>(plan, call.input, Direction::slices, step);
  }
};

}  // namespace pyronn::detail
