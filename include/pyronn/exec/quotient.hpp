// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

namespace pyronn {

/// numerator / denominator of two numbers, float or double, that lie where the executor works and
/// that a kernel reads when it runs: a factor of axpy, xpby and axpby. It is 0 where the numerator
/// is 0, whatever the denominator, so that a solver that has arrived stays where it is.
template <class T>
struct Quotient {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "A Quotient is one of floats or of doubles.");

  T const* numerator;    ///< where the executor works
  T const* denominator;  ///< where the executor works
  float sign = 1;        ///< what the quotient is multiplied with: 1 or -1

  /// Both must live until the work that reads them is done.
  Quotient(T const* numerator_, T const* denominator_)
      : numerator{numerator_}, denominator{denominator_} {}

  /// The negative quotient.
  Quotient operator-() const {
    Quotient negative = *this;
    negative.sign = -sign;
    return negative;
  }
};

}  // namespace pyronn
