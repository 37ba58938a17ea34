// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Beam hardening corrected by a polynomial of line integrals.
#include <cmath>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn {

/// A corrected line integral is a[0] + a[1] p + a[2] p^2 + a[3] p^3 + a[4] p^4 of the measured one
/// p = -log(transmission).
struct HardeningPolynomial {
  double a[5] = {0, 1, 0, 0, 0};  ///< as given here it changes nothing

  /// The corrected line integral.
  [[nodiscard]] double operator()(double p) const {
    return a[0] + p * (a[1] + p * (a[2] + p * (a[3] + p * a[4])));
  }
};

namespace detail {

/// Replaces each line by a polynomial of it; an item is a pixel.
struct ApplyPolynomial {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float> lines;
  float a[5];

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    float& line = lines(item[0], item[1], item[2]);
    line = a[0] + line * (a[1] + line * (a[2] + line * (a[3] + line * a[4])));
  }
};

}  // namespace detail

/// Corrects line integrals (u, v, view), in place. {0, 1, 0, 0, 0} leaves every bit as it is. Does
/// not synchronise. Throws InvalidArgument for coefficients that a float does not hold.
template <class Executor>
void apply_polynomial(Executor const& executor, ProjectionView<float> lines,
                      HardeningPolynomial const& polynomial) {
  detail::ApplyPolynomial kernel{lines, {}};
  for (int i = 0; i < 5; ++i) {
    kernel.a[i] = static_cast<float>(polynomial.a[i]);
    detail::expects(std::isfinite(kernel.a[i]), "apply_polynomial: coefficient a", i, " is ",
                    polynomial.a[i], "; it must be finite");
  }
  executor.check_reachable(lines.data, "apply_polynomial: lines");
  executor.for_each(lines.extents, kernel);
}

}  // namespace pyronn
