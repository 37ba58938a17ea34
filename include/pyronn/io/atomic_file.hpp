// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// AtomicFile: a file that appears whole or not at all.
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <locale>
#include <system_error>
#include <utility>

#include <pyronn/io/detail/file_error.hpp>
#include <pyronn/io/detail/temporary_file.hpp>

namespace pyronn {

/// A file that appears whole or not at all. Data is written to a temporary file in the same folder,
/// which `commit` renames to the target; until then, and where anything fails, the target is
/// unchanged. The destructor removes a temporary file that was not committed; a killed process
/// leaves it (`.pyronn-*.tmp`) behind, unless a signal handler calls `remove_all_temporaries`. The
/// data is not forced to the disk, so that a power loss may lose it.
///
/// Every error of a file is a FileError whose message begins with the target's name. A symbolic
/// link is followed; a file that is going to be replaced gives its permissions to the temporary
/// file; write-protected files, folders and devices are refused. The stream is binary and prints
/// numbers in the "C" locale.
class AtomicFile {
 public:
  /// Opens the temporary file. Throws FileError.
  explicit AtomicFile(std::filesystem::path target)
      : name_{std::move(target)},
        target_{checked_target(name_)},
        temporary_{name_, target_},
        // ext4 writes files that were truncated to the disk when they are closed.
        stream_{temporary_.path(), std::ios::binary | std::ios::in | std::ios::out} {
    if (!stream_) {
      detail::fail_file(name_,
                        "cannot open a temporary file beside it: ", detail::last_system_error());
    }
    stream_.imbue(std::locale::classic());
  }

  AtomicFile(AtomicFile const&) = delete;
  AtomicFile& operator=(AtomicFile const&) = delete;
  ~AtomicFile() = default;

  /// Removes the temporary files of all AtomicFile that there are in this program, whose commits
  /// fail from then on. It is what a handler of SIGINT or SIGTERM calls before the program ends,
  /// and does only what a handler may. It does nothing on systems that are not Unix.
  static void remove_all_temporaries() noexcept { detail::remove_temporary_files(); }

  /// The stream of the temporary file. Errors of what is written to it are reported by `commit`.
  [[nodiscard]] std::ofstream& stream() { return stream_; }

  /// Where the temporary file is, for a library that opens files by their names. What it writes
  /// there it must have finished before `commit`.
  [[nodiscard]] std::filesystem::path temporary_path() const { return temporary_.path(); }

  /// Writes this many bytes. Where that fails it throws FileError at once, with the system's
  /// reason.
  void write(void const* data, std::int64_t bytes) {
    if (bytes == 0) return;
    errno = 0;
    stream_.write(static_cast<char const*>(data), static_cast<std::streamsize>(bytes));
    if (!stream_) detail::fail_file(name_, "cannot be written: ", detail::last_system_error());
  }

  /// Replaces the target by the temporary file. Throws FileError where any write to the stream
  /// failed, where the target cannot be replaced, and for a second call.
  void commit() {
    if (committed_) detail::fail_file(name_, "is already committed");
    stream_.exceptions(std::ios::goodbit);
    if (!stream_) detail::fail_file(name_, "an earlier write to it failed");
    errno = 0;
    if (stream_.is_open()) stream_.close();
    if (!stream_) detail::fail_file(name_, "cannot be written: ", detail::last_system_error());
    std::error_code error;
    temporary_.rename_to(target_, error);
    if (error) detail::fail_file(name_, "cannot be replaced: ", error.message());
    committed_ = true;
  }

 private:
  static std::filesystem::path follow_links(std::filesystem::path path) {
    constexpr int link_limit = 40;
    std::error_code error;
    for (int link = 0; link < link_limit && std::filesystem::is_symlink(path, error); ++link) {
      path = path.parent_path() / std::filesystem::read_symlink(path, error);
    }
    return path;
  }

  /// The file that `name` leads to, which can be written for all that is known.
  static std::filesystem::path checked_target(std::filesystem::path const& name) {
    std::filesystem::path target = follow_links(name);
    if (!target.has_filename()) detail::fail_file(name, "does not name a file");
    std::error_code error;
    auto const status = std::filesystem::status(target, error);
    if (status.type() == std::filesystem::file_type::not_found) return target;
    if (status.type() == std::filesystem::file_type::none) {
      detail::fail_file(name, "cannot be written: ", error.message());
    }
    if (!std::filesystem::is_regular_file(status)) {
      detail::fail_file(name, "is not a regular file and cannot be replaced");
    }
    using std::filesystem::perms;
    auto const writers = perms::owner_write | perms::group_write | perms::others_write;
    if ((status.permissions() & writers) == perms::none) {
      detail::fail_file(name, "is write-protected");
    }
    return target;
  }

  std::filesystem::path name_;    ///< as the caller wrote it, for messages
  std::filesystem::path target_;  ///< with symbolic links followed
  detail::TemporaryFile temporary_;
  std::ofstream stream_;
  bool committed_ = false;
};

}  // namespace pyronn
