// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The functions of core/math.hpp, which alone includes this, wherever code for the host is
/// compiled.
#include <cmath>
#include <cstdint>
#include <cstring>

#include <pyronn/core/config.hpp>

namespace pyronn {

namespace detail {

PYRONN_HOST_DEVICE inline std::uint32_t bits_of_float(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
PYRONN_HOST_DEVICE inline float float_of_bits(std::uint32_t bits) {
  float value = 0.0F;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace detail

PYRONN_HOST_DEVICE inline float reciprocal(float x) { return 1.0f / x; }
PYRONN_HOST_DEVICE inline double reciprocal(double x) { return 1.0 / x; }

/// 1/sqrt(x) of a positive normal number, within 2 ulp, without a call, so that loops vectorise:
/// half of the exponent is a first guess, and three steps of Newton's method follow.
PYRONN_HOST_DEVICE inline float reciprocal_sqrt(float x) {
  float result = detail::float_of_bits(0x5f3759dfU - (detail::bits_of_float(x) >> 1U));
  for (int step = 0; step < 3; ++step) result += result * (0.5F - 0.5F * x * result * result);
  return result;
}
template <class T>
PYRONN_HOST_DEVICE T sin_pi(T x) {
  return std::sin(static_cast<T>(pi) * x);
}
template <class T>
PYRONN_HOST_DEVICE T cos_pi(T x) {
  return std::cos(static_cast<T>(pi) * x);
}

/// The largest integer that is not above x, for |x| below 2^31: a truncation and a correction below
/// zero, which compilers vectorise.
PYRONN_HOST_DEVICE inline int floor_to_int(float x) {
  int const truncated = static_cast<int>(x);
  return truncated - static_cast<int>(static_cast<float>(truncated) > x);
}
PYRONN_HOST_DEVICE inline int floor_to_int(double x) {
  int const truncated = static_cast<int>(x);
  return truncated - static_cast<int>(static_cast<double>(truncated) > x);
}

namespace detail {

template <class T>
PYRONN_HOST_DEVICE T load_read_only(T const* address) {
  return *address;
}

template <class Number>
PYRONN_HOST_DEVICE inline bool is_between(Number x, Number low, Number high) {
  return either(both(low == -anywhere_of<Number>, high == anywhere_of<Number>),
                both(x >= low, x < high));
}

/// x / divisor, up to an ulp, where many x share the divisor: it is inverted once for all.
PYRONN_HOST_DEVICE inline float over_common(float x, float divisor) { return x * (1.0F / divisor); }

/// The sum of coefficients[n] x^n.
template <int Count>
PYRONN_HOST_DEVICE float polynomial(float const (&coefficients)[Count], float x) {
  float sum = coefficients[Count - 1];
  for (int n = Count - 2; n >= 0; --n) sum = sum * x + coefficients[n];
  return sum;
}

/// Without calls, so that loops vectorise. Both polynomials are best approximations in relative
/// error on [0, 1] by Remez' exchange (E. Ya. Remez, 1934): atan(x) / x in x^2 within 2.4e-9 and
/// sqrt(1 + x) within 2.9e-9. With rounding, errors are below 2.5 ulp.
PYRONN_HOST_DEVICE inline Polar polar_of(float x, float y) {
  constexpr float of_angle[] = {0.9999999976F,  -0.3333328364F,  0.1999826604F,  -0.1426193312F,
                                0.1094203072F,  -0.08377315571F, 0.05755210335F, -0.03080459782F,
                                0.01072694416F, -0.001753930124F};
  constexpr float of_distance[] = {1.000000003F,    0.4999994707F,   -0.1249842381F,
                                   0.06231838656F,  -0.03799558534F, 0.02368986777F,
                                   -0.01260428861F, 0.004594177759F, -0.0008042354065F};
  constexpr float smallest = 1.2e-38F;  // so that the origin has an angle
  constexpr auto half_turn = static_cast<float>(pi);
  float const abs_x = x < 0.0F ? -x : x;
  float const abs_y = y < 0.0F ? -y : y;
  bool const is_steep = abs_y > abs_x;
  float const longer = is_steep ? abs_y : abs_x;
  float const ratio = (is_steep ? abs_x : abs_y) / (longer > smallest ? longer : smallest);
  float const square = ratio * ratio;
  float angle = ratio * polynomial(of_angle, square);
  angle = is_steep ? 0.5F * half_turn - angle : angle;
  angle = x < 0.0F ? half_turn - angle : angle;
  return {y < 0.0F ? -angle : angle, longer * polynomial(of_distance, square)};
}

PYRONN_HOST_DEVICE inline std::uint16_t half_bits_of(float value) {
  std::uint32_t const all = bits_of_float(value);
  std::uint32_t const sign = all >> 16 & 0x8000U;
  std::uint32_t const magnitude = all & 0x7fffffffU;
  constexpr std::uint32_t infinity = 0x7f800000U;
  constexpr std::uint32_t too_large = 0x477ff000U;  // 65520, half a step beyond the largest
  constexpr std::uint32_t normal = 0x38800000U;     // 2^-14
  if (magnitude > infinity) return static_cast<std::uint16_t>(sign | 0x7e00U);
  if (magnitude >= too_large) return static_cast<std::uint16_t>(sign | 0x7c00U);
  if (magnitude < normal) {
    // The last bit of a float near 0.5 is worth as much as the last bit of the smallest halves, so
    // the addition rounds to it.
    std::uint32_t const rounded = bits_of_float(float_of_bits(magnitude) + 0.5F);
    return static_cast<std::uint16_t>(sign | (rounded - bits_of_float(0.5F)));
  }
  std::uint32_t const rounded = magnitude + 0xfffU + (magnitude >> 13 & 1U);
  constexpr std::uint32_t bias = 112U << 23;
  return static_cast<std::uint16_t>(sign | (rounded - bias) >> 13);
}

PYRONN_HOST_DEVICE inline float float_of_half_bits(std::uint16_t bits) {
  std::uint32_t const sign = (bits & 0x8000U) << 16;
  std::uint32_t const magnitude = bits & 0x7fffU;
  // Shifted to where a float has its fraction, the exponent is 112 too low.
  std::uint32_t const normal = (magnitude << 13) + (112U << 23);
  // The last bit of a float near 0.5 is worth as much as the last bit of the smallest halves.
  // Floats as small as these would be 0 where a program has subnormal numbers flushed.
  std::uint32_t const small = bits_of_float(float_of_bits(bits_of_float(0.5F) | magnitude) - 0.5F);
  std::uint32_t const is_small = 0U - static_cast<std::uint32_t>(magnitude < 0x400U);
  std::uint32_t const special = magnitude >= 0x7c00U ? 0x7f800000U : 0U;
  return float_of_bits(sign | (small & is_small) | (normal & ~is_small) | special);
}

inline constexpr unsigned grid_index_origin = 0;

template <class Number>
PYRONN_HOST_DEVICE inline BasicGridIndex<Number> grid_index_of(Number x) {
  int const index = static_cast<int>(x);
  return {static_cast<unsigned>(index), x - static_cast<Number>(index)};
}

template <class T>
PYRONN_HOST_DEVICE T const* hide_from_optimizer(T const* pointer) {
  return pointer;
}
PYRONN_HOST_DEVICE inline unsigned hide_from_optimizer(unsigned value) { return value; }

}  // namespace detail

}  // namespace pyronn
