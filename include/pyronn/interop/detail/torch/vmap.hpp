// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A TorchOperator under vmap: the samples become a leading axis of one call.
#include <cstdint>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/functorch/BatchedTensorImpl.h>
#include <ATen/functorch/DynamicLayer.h>
#include <ATen/functorch/PlumbingHelper.h>

#include <pyronn/interop/detail/torch/operator.hpp>

namespace pyronn::detail {

struct TorchVmap {
  TorchOperator const* op;

  TorchTensor operator()(TorchTensor const& input, TorchTensor const& geometry,
                         c10::SymIntArrayRef output_shape, TorchNumbers spacing,
                         TorchNumbers origin, TorchNumbers model,
                         std::int64_t workspace_limit) const {
    c10::impl::ExcludeDispatchKeyGuard const guard{c10::DispatchKey::FuncTorchBatched};
    TorchArguments const arguments{output_shape, spacing, origin, model, workspace_limit};
    std::int64_t const level = at::functorch::maybeCurrentDynamicLayer()->layerId();
    auto [samples, samples_axis] = at::functorch::unwrapTensorAtLevel(input, level);
    auto [scans, scans_axis] = at::functorch::unwrapTensorAtLevel(geometry, level);
    if (samples_axis) samples = samples.movedim(*samples_axis, 0);
    if (scans_axis) {
      scans = scans.movedim(*scans_axis, 0);
      // Axes of a batch are matched from the last on: scans come to lie beside the new first one.
      std::int64_t const leading = input.dim() - sample_axes(*op);
      while (scans.dim() - op->pair->geometry_rank() < leading + 1) scans = scans.unsqueeze(1);
    }
    if (!samples_axis) {
      auto const sizes = samples.sym_sizes();
      std::vector<c10::SymInt> all{scans.sym_size(0)};
      all.insert(all.end(), sizes.begin(), sizes.end());
      samples = samples.unsqueeze(0).expand_symint(all);
    }
    return at::functorch::makeBatched(op->call(samples, scans, arguments), 0, level);
  }
};

}  // namespace pyronn::detail
