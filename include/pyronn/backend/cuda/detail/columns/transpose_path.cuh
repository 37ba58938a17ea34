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
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/interp/software_interp.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/operators/detail/in_place_back.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// A pixel that is not finite spoils, besides the voxels that its ray touches, up to 16 along z and
/// 2 across.
struct CudaColumnsTranspose : InPlaceBack<CudaColumnsTranspose> {
  template <class Call>
  static constexpr bool suits =
      !std::is_void_v<special_full_view_t<typename Call::View, Call::dimension>>;
  static constexpr bool reads_special_views = true;
  static constexpr char const* name = "z-aligned columns";
  static constexpr int most_views = max_launch_views;

  struct Plan {
    int entries;  ///< of a table of running sums
  };

  /// None where blocks have too little shared memory.
  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const& executor, Call const&, std::size_t) {
    using Views = decltype(views_of(std::declval<Call const&>()));
    using Kernel = TransposeColumnTiles<Task<Call, Views, float>>;
    std::size_t const fixed = Kernel::shared_bytes(max_launch_views, 0);
    std::size_t const least = Kernel::shared_bytes(max_launch_views, Kernel::least_entries);
    if (executor.max_shared_bytes() < least) return std::nullopt;
    constexpr int most_entries = 7680;
    std::size_t const fit =
        (executor.max_shared_bytes() - fixed) / (Kernel::tables * sizeof(float2));
    // An even number, as tables begin at multiples of 16 bytes.
    return Plan{static_cast<int>(min(fit, std::size_t{most_entries})) & -2};
  }

  template <class Call>
  static auto const& views_of(Call const& call) {
    return call.op.views().special();
  }

  template <class Call, class Task>
  static TransposeColumnTiles<Task> kernel(Plan const& plan, Call const&, Task const& task) {
    return {task, plan.entries};
  }
};

}  // namespace pyronn::detail
