// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// AtomicFile: a file that appears whole or not at all.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <locale>
#include <random>
#include <string>
#include <system_error>
#include <utility>

#include <pyronn/io/detail/file_error.hpp>

namespace pyronn {

/// A file that appears whole or not at all. Data is written to a temporary file in the same folder,
/// which `commit` renames to the target; until then, and where anything fails, the target is
/// unchanged. The destructor removes a temporary file that was not committed; a killed process
/// leaves it (`.pyronn-*.tmp`) behind. The data is not forced to the disk, so that a power loss may
/// lose it.
///
/// Every error is a FileError whose message begins with the target's name. A symbolic link is
/// followed, the permissions of a replaced file are kept, and write-protected files, folders and
/// devices are refused. The stream is binary and prints numbers in the "C" locale.
class AtomicFile {
 public:
  /// Opens the temporary file. Throws FileError.
  explicit AtomicFile(std::filesystem::path target)
      : name_{std::move(target)}, target_{follow_links(name_)} {
    check_target();
    create_temporary();
    stream_.imbue(std::locale::classic());
    stream_.open(temporary_, std::ios::binary);
    if (!stream_) {
      std::string const reason = detail::last_system_error();
      discard();
      detail::fail_file(name_, "cannot open a temporary file beside it: ", reason);
    }
  }

  AtomicFile(AtomicFile const&) = delete;
  AtomicFile& operator=(AtomicFile const&) = delete;

  ~AtomicFile() {
    if (!committed_) discard();
  }

  /// The stream of the temporary file. Errors of what is written to it are reported by `commit`.
  [[nodiscard]] std::ofstream& stream() { return stream_; }

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
    replace_target();
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

  void check_target() const {
    if (!target_.has_filename()) detail::fail_file(name_, "does not name a file");
    std::error_code error;
    auto const status = std::filesystem::status(target_, error);
    if (status.type() == std::filesystem::file_type::not_found) return;
    if (status.type() == std::filesystem::file_type::none) {
      detail::fail_file(name_, "cannot be written: ", error.message());
    }
    if (!std::filesystem::is_regular_file(status)) {
      detail::fail_file(name_, "is not a regular file and cannot be replaced");
    }
    using std::filesystem::perms;
    auto const writers = perms::owner_write | perms::group_write | perms::others_write;
    if ((status.permissions() & writers) == perms::none) {
      detail::fail_file(name_, "is write-protected");
    }
  }

  /// Finds a name that is not in use by creating the file exclusively.
  void create_temporary() {
    constexpr int attempts = 16;
    std::random_device random;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      auto const number = (std::uint64_t{random()} << 32) | random();
      temporary_ = target_.parent_path() / (".pyronn-" + std::to_string(number) + ".tmp");
      errno = 0;
      if (std::FILE* const created = std::fopen(temporary_.string().c_str(), "wbx")) {
        std::fclose(created);
        return;
      }
      if (errno != EEXIST) break;
    }
    detail::fail_file(name_,
                      "cannot create a temporary file beside it: ", detail::last_system_error());
  }

  void replace_target() {
    std::error_code error;
    auto const old = std::filesystem::status(target_, error);
    if (std::filesystem::is_regular_file(old)) {
      std::filesystem::permissions(temporary_, old.permissions(), error);
    }
    std::filesystem::rename(temporary_, target_, error);
    if (error) detail::fail_file(name_, "cannot be replaced: ", error.message());
  }

  void discard() {
    stream_.exceptions(std::ios::goodbit);
    if (stream_.is_open()) stream_.close();
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
  }

  std::filesystem::path name_;    ///< as the caller wrote it, for messages
  std::filesystem::path target_;  ///< with symbolic links followed
  std::filesystem::path temporary_;
  std::ofstream stream_;
  bool committed_ = false;
};

}  // namespace pyronn
