// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reading text files.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <pyronn/io/detail/file_error.hpp>

namespace pyronn::detail {

/// The contents of a file. Throws FileError where it cannot be read.
inline std::string read_text_file(std::filesystem::path const& path) {
  if (std::filesystem::is_directory(path)) fail_file(path, "is a folder");
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  if (!file) fail_file(path, "cannot be opened: ", last_system_error());
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (file.bad()) fail_file(path, "cannot be read: ", last_system_error());
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

}  // namespace pyronn::detail
