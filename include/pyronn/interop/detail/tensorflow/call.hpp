// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One call of a kernel of TensorFlow: its tensors, memory, threads and stream, and how errors of
/// the library become TensorFlow's.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <tensorflow/core/framework/op_kernel.h>
#include <tensorflow/core/framework/tensor.h>

#include <pyronn/core/error.hpp>
#include <pyronn/core/half.hpp>
#include <pyronn/interop/detail/tensorflow/device.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// An error of TensorFlow on its way through the library.
class TensorFlowError : public std::exception {
 public:
  explicit TensorFlowError(absl::Status status)
      : status_{std::make_shared<absl::Status const>(std::move(status))} {}
  [[nodiscard]] absl::Status const& status() const { return *status_; }
  [[nodiscard]] char const* what() const noexcept override { return "an error of TensorFlow"; }

 private:
  std::shared_ptr<absl::Status const> status_;
};

/// Throws a TensorFlowError unless all is well.
inline void tensorflow_check(absl::Status status) {
  if (!status.ok()) throw TensorFlowError{std::move(status)};
}

/// Does some work, from which no exception may come to TensorFlow.
template <class Work>
absl::Status tensorflow_status(Work const& work) {
  try {
    work();
    return absl::OkStatus();
  } catch (TensorFlowError const& error) {
    return error.status();
  } catch (std::invalid_argument const& error) {
    return absl::InvalidArgumentError(error.what());
  } catch (std::bad_alloc const& error) {
    return absl::ResourceExhaustedError(error.what());
  } catch (std::exception const& error) {
    return absl::InternalError(error.what());
  } catch (...) {
    return absl::UnknownError("pyronn: an exception of an unknown type");
  }
}

/// Memory of TensorFlow's allocator of a device, which takes it back in the order of its stream.
class TensorFlowMemory : public CallMemory {
 public:
  explicit TensorFlowMemory(TensorFlowContext& context) : context_{&context} {}

  void* allocate(std::size_t bytes) override {
    // TensorFlow aligns to 64 bytes on cores and to 256 on GPUs.
    std::size_t const spare = alignment - 1;
    if (bytes > PTRDIFF_MAX - spare) {
      tensorflow_check(absl::ResourceExhaustedError(
          message("pyronn::TensorFlowLibrary: cannot allocate ", bytes, " bytes")));
    }
    ::tensorflow::TensorShape const shape{static_cast<std::int64_t>(bytes + spare)};
    tensorflow_check(
        context_->allocate_temp(::tensorflow::DT_INT8, shape, &blocks_.emplace_back()));
    auto const address = reinterpret_cast<std::uintptr_t>(blocks_.back().data());
    std::size_t const gap = (alignment - address % alignment) % alignment;
    return static_cast<unsigned char*>(blocks_.back().data()) + gap;
  }

 private:
  static constexpr std::size_t alignment = 512;
  TensorFlowContext* context_;
  std::list<::tensorflow::Tensor> blocks_;
};

inline dlpack::DataType dlpack_type(::tensorflow::DataType type) {
  switch (type) {
    case ::tensorflow::DT_FLOAT:
      return dlpack::data_type_of<float>();
    case ::tensorflow::DT_HALF:
      return dlpack::data_type_of<Half>();
    case ::tensorflow::DT_BFLOAT16:
      return dlpack::data_type_of<BFloat16>();
    case ::tensorflow::DT_DOUBLE:
      return dlpack::data_type_of<double>();
    case ::tensorflow::DT_INT64:
      return dlpack::data_type_of<std::int64_t>();
    default:
      break;
  }
  throw std::invalid_argument("pyronn::TensorFlowLibrary: tensors of " +
                              ::tensorflow::DataTypeString(type) + " are not supported");
}

/// A tensor of TensorFlow, which must live as long as this. Its memory need not be aligned.
class TensorFlowTensor {
 public:
  TensorFlowTensor(::tensorflow::Tensor const& tensor, dlpack::Device device)
      : tensor_{&tensor}, device_{device} {
    for (auto const size : tensor.shape().dim_sizes()) shape_.push_back(size);
  }

  /// The same, as long as this lives.
  [[nodiscard]] dlpack::Tensor view() const {
    return {tensor_->data(),
            device_,
            static_cast<std::int32_t>(shape_.size()),
            dlpack_type(tensor_->dtype()),
            shape_.data(),
            nullptr,
            0};
  }

 private:
  ::tensorflow::Tensor const* tensor_;
  dlpack::Device device_;
  std::vector<std::int64_t> shape_;
};

/// What a call works with.
inline CallContext call_context(TensorFlowContext& context, CallMemory& memory,
                                std::int64_t workspace_limit) {
  auto const* const workers = context.device()->tensorflow_cpu_worker_threads();
  return {workers == nullptr ? 1 : std::max(1, workers->num_threads), tensorflow_stream(context),
          &memory, static_cast<std::size_t>(workspace_limit)};
}

}  // namespace pyronn::detail
