// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps of expectation maximisation.
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/view_steps.hpp>

namespace pyronn::detail {

/// b / y, 0 where y says nothing about b: where it is 0, or so small beside b that no number holds
/// the ratio.
template <class Number>
PYRONN_HOST_DEVICE Number ratio_or_zero(Number b, Number y) {
  if (!(y > 0)) return 0;
  Number const ratio = b / y;
  return std::isfinite(ratio) ? ratio : Number{0};
}

/// w b / y, 0 where w is 0, whatever b is.
template <class T, class Data = T>
struct WeighRatio {
  using Number = element_number_t<T>;

  Data const* data;    ///< b, of all rays
  T const* weights;    ///< of all rays, or null
  T const* projected;  ///< y, of the subset

  PYRONN_HOST_DEVICE T operator()(std::int64_t in_subset, std::int64_t in_all) const {
    Number const weight = number_or_one(weights, in_all);
    if (weight == 0) return element_of<T>(weight);
    return element_of<T>(weight *
                         ratio_or_zero<Number>(widen(data[in_all]), widen(projected[in_subset])));
  }
};

/// bounded(x c g), and x as it is where the mask or c is 0.
template <class T>
struct BoundedProduct {
  using Number = element_number_t<T>;

  T const* x;
  T const* c;
  T const* g;
  T const* mask;  ///< or null
  Number lower;
  Number upper;

  PYRONN_HOST_DEVICE BoundedProduct with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    if (mask != nullptr && widen(mask[i]) == Number{0}) return x[i];
    Number const weight = widen(c[i]);
    if (weight == 0) return x[i];
    return element_of<T>(bounded(widen(x[i]) * (weight * widen(g[i])), lower, upper));
  }
};

/// The terms of the sum of w (y - b + b log(b / y)), of rays whose ratio counts.
template <class T, class Data = T>
struct DivergenceTerm {
  using Number = element_number_t<T>;

  SubsetRays rays;
  Data const* data;    ///< b, of all rays
  T const* weights;    ///< of all rays, or null
  T const* projected;  ///< y, of the subset

  PYRONN_HOST_DEVICE double operator()(std::int64_t in_subset) const {
    std::int64_t const in_all = rays(in_subset);
    auto const weight = static_cast<double>(number_or_one(weights, in_all));
    if (weight == 0) return 0;
    auto const b = static_cast<double>(load_number(data, in_all));
    auto const y = static_cast<double>(load_number(projected, in_subset));
    double const ratio = ratio_or_zero(b, y);
    return weight * (ratio > 0 ? y - b + b * std::log(ratio) : b > 0 ? 0 : y);
  }
};

/// 1 for a ray that is negative and whose weight is not 0, else 0; the weights may be null.
template <class T, class Data = T>
struct NegativeRayTerm {
  Data const* data;
  T const* weights;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    return number_or_one(weights, i) != 0 && load_number(data, i) < 0 ? 1 : 0;
  }
};

/// 1 for a pixel that is negative once it lies between the bounds, if it is sought, else 0.
template <class T>
struct NegativePixelTerm {
  BoundElements<T> start;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const { return widen(start(i)) < 0 ? 1 : 0; }
};

/// A pixel that is sought once it lies between the bounds; others count as 0.
template <class T>
struct SoughtPixelTerm {
  BoundElements<T> start;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    if (start.mask != nullptr && widen(start.mask[i]) == 0) return 0;
    return static_cast<double>(widen(start(i)));
  }
};

}  // namespace pyronn::detail
