// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text of sections, keys and values, as scanners' programs write it beside images.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pyronn/interop/detail/text_file.hpp>
#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/text_numbers.hpp>
#include <pyronn/io/detail/trimmed.hpp>
#include <pyronn/scan/detail/units.hpp>
#include <pyronn/scan/image_files.hpp>

namespace pyronn::detail {

/// Takes the next line off a text, without its end: \n, \r\n or \r.
inline std::string_view next_line(std::string_view& text) {
  std::size_t const end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view const line = text.substr(0, end);
  bool const has_two = text.substr(end, 2) == "\r\n";
  text.remove_prefix(std::min(end + (has_two ? 2 : 1), text.size()));
  return line;
}

/// A number and what stands behind it.
struct NumberAndUnit {
  double number;
  std::string unit;
};

/// The number at the start of a text, with a decimal point or comma; nothing where it is not
/// finite, and where another number follows it at once, as in 1.234,5.
inline std::optional<NumberAndUnit> parse_number_and_unit(std::string_view text) {
  text = trimmed(text);
  std::string word;
  auto const starts_with = [&text](char one, char other) {
    return !text.empty() && (text[0] == one || text[0] == other);
  };
  auto const take = [&text, &word](std::size_t count) {
    word.append(text.substr(0, count));
    text.remove_prefix(count);
    return count;
  };
  if (starts_with('+', '+'))
    text.remove_prefix(1);
  else if (starts_with('-', '-'))
    take(1);
  std::size_t digits = take(count_digits(text));
  if (starts_with('.', ',')) {
    text.remove_prefix(1);
    word += '.';
    digits += take(count_digits(text));
  }
  if (digits == 0) return std::nullopt;
  if (starts_with('e', 'E')) {
    std::size_t const sign = text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1;
    std::size_t const exponent = count_digits(text.substr(sign));
    if (exponent > 0) take(sign + exponent);
  }
  if (starts_with('.', ',')) return std::nullopt;
  auto const number = parse_number(word);
  if (!number) return std::nullopt;
  return NumberAndUnit{*number, std::string{trimmed(text)}};
}

/// Letters and digits of a key or a section in small letters, which is what programs agree about.
inline std::string plain_key(std::string_view text) {
  std::string plain;
  for (char const letter : text) {
    char const small = lower_case(letter);
    if (is_digit(small) || (small >= 'a' && small <= 'z')) plain += small;
  }
  return plain;
}

/// One line: the key as it is written, the unit in parentheses at its end, and the value.
struct Setting {
  std::string key;
  std::string unit;
  std::string value;
  bool is_contradicted;  ///< by another line with this key
};

/// The settings of one text. All messages begin with the file's name and the key. Keys and sections
/// are found whatever their capitals, blanks and marks; a value that is empty is none.
class SettingsText {
 public:
  /// Keys before the first section are of `first_section`. Throws FileError for what is no text of
  /// bytes.
  SettingsText(std::filesystem::path path, std::string_view text, char const* first_section)
      : path_{std::move(path)} {
    bool const is_utf16 = text.substr(0, 2) == "\xff\xfe" || text.substr(0, 2) == "\xfe\xff";
    if (is_utf16) fail_file(path_, "is text in UTF-16; save it as UTF-8");
    if (text.find('\0') != std::string_view::npos) fail_file(path_, "is no text");
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    std::string section = plain_key(first_section);
    while (!text.empty()) read_line(trimmed(next_line(text)), section);
  }

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

  template <class... Parts>
  [[noreturn]] void fail(std::string const& key, Parts const&... parts) const {
    fail_file(path_, key, ": ", parts...);
  }

  /// Whether a section has any key.
  [[nodiscard]] bool has_section(char const* section) const {
    std::string const start = plain_key(section) + '/';
    auto const first = settings_.lower_bound(start);
    return first != settings_.end() && first->first.compare(0, start.size(), start) == 0;
  }

  /// Null where the key is missing or has no value. Throws FileError where it comes twice, with
  /// different values.
  [[nodiscard]] Setting const* find(char const* section, char const* key) const {
    auto const found = settings_.find(plain_key(section) + '/' + plain_key(key));
    if (found == settings_.end() || found->second.value.empty()) return nullptr;
    if (found->second.is_contradicted) fail(key, "comes twice, with different values");
    return &found->second;
  }

  /// Empty where the key is missing.
  [[nodiscard]] std::string text(char const* section, char const* key) const {
    Setting const* const setting = find(section, key);
    return setting == nullptr ? "" : setting->value;
  }

  /// A number without a unit.
  [[nodiscard]] std::optional<double> number(char const* section, char const* key) const {
    auto const value = value_of(section, key);
    if (value && !value->unit.empty()) {
      fail(key, quoted(text(section, key)), " is not a number alone");
    }
    return value ? std::optional<double>{value->number} : std::nullopt;
  }

