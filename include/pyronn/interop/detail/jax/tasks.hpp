// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What handlers do: an OperatorPair's directions, and a FilterOperator.
#include <cstddef>
#include <cstdint>
#include <vector>

#include <xla/ffi/api/ffi.h>

#include <pyronn/core/error.hpp>
#include <pyronn/interop/detail/jax/attributes.hpp>
#include <pyronn/interop/detail/jax/buffers.hpp>
#include <pyronn/interop/detail/jax/handler.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// The geometry of a call, in host memory.
class JaxGeometry {
 public:
  explicit JaxGeometry(JaxCall const& call) {
    bool const is_attribute = call.attributes.has("geometry");
    std::size_t const operands = call.operands.size();
    expects(operands == (is_attribute ? 1U : 2U), call.name, ": the call has ", operands,
            " operands; it must have the input and the geometry, or the input alone and the "
            "attributes 'geometry' and 'geometry_shape'");
    if (is_attribute) {
      read_attributes(call);
    } else {
      expects(call.device.is_host(), call.name,
              ": the geometry is an operand, which lies on the device, but views travel with each "
              "launch from host memory: pass it as the attributes 'geometry' and "
              "'geometry_shape'");
      tensor_ = call.operand(1);
      widen();
    }
  }
  JaxGeometry(JaxGeometry const&) = delete;
  JaxGeometry& operator=(JaxGeometry const&) = delete;
  ~JaxGeometry() = default;

  [[nodiscard]] dlpack::Tensor const& tensor() const { return tensor_; }

 private:
  void read_attributes(JaxCall const& call) {
    auto const shape = call.attributes.array<std::int64_t>("geometry_shape", "int64");
    if (call.attributes.is_array_of<std::int64_t>("geometry")) {
      set(call.attributes.array<std::int64_t>("geometry", "int64"), shape);
    } else {
      set(call.attributes.array<double>("geometry", "float64, or int64 of registered geometries"),
          shape);
    }
    expects(dlpack::element_count(tensor_) == count_, call.name, ": the attribute 'geometry' has ",
            count_, " numbers, but 'geometry_shape' says ", dlpack::element_count(tensor_));
  }

  template <class T>
  void set(JaxSpan<T> numbers, JaxSpan<std::int64_t> shape) {
    count_ = static_cast<std::int64_t>(numbers.size());
    tensor_ = {const_cast<T*>(numbers.begin()),
               {dlpack::Device::cpu, 0},
               static_cast<std::int32_t>(shape.size()),
               dlpack::data_type_of<T>(),
               shape.begin(),
               nullptr,
               0};
  }

  /// JAX has no int64 unless it is told to.
  void widen() {
    if (tensor_.dtype != dlpack::data_type_of<std::int32_t>()) return;
    auto const* const handles = static_cast<std::int32_t const*>(tensor_.data);
    handles_.assign(handles, handles + dlpack::element_count(tensor_));
    tensor_.data = handles_.data();
    tensor_.dtype = dlpack::data_type_of<std::int64_t>();
  }

  dlpack::Tensor tensor_{};
  std::int64_t count_ = 0;
  std::vector<std::int64_t> handles_;
};

/// One direction of a pair.
struct JaxOperatorTask {
  OperatorPair const* pair;
  void (OperatorPair::*apply)(TensorCall const&, CallContext const&) const;

  void operator()(JaxCall const& call, CallContext const& context) const {
    JaxAttributes const& attributes = call.attributes;
    attributes.expect_only(
        {"geometry", "geometry_shape", "spacing", "origin", "model", "workspace_limit"});
    JaxGeometry const geometry{call};
    (pair->*apply)(
        {call.operand(0), jax_tensor(call.result(0), call.device, call.name), geometry.tensor(),
         attributes.numbers("spacing"), attributes.numbers("origin"), attributes.numbers("model")},
        context);
  }
};

/// A filter of rows.
struct JaxFilterTask {
  FilterOperator const* filter;

  void operator()(JaxCall const& call, CallContext const& context) const {
    call.attributes.expect_only({"workspace_limit"});
    expects(call.operands.size() == 2, call.name, ": the call has ", call.operands.size(),
            " operands; it must have two, rows and a response");
    filter->filter(
        {call.operand(0), call.operand(1), jax_tensor(call.result(0), call.device, call.name)},
        context);
  }
};

}  // namespace pyronn::detail
