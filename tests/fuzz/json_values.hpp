// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Drivers of readers of JSON values.
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <pyronn/core/error.hpp>

#include "../support/temporary_folder.hpp"
#include "fuzz.hpp"

namespace fuzz {

/// Reads a T; what was read can be written and read again.
template <class T>
bool reads_json(nlohmann::json const& json) {
  return returns<pyronn::InvalidArgument>([&] {
    T const value = json.get<T>();
    try {
      nlohmann::json const written = value;
      static_cast<void>(written.get<T>());
    } catch (pyronn::InvalidArgument const& error) {
      throw Finding{std::string{"what was read cannot be written and read again: "} + error.what()};
    }
  });
}

/// Files that hold one of these types.
template <class... Types>
Reader json_reader(char const* name, std::vector<nlohmann::json> const& values) {
  std::vector<std::string> corpus;
  for (nlohmann::json const& value : values) corpus.push_back(value.dump());
  corpus.push_back(values[0].dump(2));
  return {name,
          corpus,
          {"[",
           "]",
           "{",
           "}",
           ",",
           ":",
           "null",
           "true",
           "\"\"",
           "[]",
           "{}",
           "[0,0,0]",
           "\"columns\":4,",
           "\"rotation\":\"clockwise\"",
           "\"\\u0000\"",
           "\"\\u001b\":1,",
           "[[[[[[[[[[",
           "]]]]]]]]]]",
           "-",
           "1e400",
           "[1,2,3,4]",
           ",\"vectors\":[]"},
          [](std::filesystem::path const& path) {
            auto const json = nlohmann::json::parse(test::read_bytes(path), nullptr, false);
            if (json.is_discarded()) return false;
            bool const read[] = {reads_json<Types>(json)...};
            for (bool const one : read) {
              if (one) return true;
            }
            return false;
          }};
}

}  // namespace fuzz
