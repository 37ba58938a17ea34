// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The path of every projection: each pixel follows its ray.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/operators/detail/general_path.hpp>
#include <pyronn/operators/detail/launch_views.hpp>
#include <pyronn/operators/detail/path_list.hpp>
#include <pyronn/operators/detail/plane_ray_views.hpp>
#include <pyronn/operators/detail/shapes.hpp>

namespace pyronn::detail {

struct GeneralForward : GeneralPath<GeneralForward> {
  static constexpr char const* slices = "slices";
  template <class Call>
  static constexpr int slices_multiple = 1;

  template <class Executor, class Call>
  using Source = typename Call::Model::template VolumeSource<typename Call::Interp,
                                                             backend_t<Executor>, Call::dimension>;

  template <class Executor, class Call>
  static char const* name(Call const&) {
    return "general";
  }

  template <class Executor, class Call, class Launch>
  static void for_each_launch(Call const& call, InputBlock const& block, Launch const& launch) {
    LaunchRange const all = call.range(block.first_sample, block.size[3]);
    visit_launched_form<Call::dimension>(call.op.views().general(), all, [&](auto const& views) {
      views.for_each_launch(all, {}, [&](LaunchRange const& range) { launch(views, range); });
    });
  }

  template <class Executor, class Call, class Views, class Samples, class Out>
  static auto kernel(Call const& call, Views const& views, LaunchRange const& range,
                     Samples const& samples, InputBlock const& block,
                     ArrayView<Out, 4> projections) {
    int const sample = call.sample_of(range);
    ForwardTask<Call::dimension, chunk_t<Views>, Samples, Out> const task{
        views.chunk(range),
        range.views.count,
        range.num_samples,
        samples,
        sample - block.first_sample,
        {block.size[0], block.size[1], block.size[2]},
        call.slab.first_slice + block.first_slice,
        call.op.grid().size[2],
        vec_cast<arithmetic_t<Out>>(call.op.grid().spacing),
        from_view(projections, range.first_view, sample),
        call.adds || block.first_slice > 0};
    return call.op.model().template forward<typename Call::Interp, backend_t<Executor>>(task);
  }
};

/// The paths of a model's projection under a policy on a backend, in the order in which they are
/// asked. Backends specialise this.
template <class Model, class Interp, class Backend>
struct ForwardPaths {
  using Type = PathList<GeneralForward>;
};

}  // namespace pyronn::detail
