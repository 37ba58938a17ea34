// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of the transpose of Joseph's projection of z-aligned views on CUDA devices.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <pyronn/backend/cuda/detail/columns/transpose.cuh>
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interp/detail/linear_samples.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/plan.hpp>

namespace pyronn::detail {

/// Reads projections in place and needs no workspace. A pixel that is not finite spoils, besides
/// the voxels that its ray touches, up to 16 along z and 2 across.
struct CudaColumnsTranspose {
  template <class Call>
  static constexpr bool suits =
      !std::is_void_v<special_full_view_t<typename Call::View, Call::dimension>>;
  static constexpr bool reads_special_views = true;

  struct Plan {
    int entries;  ///< of a table of running sums
  };

  /// None where blocks have too little shared memory.
  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const& executor, Call const&, std::size_t) {
    using Kernel = Kernel<Call, float>;
    std::size_t const fixed = Kernel::shared_bytes(max_launch_views, 0);
    std::size_t const least = Kernel::shared_bytes(max_launch_views, Kernel::least_entries);
    if (executor.max_shared_bytes() < least) return std::nullopt;
    constexpr int most_entries = 7680;
    std::size_t const fit =
        (executor.max_shared_bytes() - fixed) / (Kernel::tables * sizeof(float2));
    // An even number, as tables begin at multiples of 16 bytes.
    return Plan{static_cast<int>(min(fit, std::size_t{most_entries})) & -2};
  }

  static std::size_t bytes(Plan const&) { return 0; }

  template <class Executor, class Call, class Out>
  static void run(Plan const& plan, Executor const& executor, Call const& call,
                  ArrayView<Out, 4> volumes, Workspace<Executor>&) {
    auto const& views = call.op.views().special();
    for_each_launch(call, [&](LaunchRange const& range) {
      int const sample = call.sample_of(range);
      int const count = call.input.extents[2];
      Kernel<Call, Out> const kernel{{views.chunk(range),
                                      range.views.count,
                                      range.num_samples,
                                      {call.input},
                                      sample * count + range.first_view,
                                      count,
                                      call.op.detector(),
                                      call.op.grid().size,
                                      call.slab.first_slice,
                                      vec_cast<float>(call.op.grid().spacing),
                                      volumes.slices(sample, range.num_samples),
                                      call.adds || range.first_view > 0},
                                     plan.entries};
      executor.for_each(kernel.items(), kernel);
    });
  }

  template <class Executor, class Call>
  static void describe(Plan const&, Executor const&, Call const& call, PlanStep& step) {
    step.path = "z-aligned columns";
    for_each_launch(call, [&](LaunchRange const&) { ++step.launches; });
    step.block = message(call.input.extents[2], " views");
  }

 private:
  template <class Call>
  using Views = chunk_t<decltype(std::declval<Call const&>().op.views().special())>;
  template <class Call, class Out>
  using Kernel = TransposeColumnTiles<
      BackTask<3, Views<Call>, LinearSamples<typename Call::Interp, typename Call::In>, Out>>;

  template <class Call, class Launch>
  static void for_each_launch(Call const& call, Launch const& launch) {
    int const samples = call.input.extents[3];
    call.op.views().special().for_each_launch(call.range(0, samples), {call.slab.num_slices},
                                              launch);
  }
};

}  // namespace pyronn::detail
