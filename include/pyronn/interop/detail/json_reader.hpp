// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JsonReader: reads JSON values, with messages that name the field.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn::detail {

/// A JSON value and its name in messages, for example `Detector: pixel_mm[1]`. Every function
/// throws InvalidArgument, with the name and the value, unless the value is of the kind that the
/// function returns.
class JsonReader {
 public:
  using Names = std::vector<char const*>;

  /// The outermost value, of what has the type `type`.
  JsonReader(nlohmann::json const& value, std::string const& type)
      : JsonReader{value, "pyronn::" + type, ": "} {}

  /// The outermost value of a file, which messages do not name.
  explicit JsonReader(nlohmann::json const& value) : JsonReader{value, "", ""} {}

  /// The name of the value in messages.
  [[nodiscard]] std::string const& name() const { return name_; }

  /// Checks that this is an object with these fields; those that are optional may be missing.
  [[nodiscard]] JsonReader const& object(Names const& fields, Names const& optional = {}) const {
    if (!value_->is_object()) refuse("must be an object { }");
    for (auto const& item : value_->items()) {
      auto const is_it = [&item](char const* field) { return item.key() == field; };
      if (std::none_of(fields.begin(), fields.end(), is_it) &&
          std::none_of(optional.begin(), optional.end(), is_it)) {
        JsonReader{item.value(), join(printable_text(item.key())), "."}.refuse(
            "is an unknown field; known here: " + list(fields, optional));
      }
    }
    for (char const* const field : fields) require(field);
    return *this;
  }

  [[nodiscard]] bool has(char const* field) const {
    return value_->is_object() && value_->contains(field);
  }
  [[nodiscard]] bool is_text() const { return value_->is_string(); }
  [[nodiscard]] bool is_object() const { return value_->is_object(); }

  [[nodiscard]] JsonReader operator[](char const* field) const {
    require(field);
    return {value_->at(field), join(field), "."};
  }

  /// The elements of a list, which must not be empty.
  [[nodiscard]] std::vector<JsonReader> elements() const {
    if (!value_->is_array() || value_->empty()) refuse("must be a list [ ] that is not empty");
    std::vector<JsonReader> result;
    result.reserve(value_->size());
    for (std::size_t i = 0; i < value_->size(); ++i) {
      result.push_back({(*value_)[i], name_ + "[" + std::to_string(i) + "]", "."});
    }
    return result;
  }

  [[nodiscard]] std::vector<JsonReader> elements(std::size_t count) const {
    if (!value_->is_array() || value_->size() != count) {
      refuse("must be a list of " + std::to_string(count));
    }
    return elements();
  }

  [[nodiscard]] double number() const {
    if (!value_->is_number()) refuse("must be a number");
    return value_->get<double>();
  }

  /// A number that is finite.
  [[nodiscard]] double finite() const {
    double const result = number();
    if (!std::isfinite(result)) refuse("must be finite");
    return result;
  }

  /// A number that is positive and finite.
  [[nodiscard]] double positive() const {
    double const result = finite();
    if (!(result > 0)) refuse("must be positive");
    return result;
  }

  /// A whole number from 1 on that fits into an int.
  [[nodiscard]] int count() const {
    int const result = whole_number();
    if (result < 1) refuse("must be 1 or more");
    return result;
  }

  /// A whole number that fits into an int.
  [[nodiscard]] int whole_number() const {
    if (!value_->is_number_integer()) refuse("must be a whole number");
    constexpr auto largest = std::numeric_limits<int>::max();
    bool const fits = value_->is_number_unsigned()
                          ? value_->get<std::uint64_t>() <= std::uint64_t{largest}
                          : value_->get<std::int64_t>() >= std::numeric_limits<int>::min();
    if (!fits) refuse("is more than an int holds");
    return value_->get<int>();
  }

  [[nodiscard]] std::string text() const {
    if (!value_->is_string()) refuse("must be a text");
    return value_->get<std::string>();
  }

  /// One of some texts: its number among them.
  [[nodiscard]] std::size_t choice(Names const& texts) const {
    std::string const found = text();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (found == texts[i]) return i;
    }
    refuse("must be one of " + list(texts, {}));
  }

  template <int N>
  [[nodiscard]] Vec<double, N> vector() const {
    Vec<double, N> result{};
    int axis = 0;
    for (JsonReader const& element : elements(N)) result[axis++] = element.number();
    return result;
  }

  /// A list of N values, each read by a function of this class.
  template <std::size_t N, class T>
  [[nodiscard]] std::array<T, N> list_of(T (JsonReader::*read)() const) const {
    std::array<T, N> result{};
    std::size_t i = 0;
    for (JsonReader const& element : elements(N)) result[i++] = (element.*read)();
    return result;
  }

  [[noreturn]] void refuse(std::string const& reason) const {
    constexpr std::size_t longest = 60;
    std::string text = printable_text(*value_);
    if (text.size() > longest) text = text.substr(0, longest) + "...";
    throw InvalidArgument(message(name_, name_.empty() ? "" : ": ", text, " ", reason));
  }

 private:
  JsonReader(nlohmann::json const& value, std::string name, char const* separator)
      : value_{&value}, name_{std::move(name)}, separator_{separator} {}

  void require(char const* field) const {
    if (!has(field)) throw InvalidArgument(join(field) + " is missing");
  }

  static std::string list(Names const& first, Names const& second) {
    std::string result;
    for (Names const* const names : {&first, &second}) {
      for (char const* const name : *names)
        result += (result.empty() ? "" : ", ") + std::string{name};
    }
    return result;
  }

  /// The value as text for a message. Printing is recursive, so values that are nested so deeply
  /// that the stack may not suffice are abbreviated.
  static std::string printable_text(nlohmann::json const& value) {
    constexpr int most_levels = 8;
    if (!is_nested_within(value, most_levels)) return value.is_object() ? "{...}" : "[...]";
    return value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  }

  static bool is_nested_within(nlohmann::json const& value, int levels) {
    if (!value.is_structured()) return true;
    return levels > 0 &&
           std::all_of(value.begin(), value.end(), [levels](nlohmann::json const& inner) {
             return is_nested_within(inner, levels - 1);
           });
  }

  [[nodiscard]] std::string join(std::string const& field) const {
    return name_ + separator_ + field;
  }

  nlohmann::json const* value_;
  std::string name_;
  char const* separator_;  ///< between the name and that of a field
};

/// A vector as a JSON list. Throws InvalidArgument for numbers that are not finite, which JSON
/// cannot represent.
template <int N>
nlohmann::json to_json_list(char const* name, Vec<double, N> const& vector) {
  nlohmann::json list = nlohmann::json::array();
  for (double const number : vector.data) {
    expects(std::isfinite(number), name, ": ", vector, " must be finite");
    list.push_back(number);
  }
  return list;
}

}  // namespace pyronn::detail
