// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "bad_input.hpp"

namespace example {

using Json = nlohmann::json;

/// One value of a JSON text and how a reader finds it there: `detector.pixel_mm[1]`. Every function
/// throws BadInput with that name and the value unless the value is what is asked for.
class Field {
 public:
  Field(Json const& value, std::string name) : value_{&value}, name_{std::move(name)} {}

  [[nodiscard]] std::string const& name() const { return name_; }

  [[noreturn]] void refuse(std::string const& reason) const {
    constexpr std::size_t longest = 60;
    std::string text = value_->dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > longest) text = text.substr(0, longest) + "...";
    throw BadInput((name_.empty() ? "" : name_ + ": ") + text + " " + reason);
  }

  /// Checks that this is an object whose fields are among `known`; another is likely misspelt.
  [[nodiscard]] Field const& object(std::set<std::string> const& known) const {
    if (!value_->is_object()) refuse("must be an object { }");
    for (auto const& item : value_->items()) {
      if (known.count(item.key()) > 0) continue;
      std::string names;
      for (std::string const& name : known) names += (names.empty() ? "" : ", ") + name;
      Field{item.value(), join(item.key())}.refuse("is an unknown field; known here: " + names);
    }
    return *this;
  }

  [[nodiscard]] bool has(char const* key) const { return value_->contains(key); }
  [[nodiscard]] bool is_text() const { return value_->is_string(); }
  [[nodiscard]] bool is_object() const { return value_->is_object(); }

  [[nodiscard]] Field operator[](char const* key) const {
    if (!has(key)) throw BadInput(join(key) + ": is missing");
    return {value_->at(key), join(key)};
  }

  [[nodiscard]] std::vector<Field> elements() const {
    if (!value_->is_array() || value_->empty()) refuse("must be a list [ ] that is not empty");
    std::vector<Field> result;
    result.reserve(value_->size());
    for (std::size_t i = 0; i < value_->size(); ++i) {
      result.emplace_back((*value_)[i], name_ + "[" + std::to_string(i) + "]");
    }
    return result;
  }

  [[nodiscard]] std::vector<Field> elements(std::size_t count) const {
    if (!value_->is_array() || value_->size() != count) {
      refuse("must be a list of " + std::to_string(count));
    }
    return elements();
  }

  [[nodiscard]] double number() const {
    if (!value_->is_number()) refuse("must be a number");
    auto const result = value_->get<double>();
    if (!std::isfinite(result)) refuse("must be finite");
    return result;
  }

  [[nodiscard]] double positive() const {
    double const result = number();
    if (!(result > 0)) refuse("must be positive");
    return result;
  }

  /// A whole number, 1 or more.
  [[nodiscard]] int count() const {
    if (!value_->is_number_integer()) refuse("must be a whole number");
    bool const fits = value_->is_number_unsigned() &&
                      value_->get<std::uint64_t>() <= std::numeric_limits<int>::max();
    if (!fits || value_->get<std::uint64_t>() == 0) refuse("must be from 1 to 2147483647");
    return value_->get<int>();
  }

  [[nodiscard]] std::string text() const {
    if (!value_->is_string() || value_->get<std::string>().empty()) refuse("must be a text");
    return value_->get<std::string>();
  }

  /// N values in a list, each read by a function of Field.
  template <std::size_t N, class T>
  [[nodiscard]] std::array<T, N> list(T (Field::*read)() const) const {
    std::array<T, N> result{};
    std::size_t i = 0;
    for (Field const& element : elements(N)) result[i++] = (element.*read)();
    return result;
  }

 private:
  [[nodiscard]] std::string join(std::string const& key) const {
    return name_.empty() ? key : name_ + "." + key;
  }

  Json const* value_;
  std::string name_;
};

/// The JSON text of a file. Throws BadInput where it is none, and for a key that comes twice.
[[nodiscard]] inline Json parse_json(std::string const& text) {
  std::vector<std::set<std::string>> keys;
  auto const check_keys = [&keys](int depth, Json::parse_event_t event, Json& parsed) {
    constexpr int deepest = 32;
    if (depth > deepest) throw BadInput("is nested deeper than any description");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed).second) {
      throw BadInput(parsed.get<std::string>() + ": comes twice");
    }
    return true;
  };
  try {
    return Json::parse(text, check_keys);
  } catch (Json::exception const& error) {
    std::string const reason = error.what();
    throw BadInput("is not JSON: " + reason.substr(reason.find("] ") + 2));
  }
}

}  // namespace example
