// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arithmetic spelled the same on host and device.
#include <cmath>
#include <limits>

#include <pyronn/core/config.hpp>

namespace pyronn {

/// Half the circumference of the unit circle.
inline constexpr double pi = 3.14159265358979323846;

}  // namespace pyronn

namespace pyronn::detail {

/// Where a number that is not negative and below 2^22 lies between two integers: the lower one,
/// counted from grid_index_origin, and the way from there. Made by grid_index_of.
struct GridIndex {
  unsigned index;
  float fraction;
};

/// `a && b` and `a || b` without a branch.
PYRONN_HOST_DEVICE constexpr bool both(bool a, bool b) {
  return (static_cast<unsigned>(a) & static_cast<unsigned>(b)) != 0U;
}
PYRONN_HOST_DEVICE constexpr bool either(bool a, bool b) {
  return (static_cast<unsigned>(a) | static_cast<unsigned>(b)) != 0U;
}

/// A bound that bounds nothing: what lies between -anywhere and anywhere need not be a number.
inline constexpr float anywhere = std::numeric_limits<float>::infinity();

}  // namespace pyronn::detail

#if PYRONN_DEVICE_PASS
#include <pyronn/core/detail/math_device.hpp>
#else
#include <pyronn/core/detail/math_host.hpp>
#endif

namespace pyronn {

/// The smaller of two; the first where they are equal or not ordered.
template <class T>
PYRONN_HOST_DEVICE constexpr T min(T a, T b) {
  return b < a ? b : a;
}

/// The larger of two; the first where they are equal or not ordered.
template <class T>
PYRONN_HOST_DEVICE constexpr T max(T a, T b) {
  return a < b ? b : a;
}

/// The number of [low, high] that is nearest to `value`.
template <class T>
PYRONN_HOST_DEVICE constexpr T clamp(T value, T low, T high) {
  return min(max(value, low), high);
}

/// The value without its sign.
template <class T>
PYRONN_HOST_DEVICE constexpr T abs(T value) {
  return value < T{0} ? -value : value;
}

}  // namespace pyronn
