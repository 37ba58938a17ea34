// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A TorchOperator under vmap: the samples become a leading axis of one call.
#include <cstdint>

#include <ATen/ATen.h>

#include <pyronn/interop/detail/torch/operator.hpp>
#include <pyronn/interop/detail/torch/samples.hpp>

namespace pyronn::detail {

struct TorchVmap {
  TorchOperator const* op;

  TorchTensor operator()(TorchTensor const& input, TorchTensor const& geometry,
                         c10::SymIntArrayRef output_shape, TorchNumbers spacing,
                         TorchNumbers origin, TorchNumbers model,
                         std::int64_t workspace_limit) const {
    c10::impl::ExcludeDispatchKeyGuard const guard{c10::DispatchKey::FuncTorchBatched};
    TorchArguments const arguments{output_shape, spacing, origin, model, workspace_limit};
    check_torch_call(*op, input, geometry, arguments);
    std::int64_t const level = current_vmap_level();
    TorchSamples const samples{input, level};
    TorchSamples scans{geometry, level};
    // Batches of other levels alone are those of the calls within.
    if (!samples.is_batch && !scans.is_batch) {
      return op->call(samples.values, scans.values, arguments);
    }
    // Axes of a batch are matched from the last on: scans come to lie beside the new first one.
    if (scans.is_batch) {
      scans.insert_axes(input.dim() - sample_axes(*op) -
                        (geometry.dim() - op->pair->geometry_rank()));
    }
    return batched(op->call(samples.repeated_as(scans), scans.values, arguments), level);
  }
};

}  // namespace pyronn::detail
