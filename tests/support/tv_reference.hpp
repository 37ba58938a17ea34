// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Least squares with total variation in double on the host, by another method than the library's:
// primal-dual steps of one size on a dense matrix, until they change nothing. After
// support/dense_map.hpp.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include <pyronn/core/vec.hpp>

namespace test {

using Doubles = std::vector<double>;

/// 1/2 |W^(1/2) (b - A x)|^2 + c TV(x) for x between bounds pixel by pixel, in the plane or space.
struct TvProblem {
  std::vector<int> size;  ///< of the image, of 2 or 3 axes
  Doubles matrix;         ///< A, row by row; none: A x = x
  Doubles data;           ///< b
  double strength = 1;    ///< c
  Doubles weights{};      ///< W; none: 1
  pyronn::Vec3d spacing{1, 1, 1};
  Doubles lower{};  ///< none: no bound
  Doubles upper{};  ///< none: no bound

  [[nodiscard]] std::size_t pixels() const {
    std::size_t product = 1;
    for (int const n : size) product *= static_cast<std::size_t>(n);
    return product;
  }
  [[nodiscard]] double weight(std::size_t ray) const { return weights.empty() ? 1 : weights[ray]; }
  [[nodiscard]] double bounded(double x, std::size_t pixel) const {
    if (!lower.empty()) x = std::max(x, lower[pixel]);
    return upper.empty() ? x : std::min(x, upper[pixel]);
  }

  [[nodiscard]] Doubles project(Doubles const& x) const {
    if (matrix.empty()) return x;
    Doubles result(data.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
      for (std::size_t j = 0; j < x.size(); ++j) result[i] += matrix[i * x.size() + j] * x[j];
    }
    return result;
  }
  [[nodiscard]] Doubles backproject(Doubles const& y) const {
    if (matrix.empty()) return y;
    Doubles result(pixels());
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (y[i] == 0) continue;
      for (std::size_t j = 0; j < result.size(); ++j) {
        result[j] += matrix[i * result.size() + j] * y[i];
      }
    }
    return result;
  }

  /// Calls f(axis, pixel, next pixel, 1 / spacing) for all differences that are not 0 by
  /// definition.
  template <class F>
  void for_each_difference(F const& f) const {
    std::size_t stride = 1;
    for (std::size_t axis = 0; axis < size.size(); ++axis) {
      auto const n = static_cast<std::size_t>(size[axis]);
      for (std::size_t i = 0; i < pixels(); ++i) {
        if (i / stride % n + 1 < n) {
          f(axis, i, i + stride, 1 / spacing[static_cast<int>(axis)]);
        }
      }
      stride *= n;
    }
  }
  /// Axis after axis.
  [[nodiscard]] Doubles differences(Doubles const& x) const {
    Doubles result(size.size() * pixels());
    for_each_difference([&](std::size_t axis, std::size_t i, std::size_t next, double inverse) {
      result[axis * pixels() + i] = (x[next] - x[i]) * inverse;
    });
    return result;
  }
  [[nodiscard]] double length(Doubles const& fields, std::size_t pixel) const {
    double square = 0;
    for (std::size_t axis = 0; axis < size.size(); ++axis) {
      square += std::pow(fields[axis * pixels() + pixel], 2);
    }
    return std::sqrt(square);
  }

  [[nodiscard]] double total_variation(Doubles const& x) const {
    Doubles const fields = differences(x);
    double sum = 0;
    for (std::size_t i = 0; i < pixels(); ++i) sum += length(fields, i);
    return sum;
  }
  [[nodiscard]] double residual(Doubles const& x) const {
    Doubles const lines = project(x);
    double sum = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (weight(i) > 0) sum += weight(i) * std::pow(data[i] - lines[i], 2);
    }
    return std::sqrt(sum);
  }
  template <class T>
  [[nodiscard]] double objective(std::vector<T> const& image) const {
    Doubles const x(image.begin(), image.end());
    return std::pow(residual(x), 2) / 2 + strength * total_variation(x);
  }

  /// An image of least objective after so many iterations.
  [[nodiscard]] Doubles solve(int iterations) const {
    Doubles const row_sums = project(Doubles(pixels(), 1));
    Doubles const column_sums = backproject(Doubles(data.size(), 1));
    double const rows = *std::max_element(row_sums.begin(), row_sums.end()) *
                        *std::max_element(column_sums.begin(), column_sums.end());
    double differences_square = 0;
    for (std::size_t axis = 0; axis < size.size(); ++axis) {
      differences_square += 4 / std::pow(spacing[static_cast<int>(axis)], 2);
    }
    // Differences are scaled so that both parts of the system have the same norm.
    double const scale = std::sqrt(rows / differences_square);
    double const step = 1 / std::sqrt(2 * rows);
    Doubles x(pixels());
    for (std::size_t j = 0; j < x.size(); ++j) x[j] = bounded(0, j);
    Doubles beyond = x;
    Doubles q(data.size());
    Doubles p(size.size() * pixels());
    for (int n = 0; n < iterations; ++n) {
      Doubles const lines = project(beyond);
      for (std::size_t i = 0; i < q.size(); ++i) {
        q[i] = weight(i) == 0 ? 0 : (q[i] + step * (lines[i] - data[i])) / (1 + step / weight(i));
      }
      Doubles const fields = differences(beyond);
      for (std::size_t i = 0; i < p.size(); ++i) p[i] += step * scale * fields[i];
      for (std::size_t j = 0; j < pixels(); ++j) {
        double const longer = std::max(1.0, length(p, j) * scale / strength);
        for (std::size_t axis = 0; axis < size.size(); ++axis) p[axis * pixels() + j] /= longer;
      }
      Doubles gradient = backproject(q);
      for_each_difference([&](std::size_t axis, std::size_t i, std::size_t next, double inverse) {
        double const value = p[axis * pixels() + i] * inverse * scale;
        gradient[next] += value;
        gradient[i] -= value;
      });
      for (std::size_t j = 0; j < x.size(); ++j) {
        double const before = x[j];
        x[j] = bounded(before - step * gradient[j], j);
        beyond[j] = 2 * x[j] - before;
      }
    }
    return x;
  }
  /// The least objective.
  [[nodiscard]] double least(int iterations) const { return objective(solve(iterations)); }
};

}  // namespace test
