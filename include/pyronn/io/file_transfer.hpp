// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// FileTransfer: how blocks of large files are read and written.
#include <algorithm>
#include <cstddef>

#include <pyronn/core/error.hpp>
#include <pyronn/io/detail/page_memory.hpp>

namespace pyronn {

/// The way between a file and memory.
enum class FileAccess {
  direct,    ///< past the system's page cache (O_DIRECT); buffered where the file system refuses
  buffered,  ///< through the page cache, which gives up at once what has passed
};

/// How blocks of a file are read or written.
struct FileTransfer {
  FileAccess access = FileAccess::direct;            ///< the way
  int threads = 4;                                   ///< with a request each, at least 1
  std::size_t request_bytes = std::size_t{1} << 20;  ///< of one at most; rounded up to pages

  /// What requests take of the host's memory [bytes]: buffers, or pages of the cache.
  [[nodiscard]] std::size_t host_bytes() const {
    return static_cast<std::size_t>(threads) * whole_request_bytes();
  }
  /// The bytes of a request, in whole pages.
  [[nodiscard]] std::size_t whole_request_bytes() const {
    std::size_t const page = detail::page_bytes();
    return (std::max(request_bytes, std::size_t{1}) - 1) / page * page + page;
  }
  /// Throws InvalidArgument for fewer than one thread, and for requests of 1 GiB and more.
  void validate() const {
    detail::expects(threads >= 1, "FileTransfer: threads ", threads, " must be at least 1");
    detail::expects(request_bytes < std::size_t{1} << 30, "FileTransfer: request_bytes ",
                    request_bytes, " must be below 2^30");
  }
};

}  // namespace pyronn
