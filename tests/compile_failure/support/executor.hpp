// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What of an executor is not missing.
#include <cstddef>

struct HasMemory {
  void* allocate(std::size_t) const { return nullptr; }
  void deallocate(void*, std::size_t) const noexcept {}
  void check_reachable(void const*, char const*) const {}
};
