// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <locale>
#include <sstream>
#include <string>

#include <unistd.h>

#include "bad_input.hpp"

namespace example {

/// The most memory that a reconstruction may take [bytes].
struct MemoryLimits {
  std::size_t host;
  std::size_t device;     ///< not looked at where there is none
  std::size_t workspace;  ///< of these, for views under way in a call
};

/// "8G", "500M": bytes, in powers of 1024.
inline std::size_t parse_bytes(std::string const& option, std::string const& text) {
  std::istringstream stream{text};
  stream.imbue(std::locale::classic());
  double number = 0;
  std::string unit;
  stream >> number >> unit;
  double const power = unit == "K" ? 1 : unit == "M" ? 2 : unit == "G" ? 3 : unit == "T" ? 4 : 0;
  double const bytes = number * std::pow(1024.0, power);
  bool const is_size = power > 0 && bytes >= 1024 && bytes < 1e18;
  if (!is_size) throw BadInput(option + ": " + text + " must be a size, as 500M or 8G");
  return static_cast<std::size_t>(bytes);
}

/// Half of what the machine has.
inline std::size_t usual_host_memory() {
  long const pages = sysconf(_SC_PHYS_PAGES);
  long const page_bytes = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return std::size_t{1} << 32;
  return static_cast<std::size_t>(pages) * static_cast<std::size_t>(page_bytes) / 2;
}

}  // namespace example
