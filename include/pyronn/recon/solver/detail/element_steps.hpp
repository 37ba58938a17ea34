// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps of solvers that work element by element, for for_each_element; `with_scalars` reads what
/// lies in the executor's memory once for many elements.
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/detail/scalar.hpp>

namespace pyronn::detail {

/// Element i of an optional array, 1 where there is none.
template <class T>
PYRONN_HOST_DEVICE element_number_t<T> number_or_one(T const* array, std::int64_t i) {
  return array == nullptr ? element_number_t<T>{1} : load_number(array, i);
}

/// value between bounds; a value that is no number stays none.
template <class Number>
PYRONN_HOST_DEVICE Number bounded(Number value, Number lower, Number upper) {
  return value < lower ? lower : value > upper ? upper : value;
}

/// w / sum where the sum is positive, else 0: weights of rows or columns from their sums.
template <class T>
struct InvertSums {
  using Number = element_number_t<T>;

  T const* sums;
  T const* weights;  ///< or null

  PYRONN_HOST_DEVICE InvertSums with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    Number const sum = widen(sums[i]);
    return element_of<T>(sum > 0 ? number_or_one(weights, i) / sum : Number{0});
  }
};

/// 1 / sum of a column, 0 where the sum is negligible beside the mean of all: kernels of transposes
/// take differences of sums, and leave their rounding where nothing is seen.
template <class T>
struct InvertColumnSums {
  using Number = element_number_t<T>;
  static constexpr double negligible = 1e-4;

  T const* sums;
  double const* total;  ///< of all sums, in the executor's memory
  std::int64_t count;
  Number least = 0;

  PYRONN_HOST_DEVICE InvertColumnSums with_scalars() const {
    // Not below 0, whatever the entries of a user's map add up to.
    double const mean = pyronn::max(*total / static_cast<double>(count), 0.0);
    return {sums, total, count, static_cast<Number>(negligible * mean)};
  }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    Number const sum = widen(sums[i]);
    return element_of<T>(sum > least ? 1 / sum : Number{0});
  }
};

/// bounded(x + factor c g), and x as it is where the mask is 0. The factor is a number or a pointer
/// to one in the executor's memory.
template <class T, class Factor = element_number_t<T>>
struct BoundedStep {
  using Number = element_number_t<T>;

  T const* x;
  Factor factor;
  T const* c;  ///< or null: 1
  T const* g;
  T const* mask;  ///< or null
  Number lower;
  Number upper;

  PYRONN_HOST_DEVICE BoundedStep<T, Number> with_scalars() const {
    return {x, scalar_value<Number>(factor), c, g, mask, lower, upper};
  }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    if (mask != nullptr && widen(mask[i]) == Number{0}) return x[i];
    Number const change = c == nullptr ? widen(g[i]) : widen(c[i]) * widen(g[i]);
    return element_of<T>(bounded(widen(x[i]) + factor * change, lower, upper));
  }
};

/// The larger of a and factor b.
template <class T>
struct LargerOf {
  using Number = element_number_t<T>;

  T const* a;
  Number factor;
  T const* b;

  PYRONN_HOST_DEVICE LargerOf with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    Number const here = widen(a[i]);
    Number const other = factor * widen(b[i]);
    return element_of<T>(other > here ? other : here);
  }
};

/// bounded(x), and x as it is where the mask is 0.
template <class T>
struct BoundElements {
  using Number = element_number_t<T>;

  T const* x;
  T const* mask;  ///< or null
  Number lower;
  Number upper;

  PYRONN_HOST_DEVICE BoundElements with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    if (mask != nullptr && widen(mask[i]) == Number{0}) return x[i];
    return element_of<T>(bounded(widen(x[i]), lower, upper));
  }
};

/// w y, 0 where w is 0, whatever y is; w may be null.
template <class T, class Y = T>
struct WeighElements {
  Y const* y;
  T const* w;

  PYRONN_HOST_DEVICE WeighElements with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    if (w == nullptr) return element_of<T>(widen(y[i]));
    auto const weight = widen(w[i]);
    return element_of<T>(weight == 0 ? weight : weight * widen(y[i]));
  }
};

/// The root of w times y, 0 where w is 0, whatever y is.
template <class T>
struct WeighByRoots {
  T const* y;
  T const* w;

  PYRONN_HOST_DEVICE WeighByRoots with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    auto const weight = widen(w[i]);
    return element_of<T>(weight == 0 ? weight : std::sqrt(weight) * widen(y[i]));
  }
};

/// x where the mask is not 0, else 0.
template <class T>
struct KeepWhere {
  T const* x;
  T const* mask;

  PYRONN_HOST_DEVICE KeepWhere with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    return widen(mask[i]) == 0 ? element_of<T>(element_number_t<T>{0}) : x[i];
  }
};

/// The terms of a sum of w x x, without those where w is 0; w may be null.
template <class X, class W>
struct WeightedSquareTerm {
  X const* x;
  W const* w;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    auto const weight = static_cast<double>(number_or_one(w, i));
    auto const value = static_cast<double>(load_number(x, i));
    return weight == 0 ? 0.0 : weight * value * value;
  }
};

/// The square of the difference of two elements, as a term of a sum.
template <class T>
struct SquareDifferenceTerm {
  T const* x;
  T const* y;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    double const difference =
        static_cast<double>(load_number(x, i)) - static_cast<double>(load_number(y, i));
    return difference * difference;
  }
};

/// 0 where a number is finite or its weight is 0, else 1; the weights may be null.
template <class T, class W = T>
struct NotFiniteTerm {
  T const* x;
  W const* weights;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    if (number_or_one(weights, i) == 0) return 0;
    return std::isfinite(load_number(x, i)) ? 0 : 1;
  }
};

/// 0 where a number is at least 0 and finite, else 1.
template <class T>
struct NegativeTerm {
  T const* x;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    auto const value = load_number(x, i);
    return value >= 0 && std::isfinite(value) ? 0 : 1;
  }
};

}  // namespace pyronn::detail
