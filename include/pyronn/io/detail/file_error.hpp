// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How errors of files are reported.
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include <pyronn/core/error.hpp>

namespace pyronn::detail {

/// Throws FileError; the message is the file's name, a colon and the parts.
template <class... Parts>
[[noreturn]] void fail_file(std::filesystem::path const& path, Parts const&... parts) {
  throw FileError(message(path.string(), ": ", parts...));
}

/// The operating system's text for its last failed call.
inline std::string last_system_error() {
  return errno == 0 ? "unknown reason" : std::generic_category().message(errno);
}

}  // namespace pyronn::detail
