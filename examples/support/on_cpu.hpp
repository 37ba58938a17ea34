// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include <pyronn/backend/cpu/executor.hpp>
#include <pyronn/cpu.hpp>

namespace example {

using Executor = pyronn::CpuExecutor;

inline Executor const& executor() {
  static Executor const instance;
  return instance;
}

template <class T>
void copy(T const* from, T* to, std::size_t count) {
  std::copy_n(from, count, to);
}

}  // namespace example
