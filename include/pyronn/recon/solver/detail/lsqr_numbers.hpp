// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The numbers of a Lsqr, which stay in the executor's memory.
#include <cmath>

#include <pyronn/core/config.hpp>

namespace pyronn::detail {

/// Where each number lies.
struct LsqrNumbers {
  enum Number {
    square,          ///< the sum of squares of a vector that is to be normalised
    second_square,   ///< of its second part, which damping adds
    inverse_length,  ///< 0 for a vector without length
    negative_alpha,  ///< of the bidiagonal matrix
    negative_beta,   ///< of the bidiagonal matrix
    rho_bar,
    phi_bar,
    step,  ///< of the image along the direction
    turn,  ///< of the old direction in the new one
    count
  };
};

/// The length of a vector from its squares, its negative at `negative_length`.
struct MakeLength {
  LsqrNumbers::Number negative_length;

  PYRONN_HOST_DEVICE void operator()(double* n) const {
    double const length = std::sqrt(n[LsqrNumbers::square] + n[LsqrNumbers::second_square]);
    n[negative_length] = -length;
    n[LsqrNumbers::inverse_length] = length > 0 ? 1 / length : 0;
  }
};

/// What the first plane rotation begins with.
struct BeginRotations {
  PYRONN_HOST_DEVICE void operator()(double* n) const {
    n[LsqrNumbers::rho_bar] = -n[LsqrNumbers::negative_alpha];
    n[LsqrNumbers::phi_bar] = -n[LsqrNumbers::negative_beta];
  }
};

/// The plane rotation of an iteration; no step where nothing is left to rotate.
struct RotatePlane {
  PYRONN_HOST_DEVICE void operator()(double* n) const {
    double const alpha = -n[LsqrNumbers::negative_alpha];
    double const beta = -n[LsqrNumbers::negative_beta];
    double const rho = std::sqrt(n[LsqrNumbers::rho_bar] * n[LsqrNumbers::rho_bar] + beta * beta);
    if (rho == 0) {
      n[LsqrNumbers::step] = 0;
      n[LsqrNumbers::turn] = 0;
      return;
    }
    double const cosine = n[LsqrNumbers::rho_bar] / rho;
    double const sine = beta / rho;
    n[LsqrNumbers::step] = cosine * n[LsqrNumbers::phi_bar] / rho;
    n[LsqrNumbers::turn] = -sine * alpha / rho;
    n[LsqrNumbers::rho_bar] = -cosine * alpha;
    n[LsqrNumbers::phi_bar] *= sine;
  }
};

}  // namespace pyronn::detail
