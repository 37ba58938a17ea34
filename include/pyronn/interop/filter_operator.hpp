// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FilterOperator: the filtering of detector rows behind a type without templates, as frameworks of
/// neural networks call it; made and used as an OperatorPair is (operator_pair.hpp), of a
/// CpuFilterOperator (filter_kernels.hpp) or a CudaFilterOperator (filter_kernels.cuh).
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn {

/// The arrays of a call: contiguous, of float32, on one device. `output` may be `input`.
struct FilterCall {
  dlpack::Tensor input;     ///< rows of detector pixels (..., u)
  dlpack::Tensor response;  ///< values at filter_response_length(u) frequencies, as filter_response
  dlpack::Tensor output;    ///< the filtered rows, of the input's shape
};

/// Filters rows with a response, which may be trained. The matrix is symmetric: gradients of the
/// rows are filtered with the same response.
class FilterOperator {
 public:
  FilterOperator() = default;
  FilterOperator(FilterOperator const&) = delete;
  FilterOperator& operator=(FilterOperator const&) = delete;
  virtual ~FilterOperator() = default;

  /// Values in a response for rows of so many pixels. Throws InvalidArgument as padded_row_length.
  [[nodiscard]] virtual int response_length(int columns) const = 0;

  /// Calls may come from several threads, and do not synchronise. Throws InvalidArgument for
  /// tensors that do not fit one another.
  virtual void filter(FilterCall const& call, CallContext const& context) const = 0;
};

}  // namespace pyronn
