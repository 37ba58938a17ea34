// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JsonReader: reads JSON values, with messages that name the field.
#include <algorithm>
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
  JsonReader(nlohmann::json const& value, std::string name)
      : value_{&value}, name_{std::move(name)} {}

  /// Checks that this is an object with exactly these fields.
  [[nodiscard]] JsonReader const& object(std::vector<char const*> const& fields) const {
    if (!value_->is_object()) refuse("must be an object { }");
    for (auto const& item : value_->items()) {
      bool known = false;
      for (char const* const field : fields) known = known || item.key() == field;
      if (!known) {
        JsonReader{item.value(), join(printable_text(item.key()))}.refuse("is an unknown field");
      }
    }
    for (char const* const field : fields) {
      expects(value_->contains(field), join(field), " is missing");
    }
    return *this;
  }

  [[nodiscard]] bool has(char const* field) const {
    return value_->is_object() && value_->contains(field);
  }

  [[nodiscard]] JsonReader operator[](char const* field) const {
    return {value_->at(field), join(field)};
  }

  /// The elements of a list, which must not be empty.
  [[nodiscard]] std::vector<JsonReader> elements() const {
    if (!value_->is_array() || value_->empty()) refuse("must be a list [ ] that is not empty");
    std::vector<JsonReader> result;
    result.reserve(value_->size());
    for (std::size_t i = 0; i < value_->size(); ++i) {
      result.emplace_back((*value_)[i], name_ + "[" + std::to_string(i) + "]");
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

  template <int N>
  [[nodiscard]] Vec<double, N> vector() const {
    Vec<double, N> result{};
    int axis = 0;
    for (JsonReader const& element : elements(N)) result[axis++] = element.number();
    return result;
  }

  [[noreturn]] void refuse(std::string const& reason) const {
    constexpr std::size_t longest = 60;
    std::string text = printable_text(*value_);
    if (text.size() > longest) text = text.substr(0, longest) + "...";
    throw InvalidArgument(message("pyronn::", name_, ": ", text, " ", reason));
  }

 private:
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
    return name_ + (name_.find(':') == std::string::npos ? ": " : ".") + field;
  }

  nlohmann::json const* value_;
  std::string name_;
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
