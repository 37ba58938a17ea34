// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels of a TorchOperator, below automatic differentiation.
#include <cstddef>
#include <cstdint>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/Allocator.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <pyronn/interop/detail/torch/operator.hpp>
#include <pyronn/interop/detail/torch/release.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// Memory of PyTorch's allocator of a device, for its current stream. Unlike tensors it is not
/// filled in deterministic mode.
class TorchMemory : public CallMemory {
 public:
  explicit TorchMemory(c10::Device device) : allocator_{c10::GetAllocator(device.type())} {}
  void* allocate(std::size_t bytes) override {
    blocks_.push_back(allocator_->allocate(bytes));
    return blocks_.back().get();
  }

 private:
  c10::Allocator* allocator_;
  std::vector<c10::DataPtr> blocks_;
};

inline dlpack::DataType dlpack_type(c10::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return dlpack::data_type_of<float>();
    case at::kHalf:
      return dlpack::data_type_of<Half>();
    case at::kBFloat16:
      return dlpack::data_type_of<BFloat16>();
    case at::kDouble:
      return dlpack::data_type_of<double>();
    case at::kLong:
      return dlpack::data_type_of<std::int64_t>();
    default:
      break;
  }
  TORCH_CHECK_TYPE(false, "tensors of ", type, " are not supported");
}

/// A tensor that must live as long as what is returned.
inline dlpack::Tensor dlpack_tensor(TorchTensor const& tensor, void* data) {
  auto const& device = tensor.device();
  dlpack::Device const where{device.is_cuda() ? dlpack::Device::cuda : dlpack::Device::cpu,
                             device.has_index() ? device.index() : 0};
  return {data,
          where,
          static_cast<std::int32_t>(tensor.dim()),
          dlpack_type(tensor.scalar_type()),
          tensor.sizes().data(),
          nullptr,
          0};
}

/// A contiguous tensor that is only read.
inline dlpack::Tensor read_only_tensor(TorchTensor const& tensor) {
  return dlpack_tensor(tensor, read_only_data(tensor));
}

/// The form that writes into a tensor, on a device.
struct TorchKernel {
  TorchOperator const* op;

  void operator()(TorchTensor const& input_of, TorchTensor const& geometry_of, TorchNumbers spacing,
                  TorchNumbers origin, TorchNumbers model, std::int64_t workspace_limit,
                  TorchTensor& output) const {
    c10::Device const device = input_of.device();
    TORCH_CHECK_VALUE(output.is_contiguous() && output.device() == device, op->name,
                      ": the output must be contiguous and on ", device);
    TORCH_CHECK_VALUE(geometry_of.device().is_cpu(), op->name, ": the geometry is on ",
                      geometry_of.device(), "; it must be in host memory");
    TORCH_CHECK_VALUE(workspace_limit >= 0, op->name, ": workspace_limit ", workspace_limit,
                      " must not be negative");
    if (output.numel() == 0 && input_of.numel() == 0) return;
    TorchTensor const input = input_of.contiguous();
    TorchTensor const geometry = geometry_of.contiguous();
    c10::DeviceGuard const guard{device};
    TorchMemory memory{device};
    CallContext context{at::get_num_threads(), nullptr, &memory,
                        static_cast<std::size_t>(workspace_limit)};
    if (!device.is_cpu()) {
      context.stream = native_stream(c10::impl::VirtualGuardImpl{device.type()}.getStream(device));
    }
    TensorCall const call{read_only_tensor(input),
                          dlpack_tensor(output, output.data_ptr()),
                          read_only_tensor(geometry),
                          spacing.vec(),
                          origin.vec(),
                          model.vec()};
    if (op->is_adjoint) {
      op->pair->backproject(call, context);
    } else {
      op->pair->project(call, context);
    }
  }
};

/// The same where tensors have shapes alone.
struct TorchMetaKernel {
  void operator()(TorchTensor const&, TorchTensor const&, TorchNumbers, TorchNumbers, TorchNumbers,
                  std::int64_t, TorchTensor&) const {}
};

/// The function: an empty tensor, and the form that writes into it.
struct TorchComposite {
  TorchOperator const* op;

  TorchTensor operator()(TorchTensor const& input, TorchTensor const& geometry,
                         c10::SymIntArrayRef output_shape, TorchNumbers spacing,
                         TorchNumbers origin, TorchNumbers model,
                         std::int64_t workspace_limit) const {
    TorchArguments const arguments{output_shape, spacing, origin, model, workspace_limit};
    check_torch_call(*op, input, geometry, arguments);
    TorchTensor output =
        at::empty_symint(torch_output_shape(*op, input, arguments),
                         input.options().memory_format(at::MemoryFormat::Contiguous));
    op->call_into(input, geometry, arguments, output);
    return output;
  }
};

}  // namespace pyronn::detail
