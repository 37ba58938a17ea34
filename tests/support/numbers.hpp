// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Numbers to feed operators and geometries with, and measures of how far results are apart.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <pyronn/core/math.hpp>

namespace test {

inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double degrees = pyronn::pi / 180;  ///< [rad]

/// Evenly spread in [-1, 1), the same on every platform.
inline std::vector<float> random_values(std::uint32_t seed, std::int64_t count) {
  std::mt19937 engine{seed};
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(engine() >> 8) * 0x1p-23F - 1.0F;
  return values;
}

/// The same in double, with more bits than a float has.
inline std::vector<double> random_doubles(std::uint32_t seed, std::int64_t count) {
  std::mt19937 engine{seed};
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) {
    std::uint64_t const high = engine() >> 5;
    value = static_cast<double>(high << 26 | engine() >> 6) * 0x1p-52 - 1.0;
  }
  return values;
}

template <class A, class B>
double dot(std::vector<A> const& a, std::vector<B> const& b) {
  double sum = 0;
  for (std::size_t n = 0; n < a.size(); ++n) {
    sum += static_cast<double>(a[n]) * static_cast<double>(b[n]);
  }
  return sum;
}

template <class T>
double norm(std::vector<T> const& a) {
  return std::sqrt(dot(a, a));
}

/// |a - b| / |b|; infinite where the lengths differ.
template <class A, class B>
double relative_l2(std::vector<A> const& a, std::vector<B> const& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double sum = 0;
  for (std::size_t n = 0; n < a.size(); ++n) {
    double const difference = static_cast<double>(a[n]) - static_cast<double>(b[n]);
    sum += difference * difference;
  }
  return std::sqrt(sum) / norm(b);
}

/// alpha a + beta b
inline std::vector<float> combine(float alpha, std::vector<float> a, float beta,
                                  std::vector<float> const& b) {
  for (std::size_t n = 0; n < a.size(); ++n) a[n] = alpha * a[n] + beta * b[n];
  return a;
}

inline bool all_finite(std::vector<float> const& values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

}  // namespace test
