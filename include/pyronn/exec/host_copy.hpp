// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HostCopy: how arrays get between the host's memory and that of executors.
#include <algorithm>
#include <cstddef>
#include <vector>

#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/buffer.hpp>

namespace pyronn::detail {

/// Copies between the host's memory and that of a backend's executors, which wait until they and
/// all work before them are done. Where a backend defines no other, both are the same memory.
template <class Backend>
struct HostCopy {
  template <class Executor, class T>
  static void to_host(Executor const&, T const* from, std::size_t count, T* to) {
    std::copy_n(from, count, to);
  }
  template <class Executor, class T>
  static void from_host(Executor const&, T const* from, std::size_t count, T* to) {
    std::copy_n(from, count, to);
  }
};

/// A copy of a buffer in the host's memory. Waits.
template <class T, class Executor>
std::vector<T> on_host(Executor const& executor, Buffer<T, Executor> const& buffer) {
  std::vector<T> result(buffer.size());
  HostCopy<backend_t<Executor>>::to_host(executor, buffer.data(), buffer.size(), result.data());
  return result;
}

/// A copy of numbers of the host in an executor's memory. Waits.
template <class T, class Executor>
Buffer<T, Executor> in_memory_of(Executor const& executor, std::vector<T> const& numbers) {
  Buffer<T, Executor> result{executor, numbers.size()};
  HostCopy<backend_t<Executor>>::from_host(executor, numbers.data(), numbers.size(), result.data());
  return result;
}

}  // namespace pyronn::detail
