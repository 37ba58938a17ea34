// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Vec: vectors of two to four numbers, for geometry on host and device.
#include <cmath>

#include <pyronn/core/config.hpp>

namespace pyronn {

/// N numbers with the arithmetic of a vector; axis 0 is x (or u), axis 1 is y (or v), axis 2 is z.
template <class T, int N>
struct Vec {
  T data[N];  ///< the numbers, axis 0 first

  /// @{
  /// The number along an axis, which is not checked.
  PYRONN_HOST_DEVICE constexpr T& operator[](int axis) { return data[axis]; }
  PYRONN_HOST_DEVICE constexpr T const& operator[](int axis) const { return data[axis]; }
  /// @}

  /// @{
  /// Sums and differences are taken axis by axis; a factor multiplies every axis.
  PYRONN_HOST_DEVICE constexpr Vec& operator+=(Vec const& other) {
    for (int i = 0; i < N; ++i) data[i] += other[i];
    return *this;
  }
  PYRONN_HOST_DEVICE constexpr Vec& operator-=(Vec const& other) {
    for (int i = 0; i < N; ++i) data[i] -= other[i];
    return *this;
  }
  PYRONN_HOST_DEVICE constexpr Vec& operator*=(T factor) {
    for (int i = 0; i < N; ++i) data[i] *= factor;
    return *this;
  }
  friend PYRONN_HOST_DEVICE constexpr Vec operator+(Vec a, Vec const& b) { return a += b; }
  friend PYRONN_HOST_DEVICE constexpr Vec operator-(Vec a, Vec const& b) { return a -= b; }
  friend PYRONN_HOST_DEVICE constexpr Vec operator*(T factor, Vec a) { return a *= factor; }
  friend PYRONN_HOST_DEVICE constexpr Vec operator*(Vec a, T factor) { return a *= factor; }
  friend PYRONN_HOST_DEVICE constexpr Vec operator-(Vec a) { return a *= T{-1}; }
  /// @}

  /// @{
  /// Vectors are equal where they are equal on every axis; a NaN equals nothing.
  friend PYRONN_HOST_DEVICE constexpr bool operator==(Vec const& a, Vec const& b) {
    for (int i = 0; i < N; ++i) {
      if (!(a[i] == b[i])) return false;
    }
    return true;
  }
  friend PYRONN_HOST_DEVICE constexpr bool operator!=(Vec const& a, Vec const& b) {
    return !(a == b);
  }
  /// @}
};

using Vec2f = Vec<float, 2>;   ///< (x, y) or (u, v) as kernels have it
using Vec3f = Vec<float, 3>;   ///< (x, y, z) as kernels have it
using Vec2d = Vec<double, 2>;  ///< (x, y) or (u, v) as geometries are set up
using Vec3d = Vec<double, 3>;  ///< (x, y, z) as geometries are set up

/// The scalar product.
template <class T, int N>
PYRONN_HOST_DEVICE constexpr T dot(Vec<T, N> const& a, Vec<T, N> const& b) {
  T sum = a[0] * b[0];
  for (int i = 1; i < N; ++i) sum += a[i] * b[i];
  return sum;
}

/// The vector product a x b, right-handed.
template <class T>
PYRONN_HOST_DEVICE constexpr Vec<T, 3> cross(Vec<T, 3> const& a, Vec<T, 3> const& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

/// The Euclidean length, in the unit of the numbers.
template <class T, int N>
PYRONN_HOST_DEVICE T length(Vec<T, N> const& a) {
  return std::sqrt(dot(a, a));
}

/// The product axis by axis.
template <class T, int N>
PYRONN_HOST_DEVICE constexpr Vec<T, N> scale(Vec<T, N> a, Vec<T, N> const& b) {
  for (int i = 0; i < N; ++i) a[i] *= b[i];
  return a;
}

/// Every number as another type, rounded as static_cast rounds.
template <class To, class From, int N>
PYRONN_HOST_DEVICE constexpr Vec<To, N> vec_cast(Vec<From, N> const& from) {
  Vec<To, N> to{};
  for (int i = 0; i < N; ++i) to[i] = static_cast<To>(from[i]);
  return to;
}

}  // namespace pyronn
