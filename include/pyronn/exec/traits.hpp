// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an executor is: where kernels run and memory comes from.
///
/// @code
///   struct MyExecutor {
///     using Backend = CpuBackend;                   // the backend of its fast paths; optional
///     struct Cache {};                              // what a workspace keeps for it between calls
///     template <class Kernel>
///     void for_each(Extents<3> items, Kernel const& kernel) const;  // kernel(Vec<int, 3> item)
///     void* allocate(std::size_t bytes) const;      // throws OutOfMemory
///     void deallocate(void* memory, std::size_t bytes) const noexcept;
///     void check_reachable(void const* memory, char const* what) const;  // throws InvalidArgument
///     // optional, for executors that queue work:
///     bool is_capturing() const;                    // whether work is recorded to run later
///     bool shares_order_with(MyExecutor const& other) const;  // e.g. whether both have one stream
///     void begin_thread() const;                    // another thread is going to call it
///   };
/// @endcode
#include <cstddef>
#include <utility>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>

namespace pyronn {

namespace detail {

struct AnyKernel {
  void operator()(Vec<int, 3>) const {}
};

template <class E>
using ForEach =
    decltype(std::declval<E const&>().for_each(Extents<3>{}, std::declval<AnyKernel const&>()));
template <class E>
using Allocate = decltype(std::declval<E const&>().allocate(std::size_t{}));
template <class E>
using Deallocate =
    decltype(std::declval<E const&>().deallocate(static_cast<void*>(nullptr), std::size_t{}));
template <class E>
using CheckReachable = decltype(std::declval<E const&>().check_reachable(
    static_cast<void const*>(nullptr), static_cast<char const*>(nullptr)));
template <class E>
using ExecutorCache = typename E::Cache;
}  // namespace detail

/// True for types that have all members of an executor.
template <class Executor>
inline constexpr bool is_executor_v = detail::is_detected_v<detail::ForEach, Executor>&&
    detail::is_detected_v<detail::Allocate, Executor>&& detail::is_detected_v<
        detail::Deallocate, Executor>&& detail::is_detected_v<detail::CheckReachable, Executor>&&
        detail::is_detected_v<detail::ExecutorCache, Executor>;

/// Fails to compile, with one sentence for each member that is missing, unless Executor is an
/// executor whose backend is complete.
template <class Executor>
constexpr void check_executor() {
  static_assert(detail::is_detected_v<detail::ForEach, Executor>,
                "An executor must have 'for_each(Extents<3> items, Kernel const& kernel) const'.");
  static_assert(detail::is_detected_v<detail::Allocate, Executor>,
                "An executor must have 'void* allocate(std::size_t bytes) const'.");
  static_assert(
      detail::is_detected_v<detail::Deallocate, Executor>,
      "An executor must have 'void deallocate(void* memory, std::size_t bytes) const noexcept'.");
  static_assert(
      detail::is_detected_v<detail::CheckReachable, Executor>,
      "An executor must have 'void check_reachable(void const* memory, char const* what) const'.");
  static_assert(
      detail::is_detected_v<detail::ExecutorCache, Executor>,
      "An executor must name a type 'Cache': what a workspace keeps for it between calls.");
  check_backend<Executor>();
}

}  // namespace pyronn
