// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels of a TorchOperator.
#include <cstddef>
#include <cstdint>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include <pyronn/interop/detail/torch/call.hpp>
#include <pyronn/interop/detail/torch/operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// The form for users. Fakes of tensors refuse operators with arguments on several devices, but for
/// tensors without axes in host memory: of a geometry they see the first number alone.
struct TorchComposite {
  TorchOperator const* op;

  TorchTensor operator()(TorchTensor const& input, TorchTensor const& geometry_of,
                         c10::SymIntArrayRef output_shape, TorchNumbers spacing,
                         TorchNumbers origin, TorchNumbers model,
                         std::int64_t workspace_limit) const {
    TorchArguments const arguments{output_shape, spacing, origin, model, workspace_limit};
    check_torch_call(*op, input, geometry_of, arguments);
    TorchTensor const geometry = geometry_of.contiguous();
    bool const is_apart = input.device() != geometry.device() && is_traced(input);
    return op->call_kernel(
        input,
        is_apart ? geometry.as_strided_symint({}, {}, geometry.sym_storage_offset()) : geometry,
        geometry.sym_sizes(), arguments);
  }
};

/// The other form, on a device.
struct TorchKernel {
  TorchOperator const* op;

  TorchTensor operator()(TorchTensor const& input_of, TorchTensor const& numbers,
                         c10::SymIntArrayRef geometry_shape, c10::SymIntArrayRef output_shape,
                         TorchNumbers spacing, TorchNumbers origin, TorchNumbers model,
                         std::int64_t workspace_limit) const {
    TorchArguments const arguments{output_shape, spacing, origin, model, workspace_limit};
    c10::DeviceGuard const guard{input_of.device()};
    TorchTensor const input = input_of.contiguous();
    TorchTensor output = empty_output(*op, input, arguments);
    std::vector<std::int64_t> const shape = known_sizes(geometry_shape);
    TensorCall const call{read_only_tensor(input), written_tensor(output), geometry(numbers, shape),
                          spacing.vec(),           origin.vec(),           model.vec()};
    TorchCall const torch{input.device(), workspace_limit};
    with_torch_errors(op->name, [&] {
      if (op->is_adjoint) {
        op->pair->backproject(call, torch.context());
      } else {
        op->pair->project(call, torch.context());
      }
    });
    return output;
  }

 private:
  /// A geometry of whose numbers the tensor may be the first alone.
  [[nodiscard]] dlpack::Tensor geometry(TorchTensor const& numbers,
                                        std::vector<std::int64_t> const& shape) const {
    dlpack::Tensor whole = read_only_tensor(numbers);
    whole.ndim = static_cast<std::int32_t>(shape.size());
    whole.shape = shape.data();
    std::int64_t const count = numbers.storage_offset() + dlpack::element_count(whole);
    TORCH_CHECK_VALUE(
        numbers.device().is_cpu() && numbers.is_contiguous() &&
            numbers.storage().nbytes() >= static_cast<std::size_t>(count) * numbers.element_size(),
        op->kernel_name(),
        ": the geometry's numbers are not in host memory behind the first one, which "
        "must not be copied alone");
    return whole;
  }
};

/// The same where tensors have shapes alone.
struct TorchMetaKernel {
  TorchOperator const* op;

  TorchTensor operator()(TorchTensor const& input, TorchTensor const&, c10::SymIntArrayRef,
                         c10::SymIntArrayRef output_shape, TorchNumbers spacing,
                         TorchNumbers origin, TorchNumbers model,
                         std::int64_t workspace_limit) const {
    return empty_output(*op, input, {output_shape, spacing, origin, model, workspace_limit});
  }
};

}  // namespace pyronn::detail
