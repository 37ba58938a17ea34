// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of z-aligned views on cores.
#include <cstddef>
#include <optional>

#include <pyronn/backend/cpu/detail/columns/project.hpp>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// Joseph's projection of z-aligned views in software on cores: from copies in which z lies
/// fastest, of as many z slices at a time as the workspace holds. A sample that is linear in the
/// voxels is the sum of what it is in pieces of the volume with zeros around them.
struct CpuColumnsForward {
  template <class Call>
  static constexpr bool suits = Call::dimension == 3 && has_projective_rays_v<typename Call::View>;
  static constexpr bool reads_special_views = true;

  struct Plan {
    int slices;
    std::size_t bytes;
  };

  /// None where too few slices would fit to be worth it.
  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t limit) {
    constexpr int min_slices = 8;
    Extents<4> const& size = call.input.extents;
    int slices = min(size[2], ColumnSlab::max_height - 2 * ColumnSlab::slices_at_a_time);
    while (slices >= min_slices && ColumnSlab::bytes(size[0], size[1], slices) > limit) --slices;
    if (slices < min_slices) return std::nullopt;
    return Plan{slices, ColumnSlab::bytes(size[0], size[1], slices)};
  }

  static std::size_t bytes(Plan const& plan) { return plan.bytes; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> projections, Workspace<Executor>& workspace) {
    using In = typename Call::In;
    auto const& views = call.op.views().special();
    auto* const memory = reinterpret_cast<float*>(workspace.data());
    for_each_slab(plan, call, [&](int sample, int first, int slices) {
      Extents<4> const& size = call.input.extents;
      ColumnSlab const slab{memory, {size[0], size[1], slices}, call.slab.first_slice + first};
      CopyColumnSlab<In> const copy{sample_of(call.input, sample).slices(first, slices), slab};
      executor.for_each(copy.items(), copy);
      views.for_each_launch(call.range(sample, 1), {}, [&](LaunchRange const& range) {
        ProjectColumnSlab<chunk_t<decltype(views)>, Out> const kernel{
            views.chunk(range),
            range.views.count,
            slab,
            vec_cast<float>(call.op.grid().spacing),
            from_view(projections, range.first_view, sample),
            call.adds || first > 0};
        executor.for_each(kernel.items(), kernel);
      });
    });
  }

  template <class Executor, class Call>
  static void describe(Plan const& plan, Executor const&, Call const& call, PlanStep& step) {
    step.path = "z-aligned columns";
    step.blocks = 0;
    for_each_slab(plan, call, [&](int sample, int, int) {
      ++step.blocks;
      ++step.launches;
      call.op.views().special().for_each_launch(call.range(sample, 1), {},
                                                [&](auto const&) { ++step.launches; });
    });
    step.block = message(plan.slices, " of ", call.input.extents[2], " slices");
  }

 private:
  /// Calls `work(sample, first slice, slices)`.
  template <class Call, class Work>
  static void for_each_slab(Plan const& plan, Call const& call, Work const& work) {
    Extents<4> const& size = call.input.extents;
    for (int sample = 0; sample < size[3]; ++sample) {
      for (int first = 0; first < size[2]; first += plan.slices) {
        work(sample, first, min(plan.slices, size[2] - first));
      }
    }
  }
};

}  // namespace pyronn::detail
