// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Half and BFloat16: numbers of 16 bits.
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn {

/// IEEE binary16, in memory the same as CUDA's `__half`: it holds numbers up to 65504, rounded to
/// 11 bits (a relative error up to 2^-11 = 4.9e-4), and below 6.1e-5 multiples of 6.0e-8.
struct Half {
  std::uint16_t bits;  ///< 1 bit of sign, 5 of exponent, 10 of fraction

  Half() = default;
  /// Rounds to the nearest half, ties to even; numbers that are too large become infinite.
  PYRONN_HOST_DEVICE explicit Half(float value) : bits{detail::half_bits_of(value)} {}
  /// The conversion is exact.
  PYRONN_HOST_DEVICE operator float() const { return detail::float_of_half_bits(bits); }
};

/// The upper half of a float, in memory the same as CUDA's `__nv_bfloat16`: it has float's range
/// and is rounded to 8 bits (a relative error up to 2^-8 = 3.9e-3).
struct BFloat16 {
  std::uint16_t bits;  ///< 1 bit of sign, 8 of exponent, 7 of fraction

  BFloat16() = default;
  /// Rounds to the nearest, ties to even.
  PYRONN_HOST_DEVICE explicit BFloat16(float value) : bits{rounded(value)} {}
  /// The conversion is exact.
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

}  // namespace pyronn
