// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What stands for a geometry that has no numbers, as TensorFlow knows it.
#include <cstdint>
#include <string>

#include <tensorflow/core/framework/op_kernel.h>
#include <tensorflow/core/framework/shape_inference.h>
#include <tensorflow/core/framework/tensor.h>

#include <pyronn/interop/detail/tensorflow/call.hpp>
#include <pyronn/interop/detail/tensorflow/registry.hpp>

namespace pyronn::detail {

/// Gives the number of a registered geometry.
class TensorFlowGeometryKernel : public ::tensorflow::OpKernel {
 public:
  TensorFlowGeometryKernel(::tensorflow::OpKernelConstruction* node, std::int64_t handle)
      : OpKernel{node}, handle_{handle} {}

  void Compute(TensorFlowContext* context) override {
    context->SetStatus(tensorflow_status([&] {
      ::tensorflow::Tensor* number = nullptr;
      tensorflow_check(context->allocate_output(0, ::tensorflow::TensorShape{}, &number));
      *static_cast<std::int64_t*>(number->data()) = handle_;
    }));
  }

 private:
  std::int64_t handle_;
};

/// Makes the operator known, whose result lies in host memory on all devices.
inline void register_tensorflow_geometry(std::string const& name, std::int64_t handle) {
  register_tensorflow_operator(name, [](::tensorflow::OpDefBuilder& op) {
    op.Output("geometry: int64")
        .SetShapeFn([](::tensorflow::shape_inference::InferenceContext* context) {
          context->set_output(0, context->Scalar());
          return absl::OkStatus();
        });
  });
  register_tensorflow_kernel(name, {"geometry"},
                             [handle](::tensorflow::OpKernelConstruction* node) {
                               return new TensorFlowGeometryKernel{node, handle};
                             });
}

}  // namespace pyronn::detail
