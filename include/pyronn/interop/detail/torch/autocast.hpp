// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Operators under autocast: inputs become float32, as sums over rays need its range.
#include <cstdint>

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

#include <pyronn/interop/detail/torch/filter.hpp>
#include <pyronn/interop/detail/torch/operator.hpp>

namespace pyronn::detail {

struct TorchAutocast {
  TorchOperator const* op;

  TorchTensor operator()(TorchTensor const& input, TorchTensor const& geometry,
                         c10::SymIntArrayRef output_shape, TorchNumbers spacing,
                         TorchNumbers origin, TorchNumbers model,
                         std::int64_t workspace_limit) const {
    c10::impl::ExcludeDispatchKeyGuard const no_autocast{c10::autocast_dispatch_keyset};
    return op->call(at::autocast::cached_cast(at::kFloat, input, input.device().type()), geometry,
                    {output_shape, spacing, origin, model, workspace_limit});
  }
};

struct TorchFilterAutocast {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& response,
                        std::int64_t limit) const {
    c10::impl::ExcludeDispatchKeyGuard const no_autocast{c10::autocast_dispatch_keyset};
    return op->filter(at::autocast::cached_cast(at::kFloat, input, input.device().type()), response,
                      limit);
  }
};

}  // namespace pyronn::detail
