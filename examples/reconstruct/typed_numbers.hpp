// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers as the command line has them, and what is said of those that are none.
#include <cmath>
#include <locale>
#include <optional>
#include <sstream>
#include <string>

#include "number_text.hpp"

namespace example {

/// The finite number that `text` is, and nothing else.
inline std::optional<double> typed_number(std::string const& text) {
  std::istringstream stream{text};
  stream.imbue(std::locale::classic());
  double number = 0;
  if (!(stream >> number) || stream.peek() != std::istringstream::traits_type::eof() ||
      !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

/// Whether it was meant as a number: no file is called so.
inline bool looks_like_number(std::string const& text) {
  constexpr char const* digits = "0123456789";
  if (text == "nan" || text == "inf") return true;
  auto const first = text.find_first_not_of("+-.");
  return first != std::string::npos && first <= 2 && text.find_first_of(digits) == first &&
         text.find_first_not_of("0123456789+-.,eE") == std::string::npos;
}

/// Of a number: the least and the most.
struct NumberRange {
  double least;
  double most;
  bool excludes_least = false;
  bool is_whole = false;

  /// "must be a whole number from 1 to 4096"
  [[nodiscard]] std::string text() const {
    std::string const kind = is_whole ? "must be a whole number" : "must be a number";
    constexpr double most_int = 2147483647;
    if (is_whole && least == 1 && most >= most_int) return kind + " above 0";
    if (is_whole && most >= most_int) return kind;
    if (excludes_least) return kind + " above " + number_text(least);
    constexpr double endless = 1e15;
    if (-least >= endless && most >= endless) return kind;
    return kind + " from " + number_text(least) + " to " + number_text(most);
  }

  /// What is wrong with what was typed; empty: nothing.
  [[nodiscard]] std::string complaint(std::string const& typed) const {
    auto const number = typed_number(typed);
    bool const is_inside =
        number && *number <= most && (excludes_least ? *number > least : *number >= least) &&
        !(is_whole && typed.find_first_not_of("+-0123456789") != std::string::npos);
    return is_inside ? "" : "'" + typed + "' " + text();
  }
};

}  // namespace example
