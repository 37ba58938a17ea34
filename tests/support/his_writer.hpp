// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Files of Elekta's flat panels, byte by byte.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "edf_writer.hpp"

namespace test {

/// The fields of a .his header that readers look at.
struct HisHeader {
  int columns;
  int rows;
  int images = 1;
  int type = 4;
  int more_bytes = 32;  ///< of the header
  int left = 0;         ///< of the panel
  int top = 0;
};

inline std::string his(HisHeader const& header, std::vector<std::uint16_t> const& pixels) {
  std::string bytes(68 + static_cast<std::size_t>(header.more_bytes), '\0');
  auto const put = [&bytes](std::size_t at, int value) {
    bytes.replace(at, 2, bytes_of_number(static_cast<std::uint16_t>(value)));
  };
  bytes.replace(0, 4, std::string("\0\x70\x44\0", 4));
  put(4, 68);
  put(8, 100);
  put(10, header.more_bytes);
  put(12, header.top);
  put(14, header.left);
  put(16, header.top + header.rows - 1);
  put(18, header.left + header.columns - 1);
  put(20, header.images);
  put(32, header.type);
  return bytes + bytes_of_numbers(pixels);
}

}  // namespace test
