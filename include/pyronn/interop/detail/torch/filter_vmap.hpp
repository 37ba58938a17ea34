// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A TorchFilter under vmap: the samples become a leading axis of one call.
#include <cstdint>
#include <tuple>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/PlumbingHelper.h>

#include <pyronn/interop/detail/torch/filter.hpp>

namespace pyronn::detail {

/// A tensor without the batch of a level, which becomes its first axis.
struct TorchSamples {
  at::Tensor values;
  bool is_batch;

  TorchSamples(at::Tensor const& tensor, std::int64_t level) {
    auto [physical, axis] = at::functorch::unwrapTensorAtLevel(tensor, level);
    values = axis ? physical.movedim(*axis, 0) : physical;
    is_batch = axis.has_value();
  }
  /// As many samples as another one has.
  [[nodiscard]] at::Tensor repeated_as(TorchSamples const& other) const {
    if (is_batch) return values;
    auto const sizes = values.sym_sizes();
    std::vector<c10::SymInt> shape{other.values.sym_size(0)};
    shape.insert(shape.end(), sizes.begin(), sizes.end());
    return values.unsqueeze(0).expand_symint(shape);
  }
};

struct TorchFilterVmap {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& response,
                        std::int64_t limit) const {
    c10::impl::ExcludeDispatchKeyGuard const guard{c10::DispatchKey::FuncTorchBatched};
    std::int64_t const level = at::functorch::maybeCurrentDynamicLayer()->layerId();
    TorchSamples const rows{input, level};
    TorchSamples responses{response, level};
    if (responses.is_batch) {
      while (responses.values.dim() < input.dim() + 1) {
        responses.values = responses.values.unsqueeze(1);
      }
    }
    return at::functorch::makeBatched(
        op->filter(rows.repeated_as(responses), responses.values, limit), 0, level);
  }
};

struct TorchFilterGradientVmap {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& gradient,
                        c10::SymIntArrayRef response_shape, std::int64_t limit) const {
    c10::impl::ExcludeDispatchKeyGuard const guard{c10::DispatchKey::FuncTorchBatched};
    std::int64_t const level = at::functorch::maybeCurrentDynamicLayer()->layerId();
    TorchSamples const rows{input, level};
    TorchSamples const gradients{gradient, level};
    TorchSamples const& batch = rows.is_batch ? rows : gradients;
    // One response for each sample: axes of 1 between the samples and its own.
    std::vector<c10::SymInt> whole{batch.values.sym_size(0)};
    while (whole.size() + response_shape.size() < static_cast<std::size_t>(input.dim()) + 1) {
      whole.emplace_back(1);
    }
    whole.insert(whole.end(), response_shape.begin(), response_shape.end());
    at::Tensor const result =
        op->gradient(rows.repeated_as(batch), gradients.repeated_as(batch), whole, limit);
    std::vector<c10::SymInt> shape{batch.values.sym_size(0)};
    shape.insert(shape.end(), response_shape.begin(), response_shape.end());
    return at::functorch::makeBatched(result.reshape_symint(shape), 0, level);
  }
};

}  // namespace pyronn::detail
