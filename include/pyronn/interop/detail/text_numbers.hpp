// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Words and numbers of a text.
#include <cmath>
#include <cstddef>
#include <ios>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace pyronn::detail {

/// The number that a word represents in the "C" locale; nothing where it is not a finite number.
inline std::optional<double> parse_number(std::string const& word) {
  std::istringstream in{word};
  in.exceptions(std::ios::badbit);  // a stream that finds no memory must not call it no number
  in.imbue(std::locale::classic());
  double number = 0.0;
  if (!(in >> number) || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

/// The words of a text, which are separated by white space.
inline std::vector<std::string> words(std::string const& text) {
  constexpr char const* blanks = " \t\n\v\f\r";
  std::vector<std::string> result;
  std::size_t begin = text.find_first_not_of(blanks);
  while (begin != std::string::npos) {
    std::size_t const end = text.find_first_of(blanks, begin);
    result.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(blanks, end);
  }
  return result;
}

}  // namespace pyronn::detail
