// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Words and numbers of a text.
#include <cmath>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace pyronn::detail {

/// The number that a word represents in the "C" locale; nothing where it is not a finite number.
inline std::optional<double> parse_number(std::string const& word) {
  std::istringstream in{word};
  in.imbue(std::locale::classic());
  double number = 0.0;
  if (!(in >> number) || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

/// The words of a text, which are separated by white space.
inline std::vector<std::string> words(std::string const& text) {
  std::istringstream in{text};
  std::vector<std::string> result;
  for (std::string word; in >> word;) result.push_back(word);
  return result;
}

}  // namespace pyronn::detail
