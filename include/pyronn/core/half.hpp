// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers of 16 bits.
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn {

/// IEEE binary16, as CUDA's `__half`, and in memory the same: numbers up to 65504, rounded to 11
/// bits (a relative error up to 2^-11 = 4.9e-4), below 6.1e-5 to multiples of 6.0e-8.
struct Half {
  std::uint16_t bits;  ///< 1 bit of sign, 5 of exponent, 10 of fraction

  Half() = default;
  /// To the nearest, of two the even one; what is too large becomes infinite.
  PYRONN_HOST_DEVICE explicit Half(float value) : bits{detail::half_bits_of(value)} {}
  /// The conversion is exact.
  PYRONN_HOST_DEVICE operator float() const { return detail::float_of_half_bits(bits); }
};

/// The upper half of a float, as CUDA's `__nv_bfloat16`, and in memory the same: float's range,
/// rounded to 8 bits (a relative error up to 2^-8 = 3.9e-3).
struct BFloat16 {
  std::uint16_t bits;  ///< 1 bit of sign, 8 of exponent, 7 of fraction

  BFloat16() = default;
  /// To the nearest, of two the even one.
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
