// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers as they lie in a file.
#include <algorithm>
#include <string>
#include <vector>

namespace test {

/// The bytes of a number, the lowest first or last.
template <class T>
std::string bytes_of_number(T number, bool is_big_endian = false) {
  std::string bytes(reinterpret_cast<char const*>(&number), sizeof(T));
  if (is_big_endian) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

template <class T>
std::string bytes_of_numbers(std::vector<T> const& numbers, bool is_big_endian = false) {
  std::string bytes;
  for (T const number : numbers) bytes += bytes_of_number(number, is_big_endian);
  return bytes;
}

}  // namespace test
