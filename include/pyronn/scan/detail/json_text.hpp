// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JSON as text.
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <pyronn/core/error.hpp>
#include <pyronn/interop/detail/text_file.hpp>

namespace pyronn::detail {

/// The value of a JSON text. Throws InvalidArgument where it is none, for a key that comes twice
/// and for values that are nested more deeply than a description may be.
[[nodiscard]] inline nlohmann::json parse_json(std::string const& text) {
  using Json = nlohmann::json;
  constexpr int deepest = 32;
  std::vector<std::set<std::string>> keys;
  auto const check_keys = [&keys](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > deepest) throw InvalidArgument("is nested deeper than any description");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed).second) {
      throw InvalidArgument(quoted(parsed.get<std::string>()) + ": comes twice");
    }
    return true;
  };
  try {
    return Json::parse(text, check_keys);
  } catch (Json::exception const& error) {
    std::string const reason = error.what();
    throw InvalidArgument("is not JSON: " + reason.substr(reason.find("] ") + 2));
  }
}

}  // namespace pyronn::detail
