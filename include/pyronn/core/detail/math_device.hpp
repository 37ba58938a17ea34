// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The functions of core/math.hpp, which alone includes this, while nvcc compiles for the device.
#include <cstdint>

#include <pyronn/core/config.hpp>

namespace pyronn {

/// 1/x with the hardware's approximation: it is at most 1 ulp off and takes one instruction.
PYRONN_HOST_DEVICE inline float reciprocal(float x) {
  float result = 0.0F;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

PYRONN_HOST_DEVICE inline double reciprocal(double x) { return 1.0 / x; }

/// 1/sqrt(x) with the hardware's approximation: its relative error is at most 2^-22.
PYRONN_HOST_DEVICE inline float reciprocal_sqrt(float x) {
  float result = 0.0F;
  asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

/// The sine and the cosine of pi x, which need no reduction of large angles.
PYRONN_HOST_DEVICE inline float sin_pi(float x) { return sinpif(x); }
PYRONN_HOST_DEVICE inline double sin_pi(double x) { return sinpi(x); }
PYRONN_HOST_DEVICE inline float cos_pi(float x) { return cospif(x); }
PYRONN_HOST_DEVICE inline double cos_pi(double x) { return cospi(x); }

/// The smaller and the larger of two numbers, in one instruction each. Where one of them is NaN the
/// result is the other; the host's min and max return their first argument then.
PYRONN_HOST_DEVICE inline float min(float a, float b) { return fminf(a, b); }
PYRONN_HOST_DEVICE inline float max(float a, float b) { return fmaxf(a, b); }

/// The largest integer that is not above x, for |x| below 2^31.
PYRONN_HOST_DEVICE inline int floor_to_int(float x) { return __float2int_rd(x); }
PYRONN_HOST_DEVICE inline int floor_to_int(double x) { return __double2int_rd(x); }

namespace detail {

/// Reads memory that is not written while the kernel runs.
template <class T>
PYRONN_HOST_DEVICE T load_read_only(T const* address) {
  return __ldg(address);
}

PYRONN_HOST_DEVICE inline std::uint32_t bits_of_float(float value) {
  return __float_as_uint(value);
}
PYRONN_HOST_DEVICE inline float float_of_bits(std::uint32_t bits) { return __uint_as_float(bits); }

/// Whether low <= x < high, where 0 <= high; for x = -0 the result may be either. Floats that are
/// not negative are ordered as their bits are, and the bits of negative ones and NaN are larger, so
/// that for low = 0 one comparison of bits does the work of two.
PYRONN_HOST_DEVICE inline bool is_between(float x, float low, float high) {
  if (low == -anywhere && high == anywhere) return true;
  if (low == 0.0F) return bits_of_float(x) < bits_of_float(high);
  return x >= low && x < high;
}
PYRONN_HOST_DEVICE inline bool is_between(double x, double low, double high) {
  return (low == -anywhere_of<double> && high == anywhere_of<double>) || (x >= low && x < high);
}

PYRONN_HOST_DEVICE inline float over_common(float x, float divisor) { return x / divisor; }

PYRONN_HOST_DEVICE inline Polar polar_of(float x, float y) {
  return {atan2f(y, x), sqrtf(x * x + y * y)};
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

/// 2^23. Added to a number in [0, 2^22) and rounded down, it leaves the number's integer part in
/// the last bits. Conversion instructions would do the same at a quarter of the rate.
inline constexpr float index_shift = 8388608.0F;
inline constexpr unsigned grid_index_origin = 0x4b000000U;

PYRONN_HOST_DEVICE inline GridIndex grid_index_of(float x) {
  float const shifted = __fadd_rd(x, index_shift);
  return {__float_as_uint(shifted), x - (shifted - index_shift)};
}
PYRONN_HOST_DEVICE inline BasicGridIndex<double> grid_index_of(double x) {
  int const index = __double2int_rz(x);
  return {grid_index_origin + static_cast<unsigned>(index), x - static_cast<double>(index)};
}

/// Returns its argument, about which the compiler then knows nothing: it keeps an address in one
/// register instead of computing it again for every load.
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
