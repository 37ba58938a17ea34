// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers of binary headers, little-endian on every machine.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <pyronn/io/readable_file.hpp>

namespace pyronn::detail {

/// The unsigned integer of `width` bytes, at most 8, that begins at a byte.
inline std::uint64_t little_endian(std::byte const* bytes, int width) {
  std::uint64_t value = 0;
  for (int i = width - 1; i >= 0; --i)
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

inline int little_endian_uint16(std::byte const* bytes) {
  return static_cast<int>(little_endian(bytes, 2));
}

inline std::int32_t little_endian_int32(std::byte const* bytes) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(little_endian(bytes, 4)));
}

inline double little_endian_double(std::byte const* bytes) {
  std::uint64_t const bits = little_endian(bytes, 8);
  double value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// The 32-bit integer at a byte of a file. Throws FileError where the file ends before.
inline std::int32_t read_int32(ReadableFile const& file, std::int64_t offset) {
  std::byte bytes[4];
  file.read(offset, 4, bytes);
  return little_endian_int32(bytes);
}

}  // namespace pyronn::detail
