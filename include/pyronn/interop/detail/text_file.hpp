// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reading text files.
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <pyronn/io/detail/file_error.hpp>

namespace pyronn::detail {

/// The contents of a file, which may be a pipe. Throws FileError where it cannot be read.
inline std::string read_text_file(std::filesystem::path const& path) {
  constexpr std::size_t chunk = 1 << 16;
  constexpr std::size_t most = std::size_t{1} << 30;  // some devices never end
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) fail_file(path, "is a folder");
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  if (!file) fail_file(path, "cannot be opened: ", last_system_error());
  std::string text;
  while (file) {
    if (text.size() > most) fail_file(path, "is larger than 1 GiB, which no text is");
    std::size_t const size = text.size();
    text.resize(size + chunk);
    file.read(&text[size], chunk);
    text.resize(size + static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) fail_file(path, "cannot be read: ", last_system_error());
  return text;
}

}  // namespace pyronn::detail
