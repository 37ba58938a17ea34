// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How sizes of memory are written in plans and messages.
#include <cstddef>
#include <string>

#include <pyronn/core/error.hpp>

namespace pyronn::detail {

/// "2.9 GiB", to the nearest tenth, with the same decimal point in every locale.
inline std::string bytes_text(std::size_t bytes) {
  char const* const units[] = {"KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 1024;
  std::size_t n = 0;
  while (n < 3 && bytes / 1024 >= unit) {
    unit *= 1024;
    ++n;
  }
  std::size_t const tenths = bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit;
  return message(tenths / 10, ".", tenths % 10, " ", units[n]);
}

}  // namespace pyronn::detail
