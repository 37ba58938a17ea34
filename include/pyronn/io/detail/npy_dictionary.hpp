// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parser of the dictionary in the header of a .npy file.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pyronn/io/detail/file_error.hpp>

namespace pyronn::detail {

/// The beginning of a text, where bytes that cannot be printed are replaced by question marks.
inline std::string printable(std::string_view text) {
  constexpr std::size_t length_limit = 120;
  std::string result{text.substr(0, length_limit)};
  for (char& letter : result) {
    if (letter < ' ' || letter > '~') letter = '?';
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return text.size() > length_limit ? result + "..." : result;
}

/// The most axes of an array, as in NumPy 1.
inline constexpr std::size_t npy_most_axes = 32;

/// The entries of the dictionary in the header of a .npy file.
struct NpyDictionary {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Parses `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, with the keys in any
/// order. Throws FileError, with the position in the text, for anything else.
class NpyDictionaryParser {
 public:
  NpyDictionaryParser(std::filesystem::path const& path, std::string_view text)
      : path_{path}, text_{text} {}

  [[nodiscard]] NpyDictionary parse() {
    expect('{');
    while (!accept('}')) {
      parse_entry();
      if (accept('}')) break;
      expect(',');
    }
    skip_spaces();
    if (at_ != text_.size()) fail("the end of the header");
    if (!descr_ || !fortran_order_ || !shape_) {
      fail_file(path_, "its .npy header lacks ",
                !descr_ ? "'descr'" : (!fortran_order_ ? "'fortran_order'" : "'shape'"));
    }
    return {*descr_, *fortran_order_, *shape_};
  }

 private:
  void parse_entry() {
    std::string const key = parse_string();
    expect(':');
    if (key == "descr" && !descr_) {
      descr_ = parse_descr();
    } else if (key == "fortran_order" && !fortran_order_) {
      fortran_order_ = parse_bool();
    } else if (key == "shape" && !shape_) {
      shape_ = parse_shape();
    } else {
      fail_file(path_, "its .npy header has an unknown or repeated key '", printable(key), "'");
    }
  }

  std::string parse_descr() {
    if (peek() == '[') fail_file(path_, "holds records, not an array of numbers");
    return parse_string();
  }

  std::string parse_string() {
    char const quote = peek();
    if (quote != '\'' && quote != '"') fail("a quoted word");
    std::size_t const begin = ++at_;
    std::size_t const end = text_.find(quote, begin);
    if (end == std::string_view::npos) fail("a closing quote");
    at_ = end + 1;
    return std::string{text_.substr(begin, end - begin)};
  }

  bool parse_bool() {
    if (accept_word("True")) return true;
    if (accept_word("False")) return false;
    fail("True or False");
  }

  /// Parses a Python tuple of whole numbers: (), (2,), (2, 3) or (2, 3,), but not (2).
  std::vector<std::int64_t> parse_shape() {
    std::vector<std::int64_t> shape;
    bool closed_by_comma = true;
    expect('(');
    while (!accept(')')) {
      if (!closed_by_comma) fail("a comma or )");
      if (shape.size() == npy_most_axes) {
        fail_file(path_, "has more than the ", npy_most_axes, " axes that pyronn reads");
      }
      shape.push_back(parse_size());
      closed_by_comma = accept(',');
    }
    if (shape.size() == 1 && !closed_by_comma) fail_file(path_, "its .npy shape is not a tuple");
    return shape;
  }

  std::int64_t parse_size() {
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    if (!is_digit(peek())) fail("a size that is a whole number, zero or more,");
    std::int64_t size = 0;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      int const digit = text_[at_] - '0';
      if (size > (largest - digit) / 10) fail("a size below 2^63");
      size = size * 10 + digit;
    }
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2 wrote long integers so
    return size;
  }

  static bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  /// The next character that is not a space; 0 at the end.
  char peek() {
    skip_spaces();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool accept(char letter) {
    if (peek() != letter) return false;
    ++at_;
    return true;
  }

  bool accept_word(std::string_view word) {
    skip_spaces();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  void expect(char letter) {
    if (!accept(letter)) fail(letter);
  }

  template <class Wanted>
  [[noreturn]] void fail(Wanted const& wanted) const {
    fail_file(path_, "its .npy header should have ", wanted, " at byte ", at_, " of '",
              printable(text_), "'");
  }

  std::filesystem::path const& path_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::string> descr_;
  std::optional<bool> fortran_order_;
  std::optional<std::vector<std::int64_t>> shape_;
};

}  // namespace pyronn::detail
