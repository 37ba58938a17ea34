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
template <class Number>
PYRONN_HOST_DEVICE Number scalar_value(Number scalar) {
  return scalar;
}
template <class Number, class T>
PYRONN_HOST_DEVICE Number scalar_value(T const* scalar) {
  return static_cast<Number>(*scalar);
}
template <class Number, class T>
PYRONN_HOST_DEVICE Number scalar_value(Quotient<T> scalar) {
  auto const numerator = static_cast<double>(*scalar.numerator);
  if (numerator == 0.0) return 0;
  return static_cast<Number>(scalar.sign) *
         static_cast<Number>(numerator / static_cast<double>(*scalar.denominator));
}

/// What a kernel holds for a caller's factor: numbers are rounded to what it computes in, pointers
/// kept.
template <class Number, class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
Number held_scalar(T scalar) {
  return static_cast<Number>(scalar);
}
template <class Number>
float const* held_scalar(float const* scalar) {
  return scalar;
}
template <class Number>
double const* held_scalar(double const* scalar) {
  return scalar;
}
template <class Number, class T>
Quotient<T> held_scalar(Quotient<T> scalar) {
  return scalar;
}

/// Throws InvalidArgument where the executor cannot reach a factor.
template <class Executor, class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
void check_scalar(Executor const&, Number, char const*) {}
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
