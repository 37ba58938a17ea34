// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A FilterOperator, as TensorFlow knows it.
#include <cstdint>
#include <string>

#include <tensorflow/core/framework/op_kernel.h>
#include <tensorflow/core/framework/shape_inference.h>
#include <tensorflow/core/framework/tensor.h>

#include <pyronn/interop/detail/tensorflow/call.hpp>
#include <pyronn/interop/detail/tensorflow/registry.hpp>
#include <pyronn/interop/filter_operator.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// Runs a FilterOperator.
class TensorFlowFilterKernel : public ::tensorflow::OpKernel {
 public:
  TensorFlowFilterKernel(::tensorflow::OpKernelConstruction* node, FilterOperator const& filter)
      : OpKernel{node}, filter_{&filter} {
    node->SetStatus(node->GetAttr("workspace_limit", &workspace_limit_));
  }

  void Compute(TensorFlowContext* context) override {
    context->SetStatus(tensorflow_status([&] { run(*context); }));
  }

 private:
  void run(TensorFlowContext& context) const {
    ::tensorflow::Tensor* output = nullptr;
    tensorflow_check(context.allocate_output(0, context.input(0).shape(), &output));
    dlpack::Device const device = tensorflow_device(context);
    TensorFlowTensor const input{context.input(0), device};
    TensorFlowTensor const response{context.input(1), device};
    TensorFlowTensor const filtered{*output, device};
    TensorFlowMemory memory{context};
    filter_->filter({input.view(), response.view(), filtered.view()},
                    call_context(context, memory, workspace_limit_));
  }

  FilterOperator const* filter_;
  std::int64_t workspace_limit_ = 0;
};

/// Makes the operator known, with its kernels.
inline void register_tensorflow_filter(std::string const& name, FilterOperator const& filter) {
  register_tensorflow_operator(name, [](::tensorflow::OpDefBuilder& op) {
    op.Input("input: float")
        .Input("response: float")
        .Output("output: float")
        .Attr("workspace_limit: int >= 0 = 268435456")
        .SetShapeFn([](::tensorflow::shape_inference::InferenceContext* context) {
          return tensorflow_status([&] {
            ::tensorflow::shape_inference::ShapeHandle shape;
            tensorflow_check(context->WithRank(context->input(1), 1, &shape));
            tensorflow_check(context->WithRankAtLeast(context->input(0), 1, &shape));
            context->set_output(0, shape);
          });
        });
  });
  register_tensorflow_kernel(name, {}, [&filter](::tensorflow::OpKernelConstruction* node) {
    return new TensorFlowFilterKernel{node, filter};
  });
}

}  // namespace pyronn::detail
