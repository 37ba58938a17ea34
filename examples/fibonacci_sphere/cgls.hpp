// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdio>
#include <utility>

#include <pyronn/core/array_view.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>

#include "../support/executor.hpp"

namespace example {

/// Conjugate gradients on the normal equations, M. R. Hestenes and E. Stiefel, J. Res. Natl. Bur.
/// Stand. 49 (1952): x that makes |A x - lines| small, where `forward(x, lines)` applies A and
/// `transpose(lines, x)` its transpose. `residual` holds the lines and becomes lines - A x. Prints
/// its norm relative to that of the lines, for which alone the host waits; false if it does not
/// fall at every step.
template <class Forward, class Transpose>
bool cgls(Forward const& forward, Transpose const& transpose,
          pyronn::ProjectionView<float> residual, pyronn::VolumeView<float> x, int steps) {
  auto const projected_memory = buffer(residual.extents);
  auto const direction_memory = buffer(x.extents);
  auto const gradient_memory = buffer(x.extents);
  auto const projected = projected_memory.view(residual.extents);
  auto const direction = direction_memory.view(x.extents);
  auto const gradient = gradient_memory.view(x.extents);
  pyronn::Buffer<double, Executor> const numbers{executor(), 4};
  double* const residual_norm = numbers.data();
  double* const projected_square = numbers.data() + 1;
  double* gradient_square = numbers.data() + 2;
  double* next_square = numbers.data() + 3;
  pyronn::Workspace<Executor> workspace{
      executor(),
      pyronn::reduction_workspace_bytes(executor(), std::max(residual.count(), x.count()))};
  auto const norm_of_residual = [&] {
    pyronn::norm(executor(), residual, residual_norm, workspace);
    double result = 0;
    copy(residual_norm, &result, 1);
    return result;
  };

  pyronn::fill(executor(), x, 0);
  transpose(residual, direction);
  pyronn::dot(executor(), direction, direction, gradient_square, workspace);
  double const norm_of_lines = norm_of_residual();
  double last = norm_of_lines;
  for (int step = 1; step <= steps; ++step) {
    forward(direction, projected);
    pyronn::dot(executor(), projected, projected, projected_square, workspace);
    pyronn::Quotient const length{gradient_square, projected_square};
    pyronn::axpy(executor(), length, direction, x);
    pyronn::axpy(executor(), -length, projected, residual);
    double const now = norm_of_residual();
    std::printf("iteration %2d: residual %.5f\n", step, now / norm_of_lines);
    if (!(now < last)) return false;
    last = now;
    transpose(residual, gradient);
    pyronn::dot(executor(), gradient, gradient, next_square, workspace);
    pyronn::xpby(executor(), gradient, pyronn::Quotient{next_square, gradient_square}, direction);
    std::swap(gradient_square, next_square);
  }
  return true;
}

}  // namespace example
