// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What other packages call a strength of total variation.
#include <cmath>
#include <string>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// A strength c of 1/2 |A x - b|^2 + c TV(x) per unit of length, by the names of other packages
/// that have pixels of one spacing h. Scan geometry, data and h are in the same units there and
/// here.
struct TvStrengthElsewhere {
  double scikit_image_weight;  ///< `weight` of denoise_tv_chambolle, where A x = x: c / h
  double deepinv_ths;          ///< `ths` of the proximal step of deepinv's TVPrior, the same: c / h
  double rtk_alpha;            ///< `--alpha` of rtkadmmtotalvariation: 2 c
  double cil_alpha;            ///< of alpha * TotalVariation() with LeastSquares(A, b, c=1): 2 c
  /// `tvlambda` of TIGRE: h over c times the range of the image's values, to which it scales the
  /// image first, so that its strength moves with the iterate; infinite for c = 0.
  double tigre_lambda;
};

/// A strength by the names of others, for pixels of one spacing and an image whose values have this
/// range, of which TIGRE alone takes note. Throws InvalidArgument for a strength that is negative,
/// for a spacing and a range that are not positive, and for any that is not finite.
inline TvStrengthElsewhere tv_strength_elsewhere(double strength, double spacing,
                                                 double range_of_values = 1) {
  detail::expects(strength >= 0 && std::isfinite(strength), "tv_strength_elsewhere: strength ",
                  strength, " must be at least 0 and finite");
  detail::expects(spacing > 0 && std::isfinite(spacing), "tv_strength_elsewhere: spacing ", spacing,
                  " must be positive and finite");
  detail::expects(range_of_values > 0 && std::isfinite(range_of_values),
                  "tv_strength_elsewhere: range_of_values ", range_of_values,
                  " must be positive and finite");
  double const of_differences = strength / spacing;
  return {of_differences, of_differences, 2 * strength, 2 * strength,
          range_of_values / of_differences};
}

/// The same as text, a line for each package.
inline std::string tv_strength_text(double strength, double spacing, double range_of_values = 1) {
  TvStrengthElsewhere const of = tv_strength_elsewhere(strength, spacing, range_of_values);
  return detail::message("pyronn: strength ", strength, " for pixels of ", spacing,
                         "\nscikit-image: weight ", of.scikit_image_weight, "\ndeepinv: ths ",
                         of.deepinv_ths, "\nRTK: alpha ", of.rtk_alpha, "\nCIL: alpha ",
                         of.cil_alpha, "\nTIGRE: tvlambda ", of.tigre_lambda,
                         " while values range over ", range_of_values, "\n");
}

}  // namespace pyronn
