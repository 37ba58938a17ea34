// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What arrays may hold: float, or 16 bits that are read, added up and written as float. What 16
/// bits cost is the rounding of what is stored, and of weights where kernels for halves say so.
#include <cstdint>
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn {

/// IEEE binary16, as CUDA's `__half`, and in memory the same: numbers up to 65504, rounded to 11
/// bits (a relative error up to 2^-11 = 4.9e-4), below 6.1e-5 to multiples of 6.0e-8.
struct Half {
  std::uint16_t bits;  ///< sign, 5 of the exponent, 10 of the fraction

  Half() = default;
  /// To the nearest, of two the even one; what is too large becomes infinite.
  PYRONN_HOST_DEVICE explicit Half(float value) : bits{detail::half_bits_of(value)} {}
  /// Exact.
  PYRONN_HOST_DEVICE operator float() const { return detail::float_of_half_bits(bits); }
};

/// The upper half of a float, as CUDA's `__nv_bfloat16`, and in memory the same: float's range,
/// rounded to 8 bits (a relative error up to 2^-8 = 3.9e-3).
struct BFloat16 {
  std::uint16_t bits;  ///< sign, 8 of the exponent, 7 of the fraction

  BFloat16() = default;
  /// To the nearest, of two the even one.
  PYRONN_HOST_DEVICE explicit BFloat16(float value) : bits{rounded(value)} {}
  /// Exact.
  PYRONN_HOST_DEVICE operator float() const {
    return detail::float_of_bits(static_cast<std::uint32_t>(bits) << 16);
  }

 private:
  static PYRONN_HOST_DEVICE std::uint16_t rounded(float value) {
    std::uint32_t const bits = detail::bits_of_float(value);
    constexpr std::uint32_t quiet = 0x40;
    if (value != value) return static_cast<std::uint16_t>(bits >> 16 | quiet);
    return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
};

/// True for what the operators' arrays may hold.
template <class T>
inline constexpr bool is_storage_v =
    std::is_same_v<T, float> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

/// Fails to compile, with one sentence, unless arrays of T can be read and written.
template <class T>
constexpr void check_storage() {
  static_assert(is_storage_v<T>,
                "Arrays of operators hold float, pyronn::Half or pyronn::BFloat16.");
}

namespace detail {

/// The element at an offset, of memory that nobody writes while the kernel runs.
template <class Offset>
PYRONN_HOST_DEVICE float load_float(float const* base, Offset offset) {
  return load_read_only(base + offset);
}
template <class T, class Offset>
PYRONN_HOST_DEVICE float load_float(T const* base, Offset offset) {
  T value;
  value.bits = load_read_only(&(base + offset)->bits);
  return value;
}

/// What a kernel does with a result: all launches but the first add to what others wrote.
template <class T>
PYRONN_HOST_DEVICE void write_or_add(T& target, float value, bool adds) {
  target = static_cast<T>(adds ? static_cast<float>(target) + value : value);
}

}  // namespace detail

}  // namespace pyronn
