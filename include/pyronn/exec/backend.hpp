// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Backends: an executor names the backend whose kernels suit what it runs on, `using Backend =
/// ...`. Fast paths belong to backends, so that an executor that derives from another executor, or
/// wraps one, has all its fast paths.
#include <type_traits>

#include <pyronn/core/detail/detected.hpp>

namespace pyronn {

/// The backend of the host's cores. It is complete in <pyronn/backend/cpu/executor.hpp>.
struct CpuBackend;

/// The backend of CUDA devices. It is complete in <pyronn/backend/cuda/executor.cuh>. An executor
/// of this backend has, beside the members of every executor, CudaExecutor's members stream(),
/// is_capturing(), texture_limits() and max_shared_bytes(), and `using Cache =
/// CudaExecutor::Cache`.
struct CudaBackend;

/// The backend of executors that name none: every kernel runs in its general form.
struct GenericBackend {};

namespace detail {

template <class Executor>
using NamedBackend = typename Executor::Backend;

template <class Executor, bool Names>
struct BackendOf {
  using Type = GenericBackend;
};
template <class Executor>
struct BackendOf<Executor, true> {
  using Type = typename Executor::Backend;
};

template <class Backend>
using WarpSize = decltype(Backend::warp_size);

template <class Backend>
constexpr int warp_size() {
  if constexpr (is_detected_v<WarpSize, Backend>) return Backend::warp_size;
  return 1;
}

template <class T>
using SizeOf = std::integral_constant<decltype(sizeof(int)), sizeof(T)>;

}  // namespace detail

/// The backend of an executor.
template <class Executor>
using backend_t =
    typename detail::BackendOf<Executor,
                               detail::is_detected_v<detail::NamedBackend, Executor>>::Type;

/// How many items side by side along x run in step, and should therefore load neighbouring
/// elements. It is 1 where a backend does not say, as on cores, where the loads of one item should
/// be neighbours.
template <class Executor>
inline constexpr int warp_size_v = detail::warp_size<backend_t<Executor>>();

/// Fails to compile, with one sentence, where an executor names a backend whose header is not
/// included.
template <class Executor>
constexpr void check_backend() {
  static_assert(detail::is_detected_v<detail::SizeOf, backend_t<Executor>>,
                "The executor's backend is only declared: include <pyronn/cpu.hpp> for CpuBackend, "
                "<pyronn/cuda.cuh> for CudaBackend.");
}

}  // namespace pyronn
