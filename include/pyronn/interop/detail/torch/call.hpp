// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a call takes from PyTorch: memory, stream and tensors.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/Allocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <pyronn/core/half.hpp>
#include <pyronn/interop/detail/torch/release.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// Throws TypeError for elements that operators do not have.
inline void check_torch_type(std::string const& name, c10::ScalarType type) {
  TORCH_CHECK_TYPE(
      type == at::kFloat || type == at::kHalf || type == at::kBFloat16 || type == at::kDouble, name,
      ": the input is of ", type, "; it must be of float32, float16, bfloat16 or float64");
}

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
inline dlpack::Tensor dlpack_tensor(at::Tensor const& tensor, void* data) {
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
inline dlpack::Tensor read_only_tensor(at::Tensor const& tensor) {
  return dlpack_tensor(tensor, read_only_data(tensor));
}

/// A tensor that is written.
inline dlpack::Tensor written_tensor(at::Tensor const& tensor) {
  return dlpack_tensor(tensor, tensor.data_ptr());
}

/// The context of a call on a device, which must be current. Memory goes when this does.
class TorchCall {
 public:
  TorchCall(c10::Device device, std::int64_t workspace_limit) : memory_{device} {
    TORCH_CHECK_VALUE(workspace_limit >= 0, "pyronn: workspace_limit ", workspace_limit,
                      " must not be negative");
    context_ = {at::get_num_threads(), nullptr, &memory_,
                static_cast<std::size_t>(workspace_limit)};
    if (!device.is_cpu()) {
      context_.stream = native_stream(c10::impl::VirtualGuardImpl{device.type()}.getStream(device));
    }
  }
  TorchCall(TorchCall const&) = delete;
  TorchCall& operator=(TorchCall const&) = delete;
  ~TorchCall() = default;

  [[nodiscard]] CallContext const& context() const { return context_; }

 private:
  TorchMemory memory_;
  CallContext context_{};
};

}  // namespace pyronn::detail
