// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Potentials of slopes in an image, which smooth noise and keep edges.
///
/// @code
///   struct MyPotential {               // trivially copyable, even and convex
///     template <class Number>          // psi(t)
///     PYRONN_HOST_DEVICE Number value(Number t) const;
///     template <class Number>          // psi'(t) / t, which does not grow with |t|
///     PYRONN_HOST_DEVICE Number curvature(Number t) const;
///     void check(char const* solver) const;      // throws InvalidArgument
///   };
/// @endcode
///
/// Both potentials here are t^2 / (2 delta), up to a factor, where slopes are far below delta. Far
/// above it Huber's is |t|, so that an edge costs what total variation says.
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn {

/// Between which pixels slopes are taken.
enum class Neighbourhood {
  all,    ///< those that share a corner, too: 8 in the plane, 26 in space; edges of all directions
          ///< cost nearly the same
  faces,  ///< those that share a face: 4 in the plane, 6 in space; a quarter of the work
};

namespace detail {

inline void check_delta(char const* solver, double delta) {
  expects(delta > 0 && std::isfinite(delta), solver, ": the potential's delta ", delta,
          " must be positive and finite; edge_slope finds one in an image");
}

}  // namespace detail

/// t^2 / (2 delta) up to delta, |t| - delta / 2 beyond. P. Huber, Ann. Math. Stat. 35 (1964).
struct HuberPotential {
  /// The slope from which on differences are edges [units of the image per mm], positive. There is
  /// none for all images, so that it must be given: edge_slope finds one in an image.
  double delta = 0;

  /// @{
  /// A member of a potential, as said at the beginning of this file.
  template <class Number>
  PYRONN_HOST_DEVICE Number value(Number t) const {
    auto const from = static_cast<Number>(delta);
    Number const slope = abs(t);
    return slope <= from ? slope * (slope / from) / 2 : slope - from / 2;
  }
  template <class Number>
  PYRONN_HOST_DEVICE Number curvature(Number t) const {
    return 1 / max(static_cast<Number>(delta), abs(t));
  }
  void check(char const* solver) const { detail::check_delta(solver, delta); }
  /// @}
};

/// The q-generalised Gaussian with q = 2, t^2 / (p delta (1 + |t / delta|^(2 - p))), which far
/// above delta is delta / p |t / delta|^p. J.-B. Thibault, K. Sauer, C. Bouman, J. Hsieh, "A
/// three-dimensional statistical approach to improved image quality for multislice helical CT",
/// Med. Phys. 34 (2007), whose sigma is delta with T = 1.
struct QGaussianPotential {
  /// The slope about which noise ends and edges begin [units of the image per mm], positive. It
  /// must be given: edge_slope finds one in an image.
  double delta = 0;
  double p = 1.2;  ///< from 1, which keeps edges best, to 2, which is quadratic

  /// @{
  /// A member of a potential, as said at the beginning of this file.
  template <class Number>
  PYRONN_HOST_DEVICE Number value(Number t) const {
    Number const slope = abs(t) / static_cast<Number>(delta);
    return abs(t) * slope / (static_cast<Number>(p) * (1 + power(slope)));
  }
  template <class Number>
  PYRONN_HOST_DEVICE Number curvature(Number t) const {
    auto const scale = static_cast<Number>(delta);
    auto const exponent = static_cast<Number>(p);
    Number const v = power(abs(t) / scale);
    return (2 + exponent * v) / (1 + v) / (1 + v) / (exponent * scale);
  }
  void check(char const* solver) const {
    detail::check_delta(solver, delta);
    detail::expects(p >= 1 && p <= 2, solver, ": the potential's p ", p, " must be from 1 to 2");
  }
  /// @}

 private:
  template <class Number>
  PYRONN_HOST_DEVICE Number power(Number slope) const {
    return std::pow(slope, static_cast<Number>(2 - p));
  }
};

}  // namespace pyronn
