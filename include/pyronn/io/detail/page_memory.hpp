// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Memory in whole pages, as direct reads and writes need it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace pyronn::detail {

/// What memory, offsets and counts of direct reads and writes are multiples of: a page of the
/// system's cache, and at least any usual block of a disk.
inline std::size_t page_bytes() {
  constexpr std::size_t usual = 4096;
#if defined(_SC_PAGESIZE)
  static std::size_t const bytes = std::max(usual, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
  return bytes;
#else
  return usual;
#endif
}

/// @{
/// The multiple of a page at or before `offset`, at or behind it.
inline std::int64_t page_before(std::int64_t offset) {
  auto const page = static_cast<std::int64_t>(page_bytes());
  return offset / page * page;
}
inline std::int64_t page_behind(std::int64_t offset) {
  return page_before(offset + static_cast<std::int64_t>(page_bytes()) - 1);
}
/// @}

/// Memory that begins at a page.
class PageMemory {
 public:
  /// Throws std::bad_alloc.
  explicit PageMemory(std::size_t bytes)
      : data_{bytes == 0 ? nullptr
                         : static_cast<std::byte*>(
                               ::operator new (bytes, std::align_val_t{page_bytes()}))} {}
  PageMemory(PageMemory const&) = delete;
  PageMemory& operator=(PageMemory const&) = delete;
  ~PageMemory() { ::operator delete (data_, std::align_val_t{page_bytes()}); }

  [[nodiscard]] std::byte* data() const { return data_; }

 private:
  std::byte* data_;
};

}  // namespace pyronn::detail
