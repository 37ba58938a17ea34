// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Damping: Tikhonov's regularisation of least squares.
#include <cmath>
#include <limits>

#include <pyronn/core/error.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What damping pulls an image towards.
enum class DampingTowards {
  zero,   ///< 1/2 d^2 |x|^2 is added to what is made small
  start,  ///< 1/2 d^2 |x - x0|^2, where x0 is the image at the start
};

/// What is added to least squares.
struct Damping {
  double strength = 0;                            ///< d, at least 0; 0: none
  DampingTowards towards = DampingTowards::zero;  ///< what the image is pulled towards

  /// d^2
  [[nodiscard]] double square() const { return strength * strength; }
  /// Whether there is any.
  [[nodiscard]] bool is_on() const { return strength > 0; }
  /// Whether the start must be kept.
  [[nodiscard]] bool is_towards_start() const {
    return is_on() && towards == DampingTowards::start;
  }
};

namespace detail {

/// Throws InvalidArgument for a damping that is negative or not finite, and for bounds.
inline Damping checked_damping(char const* solver, Damping const& damping,
                               PixelBounds const& bounds) {
  expects(damping.strength >= 0 && std::isfinite(damping.strength), solver, ": damping ",
          damping.strength, " must be at least 0 and finite");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  expects(bounds.lower == -infinity && bounds.upper == infinity, solver,
          ": the problem has bounds from ", bounds.lower, " to ", bounds.upper,
          ", which conjugate gradients cannot keep; take Sirt or OsSart");
  return damping;
}

}  // namespace detail

}  // namespace pyronn
