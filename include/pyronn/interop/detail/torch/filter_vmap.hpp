// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A TorchFilter under vmap: the samples become a leading axis of one call.
#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include <pyronn/interop/detail/torch/filter.hpp>
#include <pyronn/interop/detail/torch/samples.hpp>

namespace pyronn::detail {

struct TorchFilterVmap {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& response,
                        std::int64_t limit) const {
    c10::impl::ExcludeDispatchKeyGuard const guard{c10::DispatchKey::FuncTorchBatched};
    check_filter_axes(*op, input.dim(), response.dim());
    std::int64_t const level = current_vmap_level();
    TorchSamples const rows{input, level};
    TorchSamples responses{response, level};
    if (!rows.is_batch && !responses.is_batch) {
      return op->filter(rows.values, responses.values, limit);
    }
    if (responses.is_batch) responses.insert_axes(input.dim() - response.dim());
    return batched(op->filter(rows.repeated_as(responses), responses.values, limit), level);
  }
};

struct TorchFilterGradientVmap {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& gradient,
                        c10::SymIntArrayRef response_shape, std::int64_t limit) const {
    c10::impl::ExcludeDispatchKeyGuard const guard{c10::DispatchKey::FuncTorchBatched};
    auto const response_axes = static_cast<std::int64_t>(response_shape.size());
    check_filter_axes(*op, input.dim(), response_axes);
    std::int64_t const level = current_vmap_level();
    TorchSamples const rows{input, level};
    TorchSamples const gradients{gradient, level};
    if (!rows.is_batch && !gradients.is_batch) {
      return op->gradient(rows.values, gradients.values, response_shape, limit);
    }
    // One response for each sample: axes of 1 between the samples and its own.
    c10::SymInt const samples = (rows.is_batch ? rows : gradients).values.sym_size(0);
    std::vector<c10::SymInt> whole{samples};
    whole.resize(static_cast<std::size_t>(1 + input.dim() - response_axes), c10::SymInt(1));
    whole.insert(whole.end(), response_shape.begin(), response_shape.end());
    std::vector<c10::SymInt> shape{samples};
    shape.insert(shape.end(), response_shape.begin(), response_shape.end());
    at::Tensor const result =
        op->gradient(rows.repeated_as(gradients), gradients.repeated_as(rows), whole, limit);
    return batched(result.reshape_symint(shape), level);
  }
};

}  // namespace pyronn::detail
