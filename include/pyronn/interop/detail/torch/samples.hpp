// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TorchSamples: what vmap makes of a tensor.
#include <cstdint>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/PlumbingHelper.h>

namespace pyronn::detail {

inline std::int64_t current_vmap_level() {
  return at::functorch::maybeCurrentDynamicLayer()->layerId();
}

/// What a call on samples in front returns, for the vmap of a level.
inline at::Tensor batched(at::Tensor const& samples, std::int64_t level) {
  return at::functorch::makeBatched(samples, 0, level);
}

/// A tensor without the batch of a level, which becomes its first axis.
struct TorchSamples {
  at::Tensor values;
  bool is_batch;

  TorchSamples(at::Tensor const& tensor, std::int64_t level) {
    auto [physical, axis] = at::functorch::unwrapTensorAtLevel(tensor, level);
    values = axis ? physical.movedim(*axis, 0) : physical;
    is_batch = axis.has_value();
  }

  /// Axes with one element behind the first.
  void insert_axes(std::int64_t count) {
    for (std::int64_t n = 0; n < count; ++n) values = values.unsqueeze(1);
  }

  /// As many samples as another one has; itself if that has none.
  [[nodiscard]] at::Tensor repeated_as(TorchSamples const& other) const {
    if (is_batch || !other.is_batch) return values;
    auto const sizes = values.sym_sizes();
    std::vector<c10::SymInt> shape{other.values.sym_size(0)};
    shape.insert(shape.end(), sizes.begin(), sizes.end());
    return values.unsqueeze(0).expand_symint(shape);
  }
};

}  // namespace pyronn::detail
