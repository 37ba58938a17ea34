// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/resource.h>

#include <pyronn/io/atomic_file.hpp>
#include <pyronn/io/detail/file_error.hpp>

namespace example {

/// A program that is stopped leaves no temporary file behind.
inline void stop(int signal) {
  pyronn::AtomicFile::remove_all_temporaries();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// What `main` does first. Where standard input, output or error is closed, it becomes a file that
/// fails, or the next file that is opened would take its number and receive what is printed.
inline void prepare_process() {
  for (int const stream : {0, 1, 2}) {
    if (fcntl(stream, F_GETFD) < 0) {
      static_cast<void>(open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY));
    }
  }
  for (int const signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGXCPU}) {
    if (std::signal(signal, stop) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
  std::signal(SIGXFSZ, SIG_IGN);  // what is written beyond the limit of files fails
}

/// Throws std::runtime_error where something that was printed is lost.
inline void flush_standard_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  throw std::runtime_error{"standard output cannot be written: " +
                           pyronn::detail::last_system_error()};
}

/// Throws pyronn::FileError where a file of so many bytes cannot be written, for all that is known
/// beforehand.
inline void check_output(std::filesystem::path const& path, std::int64_t bytes) {
  pyronn::AtomicFile const probe{path};
  std::error_code unknown;
  auto const folder = path.has_parent_path() ? path.parent_path() : ".";
  auto const space = std::filesystem::space(folder, unknown);
  auto const wanted = static_cast<std::uintmax_t>(bytes);
  if (!unknown && space.available < wanted) {
    pyronn::detail::fail_file(path, "takes ", bytes, " bytes, but the disk has ", space.available);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  if (limit.rlim_cur >= wanted) return;
  pyronn::detail::fail_file(path, "takes ", bytes, " bytes, but files may have ", limit.rlim_cur,
                            " at most (ulimit -f)");
}

}  // namespace example
