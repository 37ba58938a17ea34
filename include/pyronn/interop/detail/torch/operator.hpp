// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// TorchOperator: one of a pair of operators, as the dispatcher of PyTorch knows it.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include <pyronn/interop/detail/torch/call.hpp>
#include <pyronn/interop/detail/torch/find_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

using TorchTensor = at::Tensor;
using TorchNumbers = c10::ArrayRef<double>;

/// The arguments of a call that are no tensors.
struct TorchArguments {
  c10::SymIntArrayRef output_shape;
  TorchNumbers spacing;
  TorchNumbers origin;
  TorchNumbers model;
  std::int64_t workspace_limit;
};

/// The same, kept from a call to its derivative.
struct TorchKeptArguments {
  explicit TorchKeptArguments(TorchArguments const& arguments)
      : output_shape(arguments.output_shape.begin(), arguments.output_shape.end()),
        spacing(arguments.spacing.vec()),
        origin(arguments.origin.vec()),
        model(arguments.model.vec()),
        workspace_limit{arguments.workspace_limit} {}

  [[nodiscard]] TorchArguments view() const {
    return {output_shape, spacing, origin, model, workspace_limit};
  }

  std::vector<c10::SymInt> output_shape;
  std::vector<double> spacing;
  std::vector<double> origin;
  std::vector<double> model;
  std::int64_t workspace_limit;
};

/// An operator has two forms: the one that users call is made of another, which has kernels and
/// derivatives and takes the geometry's shape beside its numbers.
struct TorchOperator {
  using Whole = TorchTensor(TorchTensor const&, TorchTensor const&, c10::SymIntArrayRef,
                            TorchNumbers, TorchNumbers, TorchNumbers, std::int64_t);
  using Kernel = TorchTensor(TorchTensor const&, TorchTensor const&, c10::SymIntArrayRef,
                             c10::SymIntArrayRef, TorchNumbers, TorchNumbers, TorchNumbers,
                             std::int64_t);

  std::string name;
  OperatorPair const* pair;
  bool is_adjoint;
  TorchOperator const* partner;  ///< the transpose

  TorchOperator(std::string const& name_space, std::string name_of, OperatorPair const& pair_of,
                bool is_adjoint_of, TorchOperator const& partner_of)
      : name{std::move(name_of)},
        pair{&pair_of},
        is_adjoint{is_adjoint_of},
        partner{&partner_of},
        whole_{name_space, name},
        kernel_{name_space, kernel_name()} {}

  [[nodiscard]] std::string kernel_name() const { return "_" + name; }
  [[nodiscard]] std::string whole_schema() const {
    return name +
           "(Tensor input, Tensor geometry, SymInt[] output_shape, float[] spacing, float[] "
           "origin=[], float[] model=[], int workspace_limit=268435456) -> Tensor";
  }
  [[nodiscard]] std::string kernel_schema() const {
    return kernel_name() +
           "(Tensor input, Tensor numbers, SymInt[] geometry_shape, SymInt[] output_shape, "
           "float[] spacing, float[] origin, float[] model, int workspace_limit) -> Tensor";
  }

  /// @{
  /// Call through the dispatcher, whatever keys are active.
  [[nodiscard]] TorchTensor call(TorchTensor const& input, TorchTensor const& geometry,
                                 TorchArguments const& arguments) const {
    return whole_.handle().call(input, geometry, arguments.output_shape, arguments.spacing,
                                arguments.origin, arguments.model, arguments.workspace_limit);
  }
  [[nodiscard]] TorchTensor call_kernel(TorchTensor const& input, TorchTensor const& numbers,
                                        c10::SymIntArrayRef geometry_shape,
                                        TorchArguments const& arguments) const {
    return kernel_.handle().call(input, numbers, geometry_shape, arguments.output_shape,
                                 arguments.spacing, arguments.origin, arguments.model,
                                 arguments.workspace_limit);
  }
  /// @}

 private:
  FoundOperator<Whole> whole_;
  FoundOperator<Kernel> kernel_;
};

