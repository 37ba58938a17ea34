// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The paths of batches in the plane whose samples have a scan each: those of every call, but with
/// views in the workspace, so that a launch does many samples.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <cstdint>
#include <optional>

#include <pyronn/backend/cuda/detail/plane/stored_views.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/detail/views/plane_rays.hpp>
#include <pyronn/operators/detail/general_back.hpp>
#include <pyronn/operators/detail/general_forward.hpp>
#include <pyronn/operators/detail/input_blocks.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// What both directions share: `Form` is that of views as they are stored, `General` the path of
/// every call. `Direction` derives from it and has
///   reads<View>                     whether views have this form
///   views_of(call)                  the LaunchViews from which it is made
///   threads(call), most_views       of a launch: of a sample, and at most
template <class Direction, class Form, class General>
struct ScansPath {
  template <class Call>
  static constexpr bool suits =
      Call::dimension == 2 && Direction::template reads<typename Call::View>;
  static constexpr bool reads_special_views = false;

  struct Plan {
    InputCut cut;
    int samples;  ///< of a launch
    std::size_t bytes;
  };

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const& executor, Call const& call, std::size_t limit) {
    if (call.op.num_geometries() < 2 || call.input.extents[3] < 2) return std::nullopt;
    if (call.op.detector().count() > most_pixels) return std::nullopt;
    std::size_t const of_sample =
        static_cast<std::size_t>(views_of_launch(call)) * sizeof(StoredView<Form>);
    std::int64_t const enough = min(enough_threads / Direction::threads(call) + 1,
                                    most_table_bytes / static_cast<std::int64_t>(of_sample));
    auto const wanted = clamp<std::int64_t>(enough, 2, call.input.extents[3]);
    std::size_t const tables = static_cast<std::size_t>(wanted) * of_sample;
    if (tables > limit) return std::nullopt;
    using Source = SourceOf<Executor, Call>;
    InputCut const cut =
        cut_input<Source>(executor, call.input, (limit - tables) / alignment * alignment,
                          General::template slices_multiple<Call>);
    bool const is_whole = cut.block.slices == call.input.extents[2] && cut.block.samples > 1;
    if (!is_whole) return std::nullopt;
    return Plan{cut, min(static_cast<int>(wanted), cut.block.samples), aligned(cut.bytes) + tables};
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> output, Workspace<Executor>& workspace) {
    auto* const stored =
        reinterpret_cast<StoredView<Form>*>(workspace.data() + aligned(plan.cut.bytes));
    auto const launch = [&executor](auto const& kernel) {
      executor.for_each(kernel.items(), kernel);
    };
    read_blocks<SourceOf<Executor, Call>>(
        executor, call.input, plan.cut, workspace,
        [&](auto const& samples, auto const& array, int first_slice, int first_sample) {
          InputBlock const block{array.extents, first_slice, first_sample};
          for_each_range(plan, call, first_sample, array.extents[3], [&](LaunchRange const& range) {
            store_views(Direction::views_of(call), range, stored, launch);
            ViewsInMemory<Form> const views{{stored, range.views.count}};
            launch(General::template kernel<Executor>(call, views, range, samples, block, output));
          });
        });
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    for_each_block(call.input, plan.cut.block, [&](auto const& array, int, int sample) {
      for_each_range(plan, call, sample, array.extents[3], [&](LaunchRange const& range) {
        step.launches += 1 + storing_launches<Form>(range);
      });
    });
    step.path = "scans of the plane";
    describe_blocks<SourceOf<Executor, Call>>(plan.cut, call.input, General::slices, step);
  }

 private:
  /// So that a launch is some ten times what a GPU holds.
  static constexpr std::int64_t enough_threads = std::int64_t{1} << 22;
  static constexpr std::int64_t most_table_bytes = std::int64_t{16} << 20;
  /// Of a detector. With more GeneralBack takes fewer views at a time, which sums would show.
  static constexpr std::int64_t most_pixels = std::int64_t{1} << 16;
  static constexpr std::size_t alignment = 256;

  template <class Executor, class Call>
  using SourceOf = typename General::template Source<Executor, Call>;

  static std::size_t aligned(std::size_t bytes) {
    return (bytes + (alignment - 1)) / alignment * alignment;
  }

  template <class Call>
  static int views_of_launch(Call const& call) {
    return min(call.views.views.count, Direction::most_views);
  }

  /// Calls `work(range)` for some views of some samples after others.
  template <class Call, class Work>
  static void for_each_range(Plan const& plan, Call const& call, int first_sample, int num_samples,
                             Work const& work) {
    int const end = first_sample + num_samples;
    int const views = views_of_launch(call);
    for (int sample = first_sample; sample < end; sample += plan.samples) {
      for (int view = 0; view < call.views.views.count; view += views) {
        work(call.range(view, min(views, call.views.views.count - view), sample,
                        min(plan.samples, end - sample)));
      }
    }
  }
};

/// Projection by models that follow rays.
struct ScansForward : ScansPath<ScansForward, PlaneRays, GeneralForward> {
  template <class View>
  static constexpr bool reads = has_projective_rays_v<View>;
  static constexpr int most_views = max_launch_views;

  template <class Call>
  static auto const& views_of(Call const& call) {
    return call.op.views().general();
  }
  template <class Call>
  static std::int64_t threads(Call const& call) {
    return std::int64_t{call.op.detector()[0]} * call.views.views.count;
  }
};

/// Voxel-driven backprojection.
struct ScansBack : ScansPath<ScansBack, PlaneMap, GeneralBack> {
  template <class View>
  static constexpr bool reads = is_projective_view_v<View>;
  static constexpr int most_views = plane_block_views;

  template <class Call>
  static auto const& views_of(Call const& call) {
    return call.op.views().special();
  }
  template <class Call>
  static std::int64_t threads(Call const& call) {
    return std::int64_t{call.op.grid().size[0]} * call.op.grid().size[1];
  }
};

}  // namespace pyronn::detail
