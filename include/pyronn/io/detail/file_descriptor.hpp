// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What systems call files that are open for reading.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#else
#include <fstream>
#include <mutex>
#endif

namespace pyronn::detail {

#if defined(__unix__) || defined(__APPLE__)

/// An open file, whose bytes several threads read at a time. Functions that fail leave the reason
/// in errno.
class FileDescriptor {
 public:
  explicit FileDescriptor(std::filesystem::path const& path)  // NOLINTNEXTLINE: it is the system's
      : number_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {}
  FileDescriptor(FileDescriptor const&) = delete;
  FileDescriptor& operator=(FileDescriptor const&) = delete;
  ~FileDescriptor() {
    if (is_open()) ::close(number_);
  }

  [[nodiscard]] bool is_open() const { return number_ >= 0; }

  /// Reads at most `count` bytes: returns how many, 0 at the end, -1 where it fails.
  [[nodiscard]] std::int64_t read(std::int64_t offset, std::int64_t count, void* bytes) const {
    constexpr std::int64_t most = 1 << 30;  // systems read no more than 2 GiB in one call
    auto const length = static_cast<std::size_t>(count < most ? count : most);
    std::int64_t got = -1;
    do {
      errno = 0;
      got = ::pread(number_, bytes, length, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    return got;
  }

  /// The first `count` bytes in memory; null where that cannot be.
  [[nodiscard]] void* map(std::int64_t count) const {
    if (count == 0) return nullptr;
    void* const start =
        ::mmap(nullptr, static_cast<std::size_t>(count), PROT_READ, MAP_SHARED, number_, 0);
    return start == MAP_FAILED ? nullptr : start;
  }

  static void unmap(void* start, std::int64_t count) noexcept {
    ::munmap(start, static_cast<std::size_t>(count));
  }

 private:
  int number_;
};

#else

/// The same by the means of the language: one thread after the other, and nothing is mapped.
class FileDescriptor {
 public:
  explicit FileDescriptor(std::filesystem::path const& path) : stream_{path, std::ios::binary} {}

  [[nodiscard]] bool is_open() const { return stream_.is_open(); }

  [[nodiscard]] std::int64_t read(std::int64_t offset, std::int64_t count, void* bytes) const {
    std::lock_guard const lock{mutex_};
    stream_.clear();
    errno = 0;
    stream_.seekg(offset);
    stream_.read(static_cast<char*>(bytes), count);
    return stream_.bad() ? -1 : static_cast<std::int64_t>(stream_.gcount());
  }

  [[nodiscard]] void* map(std::int64_t) const { return nullptr; }
  static void unmap(void*, std::int64_t) noexcept {}

 private:
  mutable std::mutex mutex_;
  mutable std::ifstream stream_;
};

#endif

}  // namespace pyronn::detail
