// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TorchFilter: a FilterOperator as the dispatcher of PyTorch knows it. It is bilinear, in rows and
/// response; one more operator carries gradients to the response.
#include <cstdint>
#include <string>
#include <utility>

#include <ATen/ATen.h>

#include <pyronn/interop/detail/torch/find_operator.hpp>
#include <pyronn/interop/filter_operator.hpp>

namespace pyronn::detail {

/// filter(x, r) = rows of x times r in frequency; gradient(x, y) = what <filter(x, r), y> has for
/// its gradient with respect to r, summed up to a shape.
struct TorchFilter {
  using Filter = at::Tensor(at::Tensor const&, at::Tensor const&, std::int64_t);
  using Gradient = at::Tensor(at::Tensor const&, at::Tensor const&, c10::SymIntArrayRef,
                              std::int64_t);

  TorchFilter(std::string const& name_space, std::string name_of, FilterOperator const& of)
      : name{std::move(name_of)},
        filter_operator{&of},
        filter_{name_space, name},
        gradient_{name_space, gradient_name()} {}

  std::string name;
  FilterOperator const* filter_operator;

  [[nodiscard]] std::string gradient_name() const { return name + "_response_gradient"; }
  [[nodiscard]] std::string filter_schema() const {
    return name + "(Tensor input, Tensor response, int workspace_limit=268435456) -> Tensor";
  }
  [[nodiscard]] std::string gradient_schema() const {
    return gradient_name() +
           "(Tensor input, Tensor gradient, SymInt[] response_shape, int "
           "workspace_limit=268435456) -> Tensor";
  }

  [[nodiscard]] at::Tensor filter(at::Tensor const& input, at::Tensor const& response,
                                  std::int64_t limit) const {
    return filter_.handle().call(input, response, limit);
  }
  [[nodiscard]] at::Tensor gradient(at::Tensor const& input, at::Tensor const& gradient,
                                    c10::SymIntArrayRef response_shape, std::int64_t limit) const {
    return gradient_.handle().call(input, gradient, response_shape, limit);
  }

 private:
  FoundOperator<Filter> filter_;
  FoundOperator<Gradient> gradient_;
};

/// Throws ValueError where a response has more axes than the rows.
inline void check_filter_axes(TorchFilter const& op, std::int64_t rows, std::int64_t response) {
  TORCH_CHECK_VALUE(
      rows >= 1 && response >= 1 && response <= rows, op.name, ": the input has ", rows,
      " axes and the response ", response,
      "; the input must have at least one, for its rows, and as many as the response");
}

}  // namespace pyronn::detail
