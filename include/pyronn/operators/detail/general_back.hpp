// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of every backprojection: each voxel gathers what views hold for it.
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/operators/detail/back_call.hpp>
#include <pyronn/operators/detail/input_blocks.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/path_list.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

struct GeneralBack {
  template <class Call>
  static constexpr bool suits = true;
  static constexpr bool reads_special_views = false;

  using Plan = InputCut;

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const& executor, Call const& call, std::size_t limit) {
    return cut_input<Source<Executor, Call>>(executor, call.projections, limit);
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> volumes, Workspace<Executor>& workspace) {
    read_blocks<Source<Executor, Call>>(
        executor, call.projections, plan, workspace,
        [&](auto const& samples, auto const& block, int first_view, int first_sample) {
          backproject(executor, call, samples, block.extents, first_view, first_sample,
                      volumes.slices(first_sample, block.extents[3]));
        });
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    bool is_special = false;
    for_each_block(call.projections, plan.block, [&](auto const& block, int view, int sample) {
      visit_views<Executor>(call, [&](auto const& views) {
        is_special = !std::is_same_v<std::decay_t<decltype(views)>,
                                     std::decay_t<decltype(call.op.views().general())>>;
        views.for_each_launch(call.range(view, block.extents[2], sample, block.extents[3]),
                              shape(call), [&](auto const&) { ++step.launches; });
      });
    });
    step.path = is_special && Call::dimension == 3 ? "z-aligned" : "general";
    describe_blocks<Source<Executor, Call>>(plan, call.projections, "views", step);
  }

 private:
  template <class Executor, class Call>
  using Source =
      typename Call::Model::template ProjectionSource<typename Call::Interp, backend_t<Executor>>;

  template <class Executor, class Call, class Work>
  static void visit_views(Call const& call, Work const& work) {
    constexpr bool prefers =
        Call::Model::template prefers_special_back<typename Call::Interp, backend_t<Executor>,
                                                   Call::dimension>;
    call.op.views().template visit<prefers>(call.views, work);
  }

  template <class Executor, class Call, class Samples, class Out>
  static void backproject(Executor const& executor, Call const& call, Samples const& samples,
                          Extents<4> size, int first_view, int first_sample,
                          ArrayView<Out, 4> volumes) {
    visit_views<Executor>(call, [&](auto const& views) {
      using Task = BackTask<Call::dimension, chunk_t<decltype(views)>, Samples, Out>;
      LaunchRange const all = call.range(first_view, size[2], first_sample, size[3]);
      views.for_each_launch(all, shape(call), [&](LaunchRange const& range) {
        int const sample = range.first_sample - all.first_sample;
        Task const task{views.chunk(range),
                        range.views.count,
                        range.num_samples,
                        samples,
                        sample * size[2] + range.first_view - first_view,
                        size[2],
                        call.op.detector(),
                        call.op.grid().size,
                        call.slab.first_slice,
                        vec_cast<float>(call.op.grid().spacing),
                        volumes.slices(sample, range.num_samples),
                        call.adds || range.first_view > 0};
        auto const kernel =
            call.op.model().template back<typename Call::Interp, backend_t<Executor>>(task);
        executor.for_each(kernel.items(), kernel);
      });
    });
  }

  /// Over more views than this, blocks of threads that run at a time drift so far apart that caches
  /// serve them no more; to read and write the volume once more costs less.
  template <class Call>
  static LaunchShape shape(Call const& call) {
    constexpr std::int64_t bytes = std::int64_t{640} << 20;
    std::int64_t const view_bytes = std::int64_t{sizeof(float)} * call.op.detector().count();
    auto const views = clamp<std::int64_t>(bytes / view_bytes, 1, call.op.num_views());
    return {call.slab.num_slices, static_cast<int>(views)};
  }
};

/// The paths of a model's backprojection under a policy on a backend, in the order in which they
/// are asked. Backends specialise this.
template <class Model, class Interp, class Backend>
struct BackPaths {
  using Type = PathList<GeneralBack>;
};

}  // namespace pyronn::detail
