// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels of a TorchFilter, below automatic differentiation.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include <pyronn/interop/detail/torch/call.hpp>
#include <pyronn/interop/detail/torch/filter.hpp>
#include <pyronn/interop/filter_operator.hpp>

namespace pyronn::detail {

/// Rows (outer, inner, u), of which those of one outer index have one response. Leading axes of a
/// response are matched with those of the rows from the last on, and are as long or 1.
struct TorchFilterRows {
  std::int64_t outer = 1;
  std::int64_t inner = 1;
  std::int64_t columns;
  std::int64_t length;                    ///< of a response
  std::vector<std::int64_t> outer_shape;  ///< leading axes of the rows that outer stands for
};

/// Throws ValueError for shapes that do not fit.
inline TorchFilterRows filter_rows(TorchFilter const& op, at::IntArrayRef rows,
                                   at::IntArrayRef response) {
  check_filter_axes(op, static_cast<std::int64_t>(rows.size()),
                    static_cast<std::int64_t>(response.size()));
  constexpr std::int64_t longest = std::int64_t{15} << 26;
  TORCH_CHECK_VALUE(rows.back() >= 1 && rows.back() <= longest, op.name, ": the input has shape ",
                    rows, "; rows must have from 1 to ", longest, " pixels");
  TorchFilterRows result{};
  result.outer = 1;
  result.inner = 1;
  result.columns = rows.back();
  result.length = op.filter_operator->response_length(static_cast<int>(result.columns));
  TORCH_CHECK_VALUE(response.back() == result.length, op.name, ": the response has ",
                    response.back(), " values, but rows of ", result.columns, " columns need ",
                    result.length);
  std::size_t const missing = rows.size() - response.size();
  std::size_t end = 0;  // of the axes along which responses differ
  for (std::size_t axis = missing; axis + 1 < rows.size(); ++axis) {
    std::int64_t const size = response[axis - missing];
    TORCH_CHECK_VALUE(size == 1 || size == rows[axis], op.name, ": the response has shape ",
                      response, ", which does not match the input's ", rows);
    if (size != 1) end = axis + 1;
  }
  for (std::size_t axis = 0; axis + 1 < rows.size(); ++axis) {
    (axis < end ? result.outer : result.inner) *= rows[axis];
    if (axis < end) result.outer_shape.push_back(rows[axis]);
  }
  return result;
}

inline std::int64_t padded_length(TorchFilterRows const& rows) { return 2 * (rows.length - 1); }

/// Throws TypeError unless tensors are of numbers that can be filtered, and ValueError unless they
/// are on one device.
inline void check_filter_call(std::string const& name, at::Tensor const& input,
                              at::Tensor const& other, std::int64_t limit) {
  check_torch_type(name, input.scalar_type());
  check_torch_type(name, other.scalar_type());
  TORCH_CHECK_VALUE(other.device() == input.device(), name, ": the first tensor is on ",
                    input.device(), " but the second on ", other.device());
  TORCH_CHECK_VALUE(limit >= 0, name, ": workspace_limit ", limit, " must not be negative");
}

/// Filters rows; those of float16 and bfloat16 as float32, as many at a time as the limit allows.
struct TorchFilterKernel {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& response,
                        std::int64_t limit) const {
    check_filter_call(op->name, input, response, limit);
    TorchFilterRows const rows = filter_rows(*op, input.sizes(), response.sizes());
    if (input.scalar_type() == at::kDouble) return in_double(input, response, rows);
    c10::DeviceGuard const guard{input.device()};
    at::Tensor const source = input.contiguous().view({rows.outer, rows.inner, rows.columns});
    at::Tensor const responses = responses_of(response, rows, input.dim());
    at::Tensor output =
        at::empty(input.sizes(), input.options().memory_format(at::MemoryFormat::Contiguous));
    at::Tensor const target = output.view(source.sizes());
    for (std::int64_t n = 0; n < rows.outer; ++n) {
      run(source.select(0, n), responses.select(0, n), target.select(0, n), limit);
    }
    return output;
  }

 private:
  /// One response for each outer index.
  static at::Tensor responses_of(at::Tensor const& response, TorchFilterRows const& rows,
                                 std::int64_t axes) {
    std::vector<std::int64_t> shape = rows.outer_shape;
    shape.resize(static_cast<std::size_t>(axes - 1), 1);
    shape.push_back(rows.length);
    return response.expand(shape).reshape({rows.outer, rows.length}).to(at::kFloat).contiguous();
  }

