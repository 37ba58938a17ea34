// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of slices of parallel rays on cores.
#include <cstddef>
#include <optional>

#include <pyronn/backend/cpu/detail/rows/slices.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/detail/in_place_back.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// Voxel-driven backprojection in software on cores, where parallel rays are perpendicular to z and
/// each slice is seen in the same rows of every view.
template <class DepthWeight>
struct CpuSlicesBack : InPlaceBack<CpuSlicesBack<DepthWeight>> {
  template <class Call>
  static constexpr bool suits = Call::dimension == 3 && has_parallel_rays_v<typename Call::View>;
  static constexpr bool reads_special_views = true;
  static constexpr char const* name = "slices";
  static constexpr int most_views = max_launch_views;

  struct Plan {};

  template <class Executor, class Call>
  static std::optional<Plan> plan(Executor const&, Call const& call, std::size_t) {
    return call.op.rows_of_slices() ? std::optional<Plan>{Plan{}} : std::nullopt;
  }

  template <class Call>
  static auto const& views_of(Call const& call) {
    return call.op.views().special();
  }

  template <class Call, class Task>
  static BackprojectSlices<DepthWeight, Task> kernel(Plan const&, Call const& call,
                                                     Task const& task) {
    return {task, *call.op.rows_of_slices()};
  }
};

}  // namespace pyronn::detail
