// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Included by core/math.hpp alone, while nvcc compiles for the device.
#include <cstdint>

#include <pyronn/core/config.hpp>

namespace pyronn {

/// 1/x with the hardware's approximation: at most 1 ulp off, one instruction.
PYRONN_HOST_DEVICE inline float reciprocal(float x) {
  float result = 0.0F;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

/// 1/sqrt(x), likewise: at most 2^-22 of it off.
PYRONN_HOST_DEVICE inline float reciprocal_sqrt(float x) {
  float result = 0.0F;
  asm("rsqrt.approx.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

/// The sine and the cosine of pi x, which need no way for large angles.
PYRONN_HOST_DEVICE inline float sin_pi(float x) { return sinpif(x); }
PYRONN_HOST_DEVICE inline double sin_pi(double x) { return sinpi(x); }
PYRONN_HOST_DEVICE inline float cos_pi(float x) { return cospif(x); }
PYRONN_HOST_DEVICE inline double cos_pi(double x) { return cospi(x); }

/// Of a number and something that is none, the number; one instruction each.
PYRONN_HOST_DEVICE inline float min(float a, float b) { return fminf(a, b); }
PYRONN_HOST_DEVICE inline float max(float a, float b) { return fmaxf(a, b); }

PYRONN_HOST_DEVICE inline int floor_to_int(float x) { return __float2int_rd(x); }

namespace detail {

/// Reads memory that nobody writes while the kernel runs.
template <class T>
PYRONN_HOST_DEVICE T load_read_only(T const* address) {
  return __ldg(address);
}

PYRONN_HOST_DEVICE inline std::uint32_t bits_of_float(float value) {
  return __float_as_uint(value);
}
PYRONN_HOST_DEVICE inline float float_of_bits(std::uint32_t bits) { return __uint_as_float(bits); }

/// Whether low <= x < high, where 0 <= high; of -0 either answer may come. Numbers without a sign
/// are ordered as their bits are, and all others come after them: one comparison for two.
PYRONN_HOST_DEVICE inline bool is_between(float x, float low, float high) {
  if (low == -anywhere && high == anywhere) return true;
  if (low == 0.0F) return bits_of_float(x) < bits_of_float(high);
  return x >= low && x < high;
}

PYRONN_HOST_DEVICE inline std::uint16_t half_bits_of(float value) {
  std::uint16_t bits = 0;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}
PYRONN_HOST_DEVICE inline float float_of_half_bits(std::uint16_t bits) {
  float value = 0.0F;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
}

/// Added to a number below 2^23 and rounded down, leaves its integer part in the last bits: the
/// conversion instructions have a quarter of the rate.
inline constexpr float cell_shift = 8388608.0F;
inline constexpr unsigned grid_index_origin = 0x4b000000U;

PYRONN_HOST_DEVICE inline GridIndex grid_index_of(float x) {
  float const shifted = __fadd_rd(x, cell_shift);
  return {__float_as_uint(shifted), x - (shifted - cell_shift)};
}

/// The same value, of which the compiler knows nothing: it then keeps an address in one piece
/// instead of adding up its parts again for every load.
template <class T>
PYRONN_HOST_DEVICE T const* hide_from_optimizer(T const* pointer) {
  asm("" : "+l"(pointer));
  return pointer;
}
PYRONN_HOST_DEVICE inline unsigned hide_from_optimizer(unsigned value) {
  asm("" : "+r"(value));
  return value;
}

}  // namespace detail

}  // namespace pyronn
