// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include <pyronn/core/error.hpp>

namespace pyronn::detail {

/// Throws FileError: the file's name, a colon and the parts joined.
template <class... Parts>
[[noreturn]] void fail_file(std::filesystem::path const& path, Parts const&... parts) {
  throw FileError(message(path.string(), ": ", parts...));
}

/// What the operating system says about its last failed call.
inline std::string last_system_error() {
  return errno == 0 ? "unknown reason" : std::generic_category().message(errno);
}

}  // namespace pyronn::detail
