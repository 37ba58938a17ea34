// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels of a TorchOperator, below automatic differentiation.
#include <cstdint>

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include <pyronn/interop/detail/torch/call.hpp>
#include <pyronn/interop/detail/torch/operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// The form that writes into a tensor, on a device.
struct TorchKernel {
  TorchOperator const* op;

  void operator()(TorchTensor const& input_of, TorchTensor const& geometry_of, TorchNumbers spacing,
                  TorchNumbers origin, TorchNumbers model, std::int64_t workspace_limit,
                  TorchTensor& output) const {
    c10::Device const device = input_of.device();
    TORCH_CHECK_VALUE(output.is_contiguous() && output.device() == device, op->name,
                      ": the output must be contiguous and on ", device);
    TORCH_CHECK_VALUE(geometry_of.device().is_cpu(), op->name, ": the geometry is on ",
                      geometry_of.device(), "; it must be in host memory");
    if (output.numel() == 0 && input_of.numel() == 0) return;
    TorchTensor const input = input_of.contiguous();
    TorchTensor const geometry = geometry_of.contiguous();
    c10::DeviceGuard const guard{device};
    TorchCall const torch{device, workspace_limit};
    TensorCall const call{
        read_only_tensor(input), written_tensor(output), read_only_tensor(geometry),
        spacing.vec(),           origin.vec(),           model.vec()};
    if (op->is_adjoint) {
      op->pair->backproject(call, torch.context());
    } else {
      op->pair->project(call, torch.context());
    }
  }
};

/// The same where tensors have shapes alone.
struct TorchMetaKernel {
  void operator()(TorchTensor const&, TorchTensor const&, TorchNumbers, TorchNumbers, TorchNumbers,
                  std::int64_t, TorchTensor&) const {}
};

/// The function: an empty tensor, and the form that writes into it.
struct TorchComposite {
  TorchOperator const* op;

  TorchTensor operator()(TorchTensor const& input, TorchTensor const& geometry,
                         c10::SymIntArrayRef output_shape, TorchNumbers spacing,
                         TorchNumbers origin, TorchNumbers model,
                         std::int64_t workspace_limit) const {
    TorchArguments const arguments{output_shape, spacing, origin, model, workspace_limit};
    check_torch_call(*op, input, geometry, arguments);
    TorchTensor output =
        at::empty_symint(torch_output_shape(*op, input, arguments),
                         input.options().memory_format(at::MemoryFormat::Contiguous));
    op->call_into(input, geometry, arguments, output);
    return output;
  }
};

}  // namespace pyronn::detail
