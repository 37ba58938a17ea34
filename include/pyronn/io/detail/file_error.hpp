// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How errors of files are reported.
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>

#include <pyronn/core/error.hpp>

namespace pyronn::detail {

/// A message on one line that cannot control a terminal, whatever a file holds, and is read at
/// once.
inline std::string printable_message(std::string text) {
  constexpr std::size_t longest = 8192;  // twice as long as a path may be
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  for (char& letter : text) {
    if (static_cast<unsigned char>(letter) < ' ' || letter == '\x7f') letter = '?';
  }
  return text;
}

/// Text of a file in quotes, as messages show it: abbreviated, and without control characters.
inline std::string quoted(std::string text) {
  constexpr std::size_t longest = 40;
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  for (char& letter : text) {
    if (static_cast<unsigned char>(letter) < ' ' || letter == '\x7f') letter = '?';
  }
  return "'" + text + "'";
}

/// Throws FileError; the message is the file's name, a colon and the parts.
template <class... Parts>
[[noreturn]] void fail_file(std::filesystem::path const& path, Parts const&... parts) {
  throw FileError(printable_message(message(path.string(), ": ", parts...)));
}

/// The operating system's text for its last failed call.
inline std::string last_system_error() {
  return errno == 0 ? "unknown reason" : std::generic_category().message(errno);
}

}  // namespace pyronn::detail