  void run(at::Tensor const& source, at::Tensor const& response, at::Tensor const& target,
           std::int64_t limit) const {
    if (source.numel() == 0) return;
    if (source.scalar_type() == at::kFloat) return run_float(source, response, target, limit);
    std::int64_t const row_bytes = static_cast<std::int64_t>(sizeof(float)) * source.size(1);
    std::int64_t const most = std::max<std::int64_t>(1, limit / 2 / row_bytes);
    for (std::int64_t row = 0; row < source.size(0); row += most) {
      std::int64_t const count = std::min(most, source.size(0) - row);
      at::Tensor const part = source.narrow(0, row, count).to(at::kFloat);
      run_float(part, response, part, limit / 2);
      target.narrow(0, row, count).copy_(part);
    }
  }

  void run_float(at::Tensor const& source, at::Tensor const& response, at::Tensor const& target,
                 std::int64_t limit) const {
    TorchCall const call{source.device(), limit};
    with_torch_errors(op->name, [&] {
      op->filter_operator->filter(
          {read_only_tensor(source), read_only_tensor(response), written_tensor(target)},
          call.context());
    });
  }

  static at::Tensor in_double(at::Tensor const& input, at::Tensor const& response,
                              TorchFilterRows const& rows) {
    if (input.numel() == 0) return input.clone();
    at::Tensor const spectrum = at::fft_rfft(input, padded_length(rows));
    return at::fft_irfft(spectrum * response.to(at::kDouble), padded_length(rows))
        .narrow(-1, 0, rows.columns)
        .contiguous();
  }
};

/// The gradient of the response, of float32, of rows of float64 of float64: the sum over rows of Re
/// X conj(Y), where a real spectrum counts twice for all frequencies but the ends, divided by the
/// padded length.
struct TorchFilterGradientKernel {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& gradient,
                        c10::SymIntArrayRef response_shape, std::int64_t limit) const {
    check_filter_call(op->gradient_name(), input, gradient, limit);
    TORCH_CHECK_VALUE(input.sizes() == gradient.sizes(), op->gradient_name(),
                      ": the input has shape ", input.sizes(), " but the gradient ",
                      gradient.sizes());
    std::vector<std::int64_t> const shape = known_sizes(response_shape);
    TorchFilterRows const rows = filter_rows(*op, input.sizes(), shape);
    at::Tensor const x = input.reshape({rows.outer, rows.inner, rows.columns});
    at::Tensor const y = gradient.reshape(x.sizes());
    at::Tensor sums = at::zeros({rows.outer, rows.length}, input.options().dtype(at::kDouble));
    std::int64_t const row_bytes = 40 * rows.length;  // two spectra, their product, padded rows
    std::int64_t const most = std::max<std::int64_t>(1, limit / row_bytes);
    for (std::int64_t n = 0; n < rows.outer; ++n) {
      for (std::int64_t row = 0; row < rows.inner; row += most) {
        std::int64_t const count = std::min(most, rows.inner - row);
        sums.select(0, n).add_(product(x.select(0, n).narrow(0, row, count),
                                       y.select(0, n).narrow(0, row, count), rows));
      }
    }
    at::Tensor counts =
        at::full({rows.length}, 2.0 / static_cast<double>(padded_length(rows)), sums.options());
    counts.narrow(0, 0, 1).mul_(0.5);
    counts.narrow(0, rows.length - 1, 1).mul_(0.5);
    std::vector<std::int64_t> whole = rows.outer_shape;
    whole.resize(static_cast<std::size_t>(input.dim() - 1), 1);
    whole.push_back(rows.length);
    at::Tensor const result = (sums * counts).reshape(whole).sum_to_size(shape);
    return result.to(input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat).contiguous();
  }

 private:
  static at::Tensor product(at::Tensor const& x, at::Tensor const& y, TorchFilterRows const& rows) {
    auto const type = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    at::Tensor const a = at::view_as_real(at::fft_rfft(x.to(type), padded_length(rows)));
    at::Tensor const b = at::view_as_real(at::fft_rfft(y.to(type), padded_length(rows)));
    return (a * b).sum(at::IntArrayRef{0, 2}, false, at::kDouble);
  }
};

/// The same where tensors have shapes alone.
struct TorchFilterMetaKernel {
  TorchFilter const* op;

  at::Tensor operator()(at::Tensor const& input, at::Tensor const& response,
                        std::int64_t limit) const {
    check_filter_call(op->name, input, response, limit);
    check_filter_axes(*op, input.dim(), response.dim());
    return at::empty_symint(input.sym_sizes(),
                            input.options().memory_format(at::MemoryFormat::Contiguous));
  }
};
struct TorchFilterGradientMetaKernel {
  at::Tensor operator()(at::Tensor const& input, at::Tensor const&,
                        c10::SymIntArrayRef response_shape, std::int64_t) const {
    auto const type = input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    return at::empty_symint(
        response_shape, input.options().dtype(type).memory_format(at::MemoryFormat::Contiguous));
  }
};

}  // namespace pyronn::detail
