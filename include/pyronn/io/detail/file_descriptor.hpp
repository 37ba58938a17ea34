// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What systems call open files.
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

/// What a file is opened for.
enum class FileUse {
  read,          ///< its bytes come through the system's page cache
  write,         ///< of a file that exists
  read_direct,   ///< not through it, where addresses, offsets and counts are multiples of a page
  write_direct,  ///< the same
};

#if defined(__unix__) || defined(__APPLE__)

/// An open file, whose bytes several threads read or write at a time. Functions that fail leave the
/// reason in errno.
class FileDescriptor {
 public:
  explicit FileDescriptor(std::filesystem::path const& path, FileUse use = FileUse::read)
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): it is the system's
      : number_{can_open(use) ? ::open(path.c_str(), flags_of(use)) : -1} {}
  FileDescriptor(FileDescriptor const&) = delete;
  FileDescriptor& operator=(FileDescriptor const&) = delete;
  ~FileDescriptor() {
    if (is_open()) ::close(number_);
  }

  [[nodiscard]] bool is_open() const { return number_ >= 0; }

  /// Reads at most `count` bytes: returns how many, 0 at the end, -1 where it fails.
  [[nodiscard]] std::int64_t read(std::int64_t offset, std::int64_t count, void* bytes) const {
    constexpr std::int64_t most = 1 << 30;  // systems read no more than 2 GiB in one call
    return repeated([&] {
      return ::pread(number_, bytes, static_cast<std::size_t>(count < most ? count : most),
                     static_cast<off_t>(offset));
    });
  }

  /// Writes at most `count` bytes: returns how many, -1 where it fails.
  [[nodiscard]] std::int64_t write(std::int64_t offset, std::int64_t count,
                                   void const* bytes) const {
    constexpr std::int64_t most = 1 << 30;
    return repeated([&] {
      return ::pwrite(number_, bytes, static_cast<std::size_t>(count < most ? count : most),
                      static_cast<off_t>(offset));
    });
  }

  /// Makes the file so long, of room that is taken at once where the file system does so. False
  /// where there is none.
  [[nodiscard]] bool reserve(std::int64_t size) const {
    errno = 0;
#if defined(__linux__)
    if (size > 0 && ::fallocate(number_, 0, 0, static_cast<off_t>(size)) == 0) return true;
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) return false;
#endif
    return ::ftruncate(number_, static_cast<off_t>(size)) == 0;
  }

  /// Of `count` bytes, or all from `offset` on for 0, the system keeps nothing in its page cache;
  /// what was written is on its way to the disk first.
  void forget(std::int64_t offset, std::int64_t count) const noexcept {
    int const reason = errno;
#if defined(__linux__)
    static_cast<void>(::sync_file_range(
        number_, static_cast<off_t>(offset), static_cast<off_t>(count),
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
#endif
#if defined(POSIX_FADV_DONTNEED)
    static_cast<void>(::posix_fadvise(number_, static_cast<off_t>(offset),
                                      static_cast<off_t>(count), POSIX_FADV_DONTNEED));
#endif
    errno = reason;
  }

  /// All that was written is on the disk. False where it cannot be.
  [[nodiscard]] bool flush() const {
    errno = 0;
#if defined(__linux__)
    return ::fdatasync(number_) == 0;
#else
    return ::fsync(number_) == 0;
#endif
  }

  /// No more is read than is asked for.
  void expect_random_order() const noexcept {
#if defined(POSIX_FADV_RANDOM)
    static_cast<void>(::posix_fadvise(number_, 0, 0, POSIX_FADV_RANDOM));
#endif
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
  /// Calls again what a signal has interrupted.
  template <class Call>
  static std::int64_t repeated(Call const& call) {
    std::int64_t result = -1;
    do {
      errno = 0;
      result = call();
    } while (result < 0 && errno == EINTR);
    return result;
  }

#if defined(O_DIRECT)
  static constexpr int direct = O_DIRECT;
#else
  static constexpr int direct = 0;
#endif
  static bool can_open(FileUse use) {
    return direct != 0 || use == FileUse::read || use == FileUse::write;
  }
  static int flags_of(FileUse use) {
    bool const reads = use == FileUse::read || use == FileUse::read_direct;
    bool const is_direct = use == FileUse::read_direct || use == FileUse::write_direct;
    return (reads ? O_RDONLY : O_WRONLY) | (is_direct ? direct : 0) | O_CLOEXEC;
  }

  int number_;
};

#else

/// The same by the means of the language: one thread after the other, and nothing is mapped, nor
/// read or written directly.
class FileDescriptor {
 public:
  explicit FileDescriptor(std::filesystem::path const& path, FileUse use = FileUse::read) {
    if (use == FileUse::read) stream_.open(path, std::ios::binary | std::ios::in);
    if (use == FileUse::write) stream_.open(path, std::ios::binary | std::ios::in | std::ios::out);
  }

  [[nodiscard]] bool is_open() const { return stream_.is_open(); }

  [[nodiscard]] std::int64_t read(std::int64_t offset, std::int64_t count, void* bytes) const {
    std::lock_guard const lock{mutex_};
    stream_.clear();
    errno = 0;
    stream_.seekg(offset);
    stream_.read(static_cast<char*>(bytes), count);
    return stream_.bad() ? -1 : static_cast<std::int64_t>(stream_.gcount());
  }

  [[nodiscard]] std::int64_t write(std::int64_t offset, std::int64_t count,
                                   void const* bytes) const {
    std::lock_guard const lock{mutex_};
    stream_.clear();
    errno = 0;
    stream_.seekp(offset);
    stream_.write(static_cast<char const*>(bytes), count).flush();
    return stream_ ? count : -1;
  }

  [[nodiscard]] static bool reserve(std::int64_t) { return true; }
  static void forget(std::int64_t, std::int64_t) noexcept {}
  [[nodiscard]] static bool flush() { return true; }
  static void expect_random_order() noexcept {}

  [[nodiscard]] void* map(std::int64_t) const { return nullptr; }
  static void unmap(void*, std::int64_t) noexcept {}

 private:
  mutable std::mutex mutex_;
  mutable std::fstream stream_;
};

#endif

}  // namespace pyronn::detail
