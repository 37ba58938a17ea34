// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Quotient: a factor of vector operations that stays in the executor's memory.
#include <type_traits>

namespace pyronn {

/// The factor numerator / denominator of axpy, xpby and axpby. Both numbers, floats or doubles, lie
/// where the executor works, and a kernel reads them when it runs. The quotient is 0 where the
/// numerator is 0, even if the denominator is 0, too, so that the iterate of a solver that has
/// converged exactly stays as it is.
template <class T>
struct Quotient {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "A Quotient is one of floats or of doubles.");

  T const* numerator;    ///< in the executor's memory
  T const* denominator;  ///< in the executor's memory
  float sign = 1;        ///< 1 or -1; the quotient is multiplied with it

  /// Both numbers must live until the work that reads them is done.
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
