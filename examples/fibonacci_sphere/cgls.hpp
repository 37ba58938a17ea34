// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <utility>
#include <vector>

namespace example {

using Vector = std::vector<float>;

inline double squared_norm(Vector const& a) {
  double sum = 0;
  for (float const value : a) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

/// a + factor b
inline Vector sum(Vector a, double factor, Vector const& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += static_cast<float>(factor) * b[i];
  return a;
}

/// Conjugate gradients on the normal equations, M. R. Hestenes and E. Stiefel, J. Res. Natl. Bur.
/// Stand. 49 (1952): x that makes |A x - lines| small, where `forward` applies A and `transpose`
/// its transpose. Prints that residual relative to |lines|; empty if it does not fall at every
/// step.
template <class Forward, class Transpose>
Vector cgls(Forward const& forward, Transpose const& transpose, Vector const& lines, int steps) {
  Vector residual = lines;
  Vector direction = transpose(residual);
  Vector x(direction.size(), 0.0F);
  double gradient_norm = squared_norm(direction);
  double last = squared_norm(lines);
  for (int step = 1; step <= steps; ++step) {
    Vector const projected = forward(direction);
    double const length = gradient_norm / squared_norm(projected);
    x = sum(std::move(x), length, direction);
    residual = sum(std::move(residual), -length, projected);
    double const now = squared_norm(residual);
    std::printf("iteration %2d: residual %.5f\n", step, std::sqrt(now / squared_norm(lines)));
    if (!(now < last)) return {};
    last = now;
    Vector const gradient = transpose(residual);
    double const norm = squared_norm(gradient);
    direction = sum(gradient, norm / gradient_norm, direction);
    gradient_norm = norm;
  }
  return x;
}

}  // namespace example
