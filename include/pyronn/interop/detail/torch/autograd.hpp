// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The derivatives of a TorchOperator: its transpose backwards, itself forwards. PyTorch's own ways
/// to register derivatives lack forward mode or function transforms; a node of our own has both.
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/VariableTypeUtils.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <pyronn/interop/detail/torch/operator.hpp>
#include <pyronn/interop/detail/torch/release.hpp>

namespace pyronn::detail {

/// Carries gradients back by the operator's partner.
struct TorchBackward : ::torch::autograd::Node {
  TorchOperator const* op = nullptr;
  std::optional<TorchKeptArguments> arguments;  ///< of the partner
  std::vector<c10::SymInt> geometry_shape;
  ::torch::autograd::SavedVariable numbers;

  ::torch::autograd::variable_list apply(::torch::autograd::variable_list&& gradients) override {
    std::lock_guard<std::mutex> const lock{mutex_};
    if (!gradients[0].defined()) return {TorchTensor{}};
    return {op->partner->call_kernel(gradients[0], numbers.unpack(), geometry_shape,
                                     arguments->view())};
  }
  void release_variables() override {
    std::lock_guard<std::mutex> const lock{mutex_};
    numbers.reset_data();
  }
  std::string name() const override { return op->name + "Backward"; }
};

/// The node of a call, for the history of its output.
inline auto make_torch_backward(TorchOperator const& op, TorchTensor const& input,
                                TorchTensor const& numbers, c10::SymIntArrayRef geometry_shape,
                                TorchArguments const& arguments) {
  auto node = make_torch_node<TorchBackward>();
  auto const sizes = input.sym_sizes();
  TorchArguments of_partner = arguments;
  of_partner.output_shape = sizes.slice(sizes.size() - static_cast<std::size_t>(sample_axes(op)));
  node->op = &op;
  node->arguments.emplace(of_partner);
  node->geometry_shape.assign(geometry_shape.begin(), geometry_shape.end());
  node->numbers = ::torch::autograd::SavedVariable(numbers, false);
  node->set_next_edges(::torch::autograd::collect_next_edges(input));
  return node;
}

/// The form that has kernels, with derivatives.
struct TorchAutograd {
  TorchOperator const* op;

  TorchTensor operator()(TorchTensor const& input, TorchTensor const& numbers,
                         c10::SymIntArrayRef geometry_shape, c10::SymIntArrayRef output_shape,
                         TorchNumbers spacing, TorchNumbers origin, TorchNumbers model,
                         std::int64_t workspace_limit) const {
    TorchArguments const arguments{output_shape, spacing, origin, model, workspace_limit};
    TORCH_CHECK_NOT_IMPLEMENTED(
        !::torch::autograd::compute_requires_grad(numbers) && !numbers._fw_grad(0).defined(),
        op->name, ": the geometry requires a gradient, which it has not; detach it");
    TorchTensor output;
    {
      at::AutoDispatchBelowADInplaceOrView const below;
      output = op->call_kernel(input, numbers, geometry_shape, arguments);
    }
    if (::torch::autograd::compute_requires_grad(input)) {
      ::torch::autograd::set_history(
          output, make_torch_backward(*op, input, numbers, geometry_shape, arguments));
    }
    TorchTensor const& tangent = input._fw_grad(0);
    if (tangent.defined()) {
      output._set_fw_grad(op->call_kernel(tangent, numbers, geometry_shape, arguments), 0, false);
    }
    return output;
  }
};

}  // namespace pyronn::detail
