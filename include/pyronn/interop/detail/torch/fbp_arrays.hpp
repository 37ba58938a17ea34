// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FbpArrays as operators of PyTorch, which have no derivative.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/VariableTypeUtils.h>

#include <pyronn/core/extents.hpp>
#include <pyronn/interop/detail/torch/call.hpp>
#include <pyronn/interop/fbp_arrays.hpp>
#include <pyronn/recon/fbp/option_names.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/filter/response.hpp>

namespace pyronn::detail {

struct TorchFbpArrays {
  std::string name;
  FbpArrays const* arrays;

  [[nodiscard]] std::string schema(char const* what, char const* result) const {
    return name + "_" + what +
           "(Tensor geometry, int[] projections_shape, str window=\"ram_lak\", str "
           "redundancy=\"automatic\") -> " +
           result;
  }

  void check_no_gradient(at::Tensor const& geometry) const {
    TORCH_CHECK_NOT_IMPLEMENTED(
        !::torch::autograd::compute_requires_grad(geometry) && !geometry._fw_grad(0).defined(),
        name, ": the geometry requires a gradient, which it has not; detach it");
  }

  static FbpOptions options(c10::string_view window, c10::string_view redundancy) {
    FbpOptions options;
    options.window = filter_window_of(std::string{window.data(), window.size()});
    options.redundancy = redundancy_of(std::string{redundancy.data(), redundancy.size()});
    return options;
  }

  /// Of a shape (view, v, u), in the plane (view, u).
  [[nodiscard]] Extents<3> extents(at::IntArrayRef shape) const {
    TORCH_CHECK_VALUE(static_cast<int>(shape.size()) == arrays->dimension(), name,
                      ": projections_shape has ", shape.size(), " numbers; it must have ",
                      arrays->dimension());
    for (std::int64_t const size : shape) {
      TORCH_CHECK_VALUE(size >= 1 && size <= std::int64_t{1} << 30, name,
                        ": projections_shape has a size of ", size);
    }
    auto const size = [&](std::size_t n) { return static_cast<int>(shape[n]); };
    if (shape.size() == 2) return {size(1), 1, size(0)};
    return {size(2), size(1), size(0)};
  }
};

/// `Make` is which array: it has `of(arrays, geometry, extents, options)` and the shape that comes.
template <class Make>
struct TorchFbpArrayKernel {
  TorchFbpArrays const* op;

  at::Tensor operator()(at::Tensor const& geometry_of, at::IntArrayRef shape,
                        c10::string_view window, c10::string_view redundancy) const {
    op->check_no_gradient(geometry_of);
    Extents<3> const extents = op->extents(shape);
    at::Tensor const geometry = geometry_of.contiguous();
    at::Tensor result = at::empty(Make::shape(shape), at::TensorOptions{}.dtype(at::kFloat));
    with_torch_errors(op->name, [&] {
      auto const values = Make::of(*op->arrays, read_only_tensor(geometry), extents,
                                   TorchFbpArrays::options(window, redundancy));
      std::copy(values.begin(), values.end(), static_cast<float*>(result.data_ptr()));
    });
    return result;
  }
};

struct TorchFbpPaddingKernel {
  TorchFbpArrays const* op;

  std::tuple<std::int64_t, std::int64_t> operator()(at::Tensor const& geometry_of,
                                                    at::IntArrayRef shape, c10::string_view window,
                                                    c10::string_view redundancy) const {
    op->check_no_gradient(geometry_of);
    Extents<3> const extents = op->extents(shape);
    at::Tensor const geometry = geometry_of.contiguous();
    std::tuple<std::int64_t, std::int64_t> result;
    with_torch_errors(op->name, [&] {
      auto const columns = op->arrays->padding(read_only_tensor(geometry), extents,
                                               TorchFbpArrays::options(window, redundancy));
      result = {columns[0], columns[1]};
    });
    return result;
  }
};

struct TorchFbpWeights {
  static std::vector<std::int64_t> shape(at::IntArrayRef projections) { return projections.vec(); }
  static std::vector<float> of(FbpArrays const& arrays, dlpack::Tensor const& geometry,
                               Extents<3> projections, FbpOptions const& options) {
    return arrays.weights(geometry, projections, options);
  }
};

struct TorchFbpResponse {
  static std::vector<std::int64_t> shape(at::IntArrayRef projections) {
    return {filter_response_length(static_cast<int>(projections.back()))};
  }
  static std::vector<float> of(FbpArrays const& arrays, dlpack::Tensor const& geometry,
                               Extents<3> projections, FbpOptions const& options) {
    return arrays.response(geometry, projections, options);
  }
};

/// The same where tensors have shapes alone.
template <class Make>
struct TorchFbpArrayMetaKernel {
  TorchFbpArrays const* op;

  at::Tensor operator()(at::Tensor const& geometry, at::IntArrayRef shape, c10::string_view,
                        c10::string_view) const {
    static_cast<void>(op->extents(shape));
    return at::empty(Make::shape(shape), geometry.options().dtype(at::kFloat));
  }
};

}  // namespace pyronn::detail
