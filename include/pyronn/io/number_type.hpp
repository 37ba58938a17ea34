// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The types of numbers that files hold.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <pyronn/core/half.hpp>

namespace pyronn {

/// The types of numbers that pyronn reads from files.
enum class NumberType {
  uint8,
  uint16,
  uint32,
  uint64,
  int8,
  int16,
  int32,
  int64,
  float16,
  float32,
  float64
};

/// Calls `visit` with a number of the type, 0, and returns what it returns.
template <class Visit>
decltype(auto) visit_number_type(NumberType type, Visit&& visit) {
  switch (type) {
    case NumberType::uint8:
      return visit(std::uint8_t{});
    case NumberType::uint16:
      return visit(std::uint16_t{});
    case NumberType::uint32:
      return visit(std::uint32_t{});
    case NumberType::uint64:
      return visit(std::uint64_t{});
    case NumberType::int8:
      return visit(std::int8_t{});
    case NumberType::int16:
      return visit(std::int16_t{});
    case NumberType::int32:
      return visit(std::int32_t{});
    case NumberType::int64:
      return visit(std::int64_t{});
    case NumberType::float16:
      return visit(Half{});
    case NumberType::float32:
      return visit(float{});
    case NumberType::float64:
      break;
  }
  return visit(double{});
}

/// The bytes of one number.
[[nodiscard]] inline int bytes_of(NumberType type) {
  return visit_number_type(type, [](auto number) { return static_cast<int>(sizeof(number)); });
}

/// The name that NumPy has for the type: "uint16", "float32".
[[nodiscard]] constexpr char const* name_of(NumberType type) {
  constexpr char const* names[] = {"uint8", "uint16", "uint32",  "uint64",  "int8",   "int16",
                                   "int32", "int64",  "float16", "float32", "float64"};
  return names[static_cast<int>(type)];
}

/// Whether numbers of the type are whole.
[[nodiscard]] constexpr bool is_integer(NumberType type) { return type < NumberType::float16; }

namespace detail {

/// The NumberType of a type of C++.
template <class T>
constexpr NumberType number_type() {
  if constexpr (std::is_same_v<T, Half>) {
    return NumberType::float16;
  } else if constexpr (std::is_floating_point_v<T>) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "numbers of files have at most 64 bits");
    return sizeof(T) == 4 ? NumberType::float32 : NumberType::float64;
  } else {
    static_assert(std::is_integral_v<T> && sizeof(T) <= 8, "a file holds numbers");
    constexpr NumberType of_width[] = {NumberType::uint8, NumberType::uint16, NumberType::uint32,
                                       NumberType::uint64};
    int const log2_bytes = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    int const base = static_cast<int>(of_width[log2_bytes]);
    return static_cast<NumberType>(std::is_signed_v<T> ? base + 4 : base);
  }
}

/// Whether each number of Stored is read as a T: into float and double, where long numbers are
/// rounded, and between unsigned integers that do not get narrower.
template <class Stored, class T>
inline constexpr bool reads_as_v = std::is_floating_point_v<T> ||
                                   (std::is_integral_v<Stored> && std::is_unsigned_v<Stored> &&
                                    std::is_unsigned_v<T> && sizeof(Stored) <= sizeof(T));

template <std::size_t Width>
void swap_bytes_of(std::byte* numbers, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, numbers += Width) {
    std::byte swapped[Width];
    for (std::size_t k = 0; k < Width; ++k) swapped[k] = numbers[Width - 1 - k];
    std::copy_n(swapped, Width, numbers);
  }
}

/// Turns round the bytes of each of `count` numbers.
inline void swap_bytes(void* numbers, std::size_t count, int bytes) {
  auto* const first = static_cast<std::byte*>(numbers);
  if (bytes == 2) return swap_bytes_of<2>(first, count);
  if (bytes == 4) return swap_bytes_of<4>(first, count);
  if (bytes == 8) return swap_bytes_of<8>(first, count);
  auto const width = static_cast<std::size_t>(bytes);
  for (std::size_t i = 0; i < count; ++i) std::reverse(first + i * width, first + (i + 1) * width);
}

}  // namespace detail
}  // namespace pyronn
