// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The factors of vector operations, which are numbers or lie in memory of an executor.
#include <type_traits>

#include <pyronn/core/config.hpp>
#include <pyronn/exec/quotient.hpp>

namespace pyronn::detail {

/// The names of an operation and its arguments in messages.
struct VectorNames {
  char const* function;
  char const* x;
  char const* y;
  char const* scalar;
};

/// The number that a kernel multiplies with.
PYRONN_HOST_DEVICE inline float scalar_value(float scalar) { return scalar; }
PYRONN_HOST_DEVICE inline float scalar_value(float const* scalar) { return *scalar; }
PYRONN_HOST_DEVICE inline float scalar_value(double const* scalar) {
  return static_cast<float>(*scalar);
}
template <class T>
PYRONN_HOST_DEVICE float scalar_value(Quotient<T> scalar) {
  auto const numerator = static_cast<double>(*scalar.numerator);
  if (numerator == 0.0) return 0.0F;
  return scalar.sign * static_cast<float>(numerator / static_cast<double>(*scalar.denominator));
}

/// What a kernel holds for a caller's factor: numbers are rounded to float, pointers kept.
template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
float held_scalar(T scalar) {
  return static_cast<float>(scalar);
}
inline float const* held_scalar(float const* scalar) { return scalar; }
inline double const* held_scalar(double const* scalar) { return scalar; }
template <class T>
Quotient<T> held_scalar(Quotient<T> scalar) {
  return scalar;
}

/// Throws InvalidArgument where the executor cannot reach a factor.
template <class Executor>
void check_scalar(Executor const&, float, char const*) {}
template <class Executor, class T>
void check_scalar(Executor const& executor, T const* scalar, char const* what) {
  executor.check_reachable(scalar, what);
}
template <class Executor, class T>
void check_scalar(Executor const& executor, Quotient<T> scalar, char const* what) {
  executor.check_reachable(scalar.numerator, what);
  executor.check_reachable(scalar.denominator, what);
}

}  // namespace pyronn::detail
