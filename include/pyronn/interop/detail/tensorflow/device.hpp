// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The devices of TensorFlow that there are kernels for: cores, and GPUs where GOOGLE_CUDA is
/// defined, as TensorFlow's own headers ask for.
#include <vector>

#include <tensorflow/core/framework/op_kernel.h>
#include <tensorflow/core/framework/types.h>
#if defined(GOOGLE_CUDA) && GOOGLE_CUDA
#include <xla/stream_executor/stream.h>
#endif

#include <pyronn/interop/dlpack.hpp>

namespace pyronn::detail {

using TensorFlowContext = ::tensorflow::OpKernelContext;

#if defined(GOOGLE_CUDA) && GOOGLE_CUDA

inline std::vector<char const*> tensorflow_devices() {
  return {::tensorflow::DEVICE_CPU, ::tensorflow::DEVICE_GPU};
}

/// Where a call works: on the device of its kernel.
inline dlpack::Device tensorflow_device(TensorFlowContext& context) {
  auto const* const gpu = context.device()->tensorflow_accelerator_device_info();
  if (gpu == nullptr) return {dlpack::Device::cpu, 0};
  return {dlpack::Device::cuda, gpu->gpu_id};
}

/// The cudaStream_t of a call on a GPU, which TensorFlow has made current; null on cores.
inline void* tensorflow_stream(TensorFlowContext& context) {
  auto* const on_device = context.op_device_context();
  if (on_device == nullptr || on_device->stream() == nullptr) return nullptr;
  return on_device->stream()->platform_specific_handle().stream;
}

#else

inline std::vector<char const*> tensorflow_devices() { return {::tensorflow::DEVICE_CPU}; }
inline dlpack::Device tensorflow_device(TensorFlowContext&) { return {dlpack::Device::cpu, 0}; }
inline void* tensorflow_stream(TensorFlowContext&) { return nullptr; }

#endif

}  // namespace pyronn::detail
