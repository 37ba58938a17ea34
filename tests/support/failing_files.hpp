// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The system's calls of files, of which one fails, or all do less than they were asked for. A
// program that includes this header, in one source, is linked with --wrap of each of them.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <exception>

#include <boost/test/unit_test.hpp>
#include <sys/types.h>

#include <pyronn/core/error.hpp>

namespace test {

/// How many calls go well before one fails; negative: all do.
inline std::atomic<long> calls_until_failure{-1};
/// The reason of the failure.
inline std::atomic<int> failure_reason{EIO};
/// The most bytes that a call moves; whole pages where it is asked for whole pages.
inline std::atomic<std::size_t> most_moved_bytes{std::size_t{1} << 40};
/// Every other call is interrupted.
inline std::atomic<bool> are_interrupted{false};
/// How many calls there were of pread and pwrite.
inline std::atomic<long> num_moves{0};

inline bool call_fails() {
  if (calls_until_failure < 0 || calls_until_failure-- != 0) return false;
  errno = failure_reason;
  return true;
}
inline bool move_fails() {
  if (++num_moves % 2 == 0 && are_interrupted) {
    errno = EINTR;
    return true;
  }
  return call_fails();
}
inline std::size_t moved(std::size_t bytes) {
  constexpr std::size_t page = 4096;
  std::size_t const most = most_moved_bytes;
  return std::min(bytes, bytes % page == 0 ? std::max(page, most / page * page) : most);
}

/// Lets call 0, 1, ... of the system fail until there is none to fail: `work` throws FileError
/// then, and `check(whether it threw)` looks at what is there. Returns how often it threw.
template <class Work, class Check>
long every_call_fails(Work const& work, Check const& check) {
  long failures = 0;
  for (long call = 0;; ++call) {
    bool has_thrown = false;
    calls_until_failure = call;
    try {
      work();
    } catch (pyronn::FileError const&) {
      has_thrown = true;
    }
    bool const has_failed = calls_until_failure.exchange(-1) < 0;
    BOOST_TEST_CONTEXT("call " << call) { check(has_thrown); }
    failures += has_thrown ? 1 : 0;
    if (!has_failed) return failures;
  }
}

}  // namespace test

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
ssize_t __real_pread(int file, void* bytes, std::size_t count, off_t offset);
ssize_t __real_pwrite(int file, void const* bytes, std::size_t count, off_t offset);
int __real_fallocate(int file, int mode, off_t offset, off_t count);
int __real_ftruncate(int file, off_t size);
int __real_fdatasync(int file);

ssize_t __wrap_pread(int file, void* bytes, std::size_t count, off_t offset) {
  return test::move_fails() ? -1 : __real_pread(file, bytes, test::moved(count), offset);
}
ssize_t __wrap_pwrite(int file, void const* bytes, std::size_t count, off_t offset) {
  return test::move_fails() ? -1 : __real_pwrite(file, bytes, test::moved(count), offset);
}
int __wrap_fallocate(int file, int mode, off_t offset, off_t count) {
  return test::call_fails() ? -1 : __real_fallocate(file, mode, offset, count);
}
int __wrap_ftruncate(int file, off_t size) {
  return test::call_fails() ? -1 : __real_ftruncate(file, size);
}
int __wrap_fdatasync(int file) { return test::call_fails() ? -1 : __real_fdatasync(file); }
// NOLINTEND(bugprone-reserved-identifier)
}
