// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The task of one launch of a backprojection.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/task.hpp>
#include <pyronn/operators/detail/general_path.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// The views of a range, of which `samples` holds a block, into the call's volumes.
template <class Call, class Views, class Samples, class Out>
BackTask<Call::dimension, chunk_t<Views>, Samples, Out> back_task(
    Call const& call, Views const& views, LaunchRange const& range, Samples const& samples,
    InputBlock const& block, ArrayView<Out, 4> volumes) {
  int const sample = call.sample_of(range);
  return {views.chunk(range),
          range.views.count,
          range.num_samples,
          samples,
          (sample - block.first_sample) * block.size[2] + range.first_view - block.first_slice,
          block.size[2],
          call.op.detector(),
          call.op.grid().size,
          call.slab.first_slice,
          vec_cast<arithmetic_t<Out>>(call.op.grid().spacing),
          volumes.slices(sample, range.num_samples),
          call.adds || range.first_view > 0};
}

}  // namespace pyronn::detail
