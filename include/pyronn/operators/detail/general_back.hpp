// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of every backprojection: each voxel gathers what views hold for it.
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/operators/detail/back_task.hpp>
#include <pyronn/operators/detail/general_path.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/path_list.hpp>

namespace pyronn::detail {

struct GeneralBack : GeneralPath<GeneralBack> {
  static constexpr char const* slices = "views";
  template <class Call>
  static constexpr int slices_multiple = Call::dimension == 2 ? plane_block_views : 1;

  template <class Executor, class Call>
  using Source =
      typename Call::Model::template ProjectionSource<typename Call::Interp, backend_t<Executor>>;

  template <class Executor, class Call>
  static char const* name(Call const& call) {
    bool const is_special = prefers_special<Executor, Call> && call.views.is_special;
    return is_special && Call::dimension == 3 ? "z-aligned" : "general";
  }

  template <class Executor, class Call, class Launch>
  static void for_each_launch(Call const& call, InputBlock const& block, Launch const& launch) {
    int const end = block.first_slice + block.size[2];
    int const most = Call::dimension == 2 ? plane_block_views : block.size[2];
    for (int first = block.first_slice; first < end; first += most) {
      LaunchRange const all =
          call.range(first, min(most, end - first), block.first_sample, block.size[3]);
      call.op.views().template visit<prefers_special<Executor, Call>>(
          call.views, [&](auto const& views) {
            views.for_each_launch(all, shape(call),
                                  [&](LaunchRange const& range) { launch(views, range); });
          });
    }
  }

  template <class Executor, class Call, class Views, class Samples, class Out>
  static auto kernel(Call const& call, Views const& views, LaunchRange const& range,
                     Samples const& samples, InputBlock const& block, ArrayView<Out, 4> volumes) {
    auto const task = back_task(call, views, range, samples, block, volumes);
    return call.op.model().template back<typename Call::Interp, backend_t<Executor>>(task);
  }

 private:
  template <class Executor, class Call>
  static constexpr bool prefers_special =
      Call::Model::template prefers_special_back<typename Call::Interp, backend_t<Executor>,
                                                 Call::dimension>;

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
