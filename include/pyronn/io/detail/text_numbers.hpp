// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Words and numbers of a text.
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ios>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
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

/// The whole number that a word represents; nothing where it is none, or has no 64 bits.
inline std::optional<std::int64_t> parse_whole(std::string const& word) {
  std::int64_t number = 0;
  auto const parsed = std::from_chars(word.data(), word.data() + word.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != word.data() + word.size()) return std::nullopt;
  return number;
}

/// How many digits of a number are written, without leading zeros.
inline int significant_digits(std::string const& number) {
  int digits = 0;
  for (char const letter : number.substr(0, number.find_first_of("eE"))) {
    bool const is_digit = letter >= '0' && letter <= '9';
    if (is_digit && (digits > 0 || letter != '0')) ++digits;
  }
  return digits;
}

/// Half a unit in the last of so many digits of a number: what rounding it may have lost.
inline double rounding_of(double number, int digits) {
  if (number == 0) return 0;
  return 0.5 * std::pow(10.0, std::floor(std::log10(std::abs(number))) + 1 - digits);
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
