// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Executors of one call with memory of a framework, on cores.
#include <cstddef>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// Cores, with memory of a framework.
class LentCpuExecutor : public CpuExecutor {
 public:
  explicit LentCpuExecutor(CallContext const& context)
      : CpuExecutor{context.threads}, memory_{context.memory} {}
  [[nodiscard]] void* allocate(std::size_t bytes) const { return memory_->allocate(bytes); }
  void deallocate(void*, std::size_t) const noexcept {}

 private:
  CallMemory* memory_;
};

struct CpuExecutors {
  template <class Work>
  static void with(dlpack::Device device, CallContext const& context, Work const& work) {
    expects(device.is_host(),
            "CpuOperatorPair: the tensors are on a device, but kernels were compiled for cores "
            "alone; those of operator_kernels.cuh and filter_kernels.cuh run on both");
    work(LentCpuExecutor{context});
  }
};

}  // namespace pyronn::detail
