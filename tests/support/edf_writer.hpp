// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frames of EDF files.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "bytes_of_numbers.hpp"

namespace test {

using EdfEntries = std::vector<std::pair<std::string, std::string>>;

/// A header that ends at a multiple of 512 bytes.
inline std::string edf_header(EdfEntries const& entries, std::string const& line_end = "\n") {
  constexpr std::size_t block = 512;
  std::string text = "{" + line_end;
  for (auto const& [key, value] : entries) text += key + " = " + value + " ;" + line_end;
  std::string const end = "}" + line_end;
  std::size_t const size = (text.size() + end.size() + block - 1) / block * block;
  text.resize(size - end.size(), ' ');
  return text + end;
}

/// What every frame needs.
inline EdfEntries edf_entries(std::string const& type, int columns, int rows,
                              std::string const& order = "LowByteFirst") {
  return {{"HeaderID", "EH:000001:000000:000000"},
          {"Image", "1"},
          {"ByteOrder", order},
          {"DataType", type},
          {"Dim_1", std::to_string(columns)},
          {"Dim_2", std::to_string(rows)}};
}

}  // namespace test
