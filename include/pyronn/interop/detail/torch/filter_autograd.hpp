// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The derivatives of a TorchFilter. With F(x, r) = y and G(x, y) = r, each is bilinear, and
/// <F(x, r), y> = <r, G(x, y)> = <x, F(y, r)>.
#include <cstdint>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/VariableTypeUtils.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <pyronn/interop/detail/torch/filter.hpp>
#include <pyronn/interop/detail/torch/release.hpp>

namespace pyronn::detail {

/// What nodes of both operators keep.
struct TorchFilterNode : ::torch::autograd::Node {
  TorchFilter const* op = nullptr;
  std::int64_t limit = 0;
  ::torch::autograd::SavedVariable first;
  ::torch::autograd::SavedVariable second;

  void release_variables() override {
    first.reset_data();
    second.reset_data();
  }
};

/// Of y = F(x, r).
struct TorchFilterBackward : TorchFilterNode {
  ::torch::autograd::variable_list apply(::torch::autograd::variable_list&& gradients) override {
    ::torch::autograd::variable_list result(2);
    at::Tensor const& y = gradients[0];
    if (!y.defined()) return result;
    at::Tensor const response = second.unpack();
    if (task_should_compute_output(0)) result[0] = op->filter(y, response, limit);
    if (task_should_compute_output(1)) {
      result[1] =
          op->gradient(first.unpack(), y, response.sym_sizes(), limit).to(response.scalar_type());
    }
    return result;
  }
  std::string name() const override { return op->name + "Backward"; }
};

/// Of r = G(x, y).
struct TorchFilterGradientBackward : TorchFilterNode {
  ::torch::autograd::variable_list apply(::torch::autograd::variable_list&& gradients) override {
    ::torch::autograd::variable_list result(2);
    at::Tensor const& response = gradients[0];
    if (!response.defined()) return result;
    if (task_should_compute_output(0)) result[0] = op->filter(second.unpack(), response, limit);
    if (task_should_compute_output(1)) result[1] = op->filter(first.unpack(), response, limit);
    return result;
  }
  std::string name() const override { return op->gradient_name() + "Backward"; }
};

/// Gives `output`, which `call(first, second)` made, its history and its tangent. `call` is linear
/// in each.
template <class Node, class Call>
void set_bilinear_derivatives(TorchFilter const& op, std::int64_t limit, at::Tensor const& first,
                              at::Tensor const& second, at::Tensor& output, Call const& call) {
  if (::torch::autograd::compute_requires_grad(first, second)) {
    auto node = make_torch_node<Node>();
    node->op = &op;
    node->limit = limit;
    node->first = ::torch::autograd::SavedVariable(first, false);
    node->second = ::torch::autograd::SavedVariable(second, false);
    node->set_next_edges(::torch::autograd::collect_next_edges(first, second));
    ::torch::autograd::set_history(output, node);
  }
  at::Tensor const& first_tangent = first._fw_grad(0);
  at::Tensor const& second_tangent = second._fw_grad(0);
  if (!first_tangent.defined() && !second_tangent.defined()) return;
  // The tangents' partners without theirs, which would count twice.
  at::Tensor const a = first_tangent.defined() ? first._fw_primal(0) : first;
  at::Tensor const b = second_tangent.defined() ? second._fw_primal(0) : second;
  at::Tensor tangent;
  if (first_tangent.defined()) tangent = call(first_tangent, b);
  if (second_tangent.defined()) {
    at::Tensor const of_second = call(a, second_tangent);
    tangent = tangent.defined() ? tangent + of_second : of_second;
  }
  output._set_fw_grad(tangent, 0, false);
}

struct TorchFilterAutograd {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& response,
                        std::int64_t limit) const {
    auto const call = [&](at::Tensor const& x, at::Tensor const& r) {
      return op->filter(x, r, limit);
    };
    at::Tensor output;
    {
      at::AutoDispatchBelowADInplaceOrView const below;
      output = call(input, response);
    }
    set_bilinear_derivatives<TorchFilterBackward>(*op, limit, input, response, output, call);
    return output;
  }
};

struct TorchFilterGradientAutograd {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& gradient,
                        c10::SymIntArrayRef response_shape, std::int64_t limit) const {
    auto const call = [&](at::Tensor const& x, at::Tensor const& y) {
      return op->gradient(x, y, response_shape, limit);
    };
    at::Tensor output;
    {
      at::AutoDispatchBelowADInplaceOrView const below;
      output = call(input, gradient);
    }
    set_bilinear_derivatives<TorchFilterGradientBackward>(*op, limit, input, gradient, output,
                                                          call);
    return output;
  }
};

}  // namespace pyronn::detail
