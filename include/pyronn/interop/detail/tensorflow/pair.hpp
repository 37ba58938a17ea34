// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One of the two operators of an OperatorPair, as TensorFlow knows it.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include <absl/status/status.h>
#include <tensorflow/core/framework/op_kernel.h>
#include <tensorflow/core/framework/shape_inference.h>
#include <tensorflow/core/framework/tensor.h>

#include <pyronn/core/error.hpp>
#include <pyronn/interop/detail/tensorflow/call.hpp>
#include <pyronn/interop/detail/tensorflow/registry.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// The number that an attribute stands for. TensorFlow keeps it as a float; the shortest decimal
/// that is this float is what was written, as long as it has up to six digits: 0.3, not 0.3F.
inline double number_of_attribute(float attribute) {
  char text[64];
  auto const [end, error] = std::to_chars(text, text + sizeof(text), attribute);
  double number = static_cast<double>(attribute);
  if (error == std::errc{}) std::from_chars(text, end, number);
  return number;
}

/// The attributes of a kernel.
struct TensorFlowAttributes {
  std::vector<double> spacing;
  std::vector<double> origin;
  std::vector<double> model;
  std::int64_t workspace_limit = 0;

  explicit TensorFlowAttributes(::tensorflow::OpKernelConstruction& node) {
    node.SetStatus(tensorflow_status([&] {
      spacing = numbers(node, "spacing");
      origin = numbers(node, "origin");
      model = numbers(node, "model");
      tensorflow_check(node.GetAttr("workspace_limit", &workspace_limit));
    }));
  }

 private:
  static std::vector<double> numbers(::tensorflow::OpKernelConstruction& node, char const* name) {
    std::vector<float> attribute;
    tensorflow_check(node.GetAttr(name, &attribute));
    std::vector<double> result(attribute.size());
    std::transform(attribute.begin(), attribute.end(), result.begin(), number_of_attribute);
    return result;
  }
};

/// The shape of the output before there is any tensor: the input's leading axes and those of one
/// sample, as far as they are known.
inline absl::Status infer_pair_shape(::tensorflow::shape_inference::InferenceContext& context,
                                     int sample_axes) {
  using Context = ::tensorflow::shape_inference::InferenceContext;
  return tensorflow_status([&] {
    ::tensorflow::shape_inference::ShapeHandle sample;
    tensorflow_check(context.MakeShapeFromShapeTensor(2, &sample));
    tensorflow_check(context.WithRank(sample, sample_axes, &sample));
    ::tensorflow::shape_inference::ShapeHandle batch;
    tensorflow_check(context.WithRankAtLeast(context.input(0), sample_axes, &batch));
    if (!Context::RankKnown(batch)) return context.set_output(0, context.UnknownShape());
    tensorflow_check(context.Subshape(batch, 0, -sample_axes, &batch));
    ::tensorflow::shape_inference::ShapeHandle all;
    tensorflow_check(context.Concatenate(batch, sample, &all));
    context.set_output(0, all);
  });
}

/// The same when there are tensors.
inline ::tensorflow::TensorShape pair_output_shape(::tensorflow::TensorShape const& input,
                                                   ::tensorflow::Tensor const& sample,
                                                   int sample_axes) {
  expects(sample.dims() == 1 && sample.dim_size(0) == sample_axes,
          "TensorFlowLibrary: output_shape has ", sample.NumElements(), " numbers; it must have ",
          sample_axes, ", of one sample");
  expects(input.dims() >= sample_axes, "TensorFlowLibrary: the input has ", input.dims(),
          " axes; it must have at least ", sample_axes);
  ::tensorflow::TensorShape shape = input;
  shape.RemoveLastDims(sample_axes);
  auto const* const sizes = static_cast<std::int32_t const*>(sample.data());
  for (int axis = 0; axis < sample_axes; ++axis) {
    expects(sizes[axis] >= 1, "TensorFlowLibrary: output_shape has the size ", sizes[axis],
            "; sizes must be at least 1");
    tensorflow_check(shape.AddDimWithStatus(sizes[axis]));
  }
  return shape;
}

/// Runs an OperatorPair in one direction.
class TensorFlowPairKernel : public ::tensorflow::OpKernel {
 public:
  using Direction = void (OperatorPair::*)(TensorCall const&, CallContext const&) const;

  TensorFlowPairKernel(::tensorflow::OpKernelConstruction* node, OperatorPair const& pair,
                       Direction direction)
      : OpKernel{node}, pair_{&pair}, direction_{direction}, attributes_{*node} {}

  void Compute(TensorFlowContext* context) override {
    context->SetStatus(tensorflow_status([&] { run(*context); }));
  }

 private:
  void run(TensorFlowContext& context) const {
    ::tensorflow::Tensor const& input = context.input(0);
    ::tensorflow::Tensor* output = nullptr;
    tensorflow_check(context.allocate_output(
        0, pair_output_shape(input.shape(), context.input(2), pair_->dimension()), &output));
    dlpack::Device const device = tensorflow_device(context);
    TensorFlowTensor const in{input, device};
    TensorFlowTensor const out{*output, device};
    TensorFlowTensor const geometry{context.input(1), {dlpack::Device::cpu, 0}};
    TensorFlowMemory memory{context};
    (pair_->*direction_)({in.view(), out.view(), geometry.view(), attributes_.spacing,
                          attributes_.origin, attributes_.model},
                         call_context(context, memory, attributes_.workspace_limit));
  }

  OperatorPair const* pair_;
  Direction direction_;
  TensorFlowAttributes attributes_;
};

/// Makes one of the two operators known, with its kernels.
inline void register_tensorflow_pair(std::string const& name, OperatorPair const& pair,
                                     TensorFlowPairKernel::Direction direction) {
  int const sample_axes = pair.dimension();
  register_tensorflow_operator(name, [sample_axes](::tensorflow::OpDefBuilder& op) {
    op.Input("input: T")
        .Input("geometry: G")
        .Input("output_shape: int32")
        .Output("output: T")
        .Attr("T: {float, half, bfloat16, double}")
        .Attr("G: {double, float, int64} = DT_DOUBLE")
        .Attr("spacing: list(float)")
        .Attr("origin: list(float) = []")
        .Attr("model: list(float) = []")
        .Attr("workspace_limit: int >= 0 = 268435456")
        .SetShapeFn([sample_axes](::tensorflow::shape_inference::InferenceContext* context) {
          return infer_pair_shape(*context, sample_axes);
        });
  });
  register_tensorflow_kernel(name, {"geometry", "output_shape"},
                             [&pair, direction](::tensorflow::OpKernelConstruction* node) {
                               return new TensorFlowPairKernel{node, pair, direction};
                             });
}

}  // namespace pyronn::detail
