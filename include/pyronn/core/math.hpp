// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arithmetic spelled the same on host and device.
///
/// min and max have one rule for NaN that code may rely on: where neither argument is NaN they are
/// what their names say; where one is, host and device may differ. On the host, and for double, the
/// first argument is returned; on the device min and max of float return the one that is not NaN.
/// So kernels that must treat NaN alike test for it before.
#include <limits>

#include <pyronn/core/config.hpp>

namespace pyronn {

/// The circle constant: half the circumference of the unit circle.
inline constexpr double pi = 3.14159265358979323846;

}  // namespace pyronn

namespace pyronn::detail {

/// Where a number in [0, 2^22) lies between two integers: `index` is grid_index_origin plus the
/// lower integer, `fraction` the distance from that integer. grid_index_of makes it. Both
/// functions differ between host and device code, so that no GridIndex may travel between them.
template <class Number>
struct BasicGridIndex {
  unsigned index;
  Number fraction;
};
using GridIndex = BasicGridIndex<float>;

/// A point of the plane: its angle from the first axis towards the second, in [-pi, pi], and its
/// distance from the origin. polar_of makes it.
struct Polar {
  float angle;
  float distance;
};

/// `a && b` and `a || b` without a branch.
PYRONN_HOST_DEVICE constexpr bool both(bool a, bool b) {
  return (static_cast<unsigned>(a) & static_cast<unsigned>(b)) != 0U;
}
PYRONN_HOST_DEVICE constexpr bool either(bool a, bool b) {
  return (static_cast<unsigned>(a) | static_cast<unsigned>(b)) != 0U;
}

/// A bound that excludes nothing: everything, NaN included, lies between -anywhere and anywhere.
template <class Number>
inline constexpr Number anywhere_of = std::numeric_limits<Number>::infinity();
inline constexpr float anywhere = anywhere_of<float>;

}  // namespace pyronn::detail

#if PYRONN_DEVICE_PASS
#include <pyronn/core/detail/math_device.hpp>
#else
#include <pyronn/core/detail/math_host.hpp>
#endif

namespace pyronn {

/// The smaller of two values; the first one where they are equal or one is NaN.
template <class T>
PYRONN_HOST_DEVICE constexpr T min(T a, T b) {
  return b < a ? b : a;
}

/// The larger of two values; the first one where they are equal or one is NaN.
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
