// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Files that are open for direct reads and writes.
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>

#include <pyronn/io/detail/file_descriptor.hpp>
#include <pyronn/io/detail/page_memory.hpp>
#include <pyronn/io/file_transfer.hpp>

namespace pyronn::detail {

/// Opens a file for direct reads, if that is what is asked for; null where it
/// cannot be read so.
inline std::unique_ptr<FileDescriptor> open_for_direct_reads(std::filesystem::path const& path,
                                                             FileAccess access) {
  if (access == FileAccess::buffered) return nullptr;
  auto file = std::make_unique<FileDescriptor>(path, FileUse::read_direct);
  PageMemory const page{page_bytes()};
  bool const is_read =
      file->is_open() && file->read(0, static_cast<std::int64_t>(page_bytes()), page.data()) > 0;
  return is_read ? std::move(file) : nullptr;
}

/// The same for direct writes to a file of `size` bytes, whose first page becomes 0.
inline std::unique_ptr<FileDescriptor> open_for_direct_writes(std::filesystem::path const& path,
                                                              FileAccess access,
                                                              std::int64_t size) {
  auto const bytes = static_cast<std::int64_t>(page_bytes());
  if (access == FileAccess::buffered || size < bytes) return nullptr;
  auto file = std::make_unique<FileDescriptor>(path, FileUse::write_direct);
  PageMemory const page{page_bytes()};
  std::memset(page.data(), 0, page_bytes());
  bool const is_written = file->is_open() && file->write(0, bytes, page.data()) == bytes;
  return is_written ? std::move(file) : nullptr;
}

/// The way of a file that was opened by one of these.
inline FileAccess access_of(std::unique_ptr<FileDescriptor> const& direct) {
  return direct != nullptr ? FileAccess::direct : FileAccess::buffered;
}

}  // namespace pyronn::detail
