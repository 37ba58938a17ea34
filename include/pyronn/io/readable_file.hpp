// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ReadableFile: a file that is read in any order; MappedFile: one that lies in memory.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include <pyronn/io/detail/file_descriptor.hpp>
#include <pyronn/io/detail/file_error.hpp>

namespace pyronn {

/// A file that is open for reading. Several threads may read it at a time. The messages of its
/// FileErrors begin with the file's name.
class ReadableFile {
 public:
  /// Opens a file. Throws FileError for a folder, a pipe or a device, too.
  explicit ReadableFile(std::filesystem::path path)
      : path_{std::move(path)}, size_{size_of_regular(path_)}, descriptor_{path_} {
    if (!descriptor_.is_open()) {
      detail::fail_file(path_, "cannot be opened: ", detail::last_system_error());
    }
  }

  /// The name that it was opened by.
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

  /// What the file held when it was opened [bytes].
  [[nodiscard]] std::int64_t size() const { return size_; }

  /// Reads `count` bytes from `offset` on. Throws FileError where the file ends before.
  void read(std::int64_t offset, std::int64_t count, void* bytes) const {
    auto* out = static_cast<std::byte*>(bytes);
    while (count > 0) {
      auto const got = descriptor_.read(offset, count, out);
      if (got < 0) {
        detail::fail_file(path_, "cannot be read at byte ", offset, ": ",
                          detail::last_system_error());
      }
      if (got == 0) {
        detail::fail_file(path_, "ends at byte ", offset, ", where ", count, " more are needed");
      }
      offset += got;
      out += got;
      count -= got;
    }
  }

  /// The system need not keep these bytes in its page cache.
  void forget(std::int64_t offset, std::int64_t count) const noexcept {
    descriptor_.forget(offset, count);
  }
  /// The system is not to read more than what is asked for.
  void expect_random_order() const noexcept { descriptor_.expect_random_order(); }

 private:
  friend class MappedFile;

  static std::int64_t size_of_regular(std::filesystem::path const& path) {
    std::error_code error;
    auto const status = std::filesystem::status(path, error);
    if (error) detail::fail_file(path, "cannot be read: ", error.message());
    if (std::filesystem::is_directory(status)) detail::fail_file(path, "is a folder");
    if (!std::filesystem::is_regular_file(status)) {
      detail::fail_file(path, "is a pipe or a device, which cannot be read in any order");
    }
    auto const bytes = std::filesystem::file_size(path, error);
    if (error) detail::fail_file(path, "cannot be read: ", error.message());
    return static_cast<std::int64_t>(bytes);
  }

  std::filesystem::path path_;
  std::int64_t size_;
  detail::FileDescriptor descriptor_;
};

/// A whole file in memory, which the system reads where it is looked at. A program that looks at it
/// after another one has made the file shorter is ended by the system, as with every mapped file;
/// ReadableFile::read throws then.
class MappedFile {
 public:
  /// Maps it; the open file itself is not needed any more.
  explicit MappedFile(ReadableFile const& file)
      : bytes_{file.descriptor_.map(file.size())}, size_{file.size()} {}
  MappedFile(MappedFile const&) = delete;
  MappedFile& operator=(MappedFile const&) = delete;
  ~MappedFile() {
    if (bytes_ != nullptr) detail::FileDescriptor::unmap(bytes_, size_);
  }

  /// Its first byte; null where the system maps no files, or not this one.
  [[nodiscard]] std::byte const* bytes() const { return static_cast<std::byte const*>(bytes_); }

 private:
  void* bytes_;
  std::int64_t size_;
};

}  // namespace pyronn
