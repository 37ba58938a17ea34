// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers of binary headers, little-endian on every machine.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <pyronn/io/readable_file.hpp>

namespace pyronn::detail {

/// The number that bytes hold, the lowest one first: an integer, a float or a double.
template <class T>
T little_endian(std::byte const* bytes) {
  using Bits = std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
  static_assert(std::is_arithmetic_v<T> && sizeof(T) == sizeof(Bits));
  Bits bits = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) {
    bits = static_cast<Bits>(bits << 8U | std::to_integer<Bits>(bytes[i]));
  }
  T value{};
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// The 32-bit integer at a byte of a file. Throws FileError where the file ends before.
inline std::int32_t read_int32(ReadableFile const& file, std::int64_t offset) {
  std::byte bytes[4];
  file.read(offset, 4, bytes);
  return little_endian<std::int32_t>(bytes);
}

}  // namespace pyronn::detail
