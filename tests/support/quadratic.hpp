// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The least squares of a SmallSystem as matrices, and conjugate gradients on them. After
// support/backends.hpp.
#include <vector>

#include <Eigen/Dense>

#include "dense_map.hpp"
#include "small_systems.hpp"

namespace test {

using Eigen::MatrixXd;
using Eigen::VectorXd;

inline VectorXd vector_of(Doubles const& values) {
  return Eigen::Map<VectorXd const>(values.data(), static_cast<Eigen::Index>(values.size()));
}

/// A quadratic 1/2 x' H x - g' x of the small system, with damping d towards `towards`.
struct Quadratic {
  Quadratic(SmallSystem<>& system, double damping, Doubles const& towards) {
    auto const rows = static_cast<Eigen::Index>(small_range.count());
    Doubles entries = system.map.entries();
    MatrixXd const a =
        Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
            entries.data(), rows, 12);
    Doubles const weights = system.problem.weights.data == nullptr
                                ? Doubles(static_cast<std::size_t>(rows), 1.0)
                                : system.weights.values();
    MatrixXd const weighted = vector_of(weights).asDiagonal() * a;
    hessian = a.transpose() * weighted + damping * damping * MatrixXd::Identity(12, 12);
    right = weighted.transpose() * vector_of(system.data.values()) +
            damping * damping * vector_of(towards);
    sought = vector_of(system.mask.values());
  }
  [[nodiscard]] VectorXd gradient(VectorXd const& x) const {
    return (right - hessian * x).cwiseProduct(sought);
  }

  MatrixXd hessian;
  VectorXd right;
  VectorXd sought;
};

/// Conjugate gradients on it, with a preconditioner where pixels are sought.
inline VectorXd preconditioned_gradients(Quadratic const& of, MatrixXd const& p, VectorXd x,
                                         int steps) {
  VectorXd g = of.gradient(x);
  VectorXd direction = (p * g).cwiseProduct(of.sought);
  double square = g.dot(direction);
  for (int n = 0; n < steps; ++n) {
    x += square / direction.dot(of.hessian * direction) * direction;
    g = of.gradient(x);
    VectorXd const z = (p * g).cwiseProduct(of.sought);
    double const next = g.dot(z);
    direction = (z + next / square * direction).eval();
    square = next;
  }
  return x;
}

}  // namespace test
