// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Handlers of XLA for a task, on cores and on CUDA devices.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>

#include <xla/ffi/api/ffi.h>

#include <pyronn/core/error.hpp>
#include <pyronn/interop/detail/jax/attributes.hpp>
#include <pyronn/interop/detail/jax/buffers.hpp>
#include <pyronn/interop/detail/jax/memory.hpp>
#include <pyronn/interop/dlpack.hpp>
#include <pyronn/interop/operator_pair.hpp>

namespace pyronn::detail {

/// What a call brings.
struct JaxCall {
  char const* name;  ///< of the handler, for errors
  dlpack::Device device;
  ::xla::ffi::RemainingArgs operands;
  ::xla::ffi::RemainingRets results;
  JaxAttributes attributes;

  /// The buffer of an operand, which must be there.
  [[nodiscard]] dlpack::Tensor operand(std::size_t index) const {
    return jax_tensor(operands.get<JaxBuffer>(index).value(), device, name);
  }
  /// The same of a result.
  [[nodiscard]] JaxBuffer result(std::size_t index) const {
    auto found = results.get<JaxBuffer>(index);
    return *found.value();
  }
};

/// Calls `task(call, context)`. With a second result memory is that result's, else `memory`.
template <class Task>
void run_jax_task(Task const& task, JaxCall const& call, CallContext context, CallMemory& memory) {
  expects(call.results.size() == 1 || call.results.size() == 2, call.name, ": the call has ",
          call.results.size(), " results; it must have one, and may have a second, its workspace");
  context.memory = &memory;
  context.workspace_limit = call.attributes.workspace_limit();
  std::optional<JaxResultMemory> result;
  if (call.results.size() == 2) {
    result.emplace(call.result(1), call.name);
    context.memory = &*result;
    context.workspace_limit = std::min(context.workspace_limit, result->left());
  }
  task(call, context);
}

/// A handler for platform "cpu", with as many threads as XLA has. It lives as long as the process,
/// as threads of XLA may.
template <class Task>
auto const* jax_host_handler(char const* name, Task const& task) {
  namespace ffi = ::xla::ffi;
  auto const run = [name, task](ffi::ThreadPool const& pool, ffi::RemainingArgs const& operands,
                                ffi::RemainingRets const& results,
                                ffi::Dictionary const& attributes) {
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    CallContext context{};
    context.threads =
        static_cast<int>(std::clamp<std::int64_t>(pool.num_threads(), std::int64_t{1}, most));
    JaxHostMemory memory;
    run_jax_task(
        task,
        JaxCall{name, {dlpack::Device::cpu, 0}, operands, results, JaxAttributes{attributes, name}},
        context, memory);
    return ffi::Error::Success();
  };
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .RemainingArgs()
      .RemainingRets()
      .Attrs()
      .To(run)
      .release();
}

/// A handler for platform "CUDA", on the stream of the call. It does not claim to be compatible
/// with command buffers, which replay what a call recorded: its scratch memory is then another's.
template <class Task>
auto const* jax_cuda_handler(char const* name, Task const& task) {
  namespace ffi = ::xla::ffi;
  auto const run = [name, task](void* stream, std::int32_t device, ffi::ScratchAllocator scratch,
                                ffi::RemainingArgs const& operands,
                                ffi::RemainingRets const& results,
                                ffi::Dictionary const& attributes) {
    CallContext context{};
    context.stream = stream;
    JaxScratchMemory memory{scratch};
    run_jax_task(task,
                 JaxCall{name,
                         {dlpack::Device::cuda, device},
                         operands,
                         results,
                         JaxAttributes{attributes, name}},
                 context, memory);
    return ffi::Error::Success();
  };
  return ffi::Ffi::Bind()
      .Ctx<ffi::PlatformStream<void*>>()
      .Ctx<ffi::DeviceOrdinal>()
      .Ctx<ffi::ScratchAllocator>()
      .RemainingArgs()
      .RemainingRets()
      .Attrs()
      .To(run)
      .release();
}

inline XLA_FFI_Error* make_jax_error(XLA_FFI_Api const* api, XLA_FFI_Error_Code code,
                                     char const* message) {
  XLA_FFI_Error_Create_Args arguments{};
  arguments.struct_size = XLA_FFI_Error_Create_Args_STRUCT_SIZE;
  arguments.errc = code;
  arguments.message = message;
  return api->XLA_FFI_Error_Create(&arguments);
}

/// Calls `call(frame)`, from which nothing is thrown on: exceptions become errors of XLA.
template <class Call>
XLA_FFI_Error* jax_guarded(XLA_FFI_CallFrame* frame, Call const& call) noexcept {
  try {
    return call(frame);
  } catch (std::invalid_argument const& error) {
    return make_jax_error(frame->api, XLA_FFI_Error_Code_INVALID_ARGUMENT, error.what());
  } catch (std::bad_alloc const& error) {
    return make_jax_error(frame->api, XLA_FFI_Error_Code_RESOURCE_EXHAUSTED, error.what());
  } catch (std::exception const& error) {
    return make_jax_error(frame->api, XLA_FFI_Error_Code_INTERNAL, error.what());
  } catch (...) {
    return make_jax_error(frame->api, XLA_FFI_Error_Code_UNKNOWN,
                          "pyronn: an exception of a type that is not known");
  }
}

}  // namespace pyronn::detail
