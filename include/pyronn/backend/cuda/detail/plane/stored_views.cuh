// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// StoredViews: views of many samples with a scan each in a workspace. The argument of a launch
/// holds the views of one or two such samples, whose pixels fill a GPU a few times: at the end of
/// each launch much of it has nothing to do.
#include <pyronn/backend/cuda/require_cuda.cuh>
//

#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/detail/launch_table.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/operators/detail/launch_views.hpp>

namespace pyronn::detail {

/// A form of views as it lies in memory, which is read in words of 16 bytes.
template <class Form>
struct alignas(16) StoredView {
  Form form;
};

/// Views of some samples with a scan each.
template <class Form>
struct StoredViews {
  StoredView<Form> const* views;
  int num_views;  ///< of a sample

  [[nodiscard]] __device__ Form view(int n, int sample) const {
    constexpr int words = sizeof(StoredView<Form>) / sizeof(float4);
    union {
      float4 word[words];
      Form form;
    } result;
    auto const* const from = reinterpret_cast<float4 const*>(views + sample * num_views + n);
#pragma unroll
    for (int k = 0; k < words; ++k) result.word[k] = __ldg(from + k);
    return result.form;
  }
};

template <class Views>
inline constexpr bool has_stored_views_v = false;
template <class Form>
inline constexpr bool has_stored_views_v<StoredViews<Form>> = true;

/// Writes views from a launch's argument to memory.
template <class Form>
struct StoreViews {
  struct Block : BlockShape<32, 1, 1> {};
  static constexpr int capacity = launch_capacity<Form>(30 * 1024);

  LaunchTable<Form, capacity> views;
  int count;
  StoredView<Form>* target;

  [[nodiscard]] Extents<3> items() const { return {count, 1, 1}; }
  __device__ void operator()(Vec<int, 3> item) const { target[item[0]].form = views[item[0]]; }
};

/// Writes views of the samples of `range` to memory, sample after sample. `launch` is called with
/// each kernel.
template <class Form, class Views, class Launch>
void store_views(Views const& views, LaunchRange const& range, StoredView<Form>* target,
                 Launch const& launch) {
  StoreViews<Form> kernel{{}, 0, target};
  auto const launch_some = [&] {
    launch(kernel);
    kernel.target += kernel.count;
    kernel.count = 0;
  };
  views.for_each_view(range, [&](auto const& view) {
    if (kernel.count == kernel.capacity) launch_some();
    kernel.views[kernel.count++] = Form{view};
  });
  if (kernel.count > 0) launch_some();
}

/// How many kernels that takes.
template <class Form>
int storing_launches(LaunchRange const& range) {
  return (range.num_samples * range.views.count - 1) / StoreViews<Form>::capacity + 1;
}

/// Stands for LaunchViews whose views have been stored.
template <class Form>
struct ViewsInMemory {
  using Chunk = StoredViews<Form>;

  Chunk stored;

  [[nodiscard]] Chunk chunk(LaunchRange const&) const { return stored; }
};

}  // namespace pyronn::detail
