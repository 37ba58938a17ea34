// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Random numbers of the Poisson distribution.
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/simulate/random_numbers.hpp>

namespace pyronn {

namespace detail {

/// The logarithm of the probability of k (a whole number) for this mean. The large terms, which
/// nearly cancel, are combined first (C. Loader, "Fast and accurate computation of binomial
/// probabilities", 2000); log k! is Stirling's series, off by less than 1e-12 from k = 10 on.
PYRONN_HOST_DEVICE inline double log_poisson_probability(double k, double mean) {
  if (k < 10.0) {
    double factorial = 1.0;
    for (int i = 2; i <= static_cast<int>(k); ++i) factorial *= i;
    return k * std::log(mean) - mean - std::log(factorial);
  }
  double const excess = (mean - k) / k;
  double const per_square = 1.0 / (k * k);
  double const series =
      (1.0 / 12 - per_square * (1.0 / 360 - per_square * (1.0 / 1260 - per_square / 1680))) / k;
  return k * (std::log1p(excess) - excess) - 0.5 * std::log(2.0 * pi * k) - series;
}

/// Counts how many uniform numbers can be multiplied before the product is below exp(-mean): D. E.
/// Knuth, "The art of computer programming", vol. 2, 3.4.1.
PYRONN_HOST_DEVICE inline double small_poisson(double mean, RandomNumbers& random) {
  double const limit = std::exp(-mean);
  double count = 0.0;
  double product = random.uniform();
  while (product > limit) {
    count += 1.0;
    product *= random.uniform();
  }
  return count;
}

/// Transformed rejection with squeeze (PTRS) for means of at least 10: W. Hoermann, "The
/// transformed rejection method for generating Poisson random variables", Insurance: Mathematics
/// and Economics 12 (1993).
PYRONN_HOST_DEVICE inline double large_poisson(double mean, RandomNumbers& random) {
  double const b = 0.931 + 2.53 * std::sqrt(mean);
  double const a = -0.059 + 0.02483 * b;
  double const inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  double const squeeze = 0.9277 - 3.6224 / (b - 2.0);
  while (true) {
    double const u = random.uniform() - 0.5;
    double const v = random.uniform();
    double const us = 0.5 - pyronn::abs(u);
    double const k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0.0 || (us < 0.013 && v > us)) continue;
    if (std::log(v * inverse_alpha / (a / (us * us) + b)) <= log_poisson_probability(k, mean)) {
      return k;
    }
  }
}

}  // namespace detail

/// A count from the Poisson distribution with this mean; exact but for double precision. NaN for a
/// mean that is negative or NaN. A mean above 2^50 is returned as it is: a float cannot hold its
/// noise.
PYRONN_HOST_DEVICE inline double poisson(double mean, RandomNumbers& random) {
  if (!(mean >= 0.0)) return std::nan("");
  if (mean > 0x1p50) return mean;
  return mean < 10.0 ? detail::small_poisson(mean, random) : detail::large_poisson(mean, random);
}

}  // namespace pyronn
