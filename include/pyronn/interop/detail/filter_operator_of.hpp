// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FilterOperatorOf: a FilterOperator made of the library's RowFilter.
#include <cstdint>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/recon/filter/row_filter.hpp>

namespace pyronn::detail {

/// A tensor of rows (..., u) as projections of one row each.
template <class T>
ProjectionView<T> rows_of(dlpack::Tensor tensor, char const* what) {
  expects(tensor.ndim >= 1, what, ": the tensor must have rows of pixels");
  std::int64_t const columns = tensor.shape[tensor.ndim - 1];
  std::int64_t const rows = columns == 0 ? 0 : dlpack::element_count(tensor) / columns;
  expects(dlpack::is_contiguous(tensor), what, ": the tensor must be contiguous");
  std::int64_t const shape[3] = {rows, 1, columns};
  tensor.shape = shape;
  tensor.strides = nullptr;
  tensor.ndim = 3;
  return dlpack::array_of<T, 3>(tensor, what);
}

/// `Executors` as in OperatorPairOf.
template <class Executors>
class FilterOperatorOf : public FilterOperator {
 public:
  [[nodiscard]] int response_length(int columns) const override {
    return filter_response_length(columns);
  }

  void filter(FilterCall const& call, CallContext const& context) const override {
    auto const input = rows_of<float const>(call.input, "FilterOperator: input");
    auto const output = rows_of<float>(call.output, "FilterOperator: output");
    auto const response =
        dlpack::array_of<float const, 1>(call.response, "FilterOperator: response");
    expects(input.extents == output.extents,
            "FilterOperator: the extents (u, 1, row) of the input ", input.extents,
            " and of the output ", output.extents, " must be the same");
    if (input.extents.count() == 0) return;
    RowFilter const filter{input.extents};
    Executors::with(call.input.device, context, [&](auto const& executor) {
      using Executor = std::decay_t<decltype(executor)>;
      Workspace<Executor> workspace{executor,
                                    filter.workspace_bytes(executor, context.workspace_limit)};
      filter(executor, input, response, output, workspace);
    });
  }
};

}  // namespace pyronn::detail