/// A pair registers two operators.
struct TorchPair {
  TorchPair(std::string const& name_space, std::string const& name, OperatorPair const& pair)
      : forward{name_space, name, pair, false, adjoint},
        adjoint{name_space, name + "_adjoint", pair, true, forward} {}
  TorchPair(TorchPair const&) = delete;
  TorchPair& operator=(TorchPair const&) = delete;
  ~TorchPair() = default;

  TorchOperator forward;
  TorchOperator adjoint;
};

/// Axes of one sample of a call's input and output.
inline std::int64_t sample_axes(TorchOperator const& op) { return op.pair->dimension(); }

/// What every call asks of its tensors. Throws TypeError and ValueError.
inline void check_torch_call(TorchOperator const& op, TorchTensor const& input,
                             TorchTensor const& geometry, TorchArguments const& arguments) {
  check_torch_type(op.name, input.scalar_type());
  auto const numbers = geometry.scalar_type();
  TORCH_CHECK_TYPE(numbers == at::kDouble || numbers == at::kFloat || numbers == at::kLong, op.name,
                   ": the geometry is of ", numbers,
                   "; it must be of float64, of float32, or of int64 for a registered one");
  TORCH_CHECK_VALUE(geometry.device().is_cpu() || geometry.device().is_meta(), op.name,
                    ": the geometry is on ", geometry.device(),
                    ", but views travel with each launch from host memory: call geometry.cpu() "
                    "once, outside of the step");
  std::int64_t const rank = op.pair->geometry_rank();
  TORCH_CHECK_TYPE((rank == 0) == (numbers == at::kLong), op.name, ": the geometry is of ", numbers,
                   rank == 0 ? "; this one is registered: it must be the int64 that stands for it"
                             : "; it must be numbers of float64 or float32");
  TORCH_CHECK_VALUE(geometry.dim() >= rank && geometry.sym_numel() != 0, op.name,
                    ": the geometry has shape ", geometry.sym_sizes(), "; it must have at least ",
                    rank, " axes and one element");
  TORCH_CHECK_VALUE(input.dim() >= sample_axes(op), op.name, ": the input has ", input.dim(),
                    " axes; it must have at least ", sample_axes(op));
  TORCH_CHECK_VALUE(static_cast<std::int64_t>(arguments.output_shape.size()) == sample_axes(op),
                    op.name, ": output_shape has ", arguments.output_shape.size(),
                    " numbers; it must have ", sample_axes(op), ", of one sample");
  for (c10::SymInt const& size : arguments.output_shape) {
    TORCH_CHECK_VALUE(size >= 1, op.name, ": output_shape has a size of ", size,
                      "; it must be at least 1");
  }
  if (rank > 0) {
    c10::SymInt const views =
        op.is_adjoint ? input.sym_size(-sample_axes(op)) : arguments.output_shape[0];
    TORCH_CHECK_VALUE(geometry.sym_size(-rank) == views, op.name, ": the geometry has ",
                      geometry.sym_size(-rank), " views, but the projections have ", views);
  }
  TORCH_CHECK_VALUE(geometry.dim() - rank <= input.dim() - sample_axes(op), op.name,
                    ": the geometry has ", geometry.dim() - rank,
                    " leading axes, but the input has ", input.dim() - sample_axes(op));
  TORCH_CHECK_VALUE(arguments.workspace_limit >= 0, op.name, ": workspace_limit ",
                    arguments.workspace_limit, " must not be negative");
}

/// A tensor for the output: the input's leading axes, and those of one sample.
inline TorchTensor empty_output(TorchOperator const& op, TorchTensor const& input,
                                TorchArguments const& arguments) {
  auto const sizes = input.sym_sizes();
  std::vector<c10::SymInt> shape(sizes.begin(), sizes.end() - sample_axes(op));
  shape.insert(shape.end(), arguments.output_shape.begin(), arguments.output_shape.end());
  return at::empty_symint(shape, input.options().memory_format(at::MemoryFormat::Contiguous));
}

}  // namespace pyronn::detail