  /// A whole number from `least` on.
  [[nodiscard]] std::optional<int> count(char const* section, char const* key, int least) const {
    auto const value = number(section, key);
    if (!value) return std::nullopt;
    constexpr double most = 1e9;
    if (!(*value >= least && *value <= most && *value == std::floor(*value))) {
      fail(key, quoted(text(section, key)), " is not a whole number from ", least, " on");
    }
    return static_cast<int>(*value);
  }

  /// A length [mm], in `unit` where neither key nor value name one.
  [[nodiscard]] std::optional<double> length(char const* section, char const* key,
                                             char const* unit) const {
    auto const value = in_unit(section, key, unit, mm_of_unit, "length");
    constexpr double most = 1e10;  // sources of parallel rays are said to be 10 km away
    if (value && !(std::abs(*value) <= most)) {
      fail(key, quoted(text(section, key)), " is longer than any scanner");
    }
    return value;
  }

  /// The same, which must be positive.
  [[nodiscard]] std::optional<double> positive_length(char const* section, char const* key,
                                                      char const* unit) const {
    auto const value = length(section, key, unit);
    if (value && !(*value > 0)) fail(key, quoted(text(section, key)), " must be positive");
    return value;
  }

  /// An angle [degrees], also where neither key nor value name a unit.
  [[nodiscard]] std::optional<double> degrees(char const* section, char const* key) const {
    auto const in_degrees = [](std::string const& unit) {
      auto factor = rad_of_unit(unit);
      if (factor) *factor /= pi / 180;  // exactly 1 for degrees
      return factor;
    };
    auto const value = in_unit(section, key, "deg", in_degrees, "angle");
    constexpr double most = 1e4;
    if (value && !(std::abs(*value) <= most)) {
      fail(key, quoted(text(section, key)), " is more turns than any scan has");
    }
    return value;
  }

  /// What YES, ON, True or 1 say, and NO, OFF, False or 0; more may follow.
  [[nodiscard]] std::optional<bool> is_on(char const* section, char const* key) const {
    std::string const value = text(section, key);
    if (value.empty()) return std::nullopt;
    std::string const word = plain_key(words(value).front());
    for (char const* const yes : {"yes", "on", "true", "1"}) {
      if (word == yes) return true;
    }
    for (char const* const no : {"no", "off", "false", "0"}) {
      if (word == no) return false;
    }
    fail(key, quoted(value), " is neither yes nor no");
  }

 private:
  void read_line(std::string_view line, std::string& section) {
    if (line.empty() || line[0] == ';' || line[0] == '#') return;
    if (line[0] == '[' && line.back() == ']') {
      section = plain_key(line);
      return;
    }
    std::size_t const equals = line.find('=');
    if (equals == std::string_view::npos) return;
    std::string_view const key = trimmed(line.substr(0, equals));
    auto const [name, unit] = split_key(key);
    std::string const plain = plain_key(name);
    if (plain.empty()) return;
    std::string const value{trimmed(line.substr(equals + 1))};
    auto const [at, is_new] = settings_.insert(
        {section + '/' + plain, {std::string{key}, std::string{unit}, value, false}});
    Setting& known = at->second;
    if (is_new || value.empty() || known.value == value) return;
    known.is_contradicted = !known.value.empty();
    known.value = value;
  }

  /// A key as its name and the unit at its end.
  static std::pair<std::string_view, std::string_view> split_key(std::string_view key) {
    std::size_t const open = key.rfind('(');
    if (key.empty() || key.back() != ')' || open == std::string_view::npos) return {key, ""};
    return {key.substr(0, open), trimmed(key.substr(open + 1, key.size() - open - 2))};
  }

  [[nodiscard]] std::optional<NumberAndUnit> value_of(char const* section, char const* key) const {
    Setting const* const setting = find(section, key);
    if (setting == nullptr) return std::nullopt;
    auto value = parse_number_and_unit(setting->value);
    if (!value) fail(key, quoted(setting->value), " is not a finite number");
    return value;
  }

  template <class FactorOfUnit>
  [[nodiscard]] std::optional<double> in_unit(char const* section, char const* key,
                                              char const* usual, FactorOfUnit const& factor_of_unit,
                                              char const* kind) const {
    auto const value = value_of(section, key);
    if (!value) return std::nullopt;
    Setting const& setting = *find(section, key);
    auto const factor = [&](std::string const& unit) {
      auto const known = factor_of_unit(unit);
      if (!known) fail(key, "has the unit ", quoted(unit), ", which is no ", kind);
      return *known;
    };
    double const of_key = factor(setting.unit.empty() ? usual : setting.unit);
    double const of_value = value->unit.empty() ? of_key : factor(value->unit);
    if (!setting.unit.empty() && of_key != of_value) {
      fail(key, "has the unit ", quoted(setting.unit), ", but its value is in ",
           quoted(value->unit));
    }
    return value->number * of_value;
  }

  std::filesystem::path path_;
  std::map<std::string, Setting> settings_;
};

}  // namespace pyronn::detail
