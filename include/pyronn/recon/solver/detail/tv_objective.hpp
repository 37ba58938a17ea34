// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The objective that solvers with total variation have in common, 1/2 |W^(1/2) (b - A x)|^2 +
/// c TV(x).
#include <cmath>

#include <pyronn/core/error.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/measures.hpp>

namespace pyronn::detail {

/// Throws InvalidArgument, beginning with `name`, for a strength out of range.
inline void check_strength(char const* name, double strength) {
  expects(strength >= 0 && std::isfinite(strength), name, ": strength ", strength,
          " must be at least 0 and finite");
}

/// *number = TV(image). Queued; `number` lies in the executor's memory.
template <class System, class Number, int Rank>
void measure_total_variation(System& system, Lattice<Number, Rank> const& lattice,
                             typename System::ConstImageView image, double* number) {
  GradientLengthTerm<typename System::Image, Rank> const term{lattice, image.data};
  reduce<Unchanged>(system.executor(), {system.name(), "", "", "objective"}, term, image.count(),
                    number, system.workspace());
}

/// Measures of an image and its residual. Waits. `numbers`, two of them, lie in the executor's
/// memory.
template <class System, class Number, int Rank>
SolverMeasures measure_tv(System& system, Lattice<Number, Rank> const& lattice, double strength,
                          typename System::ConstImageView image,
                          typename System::ConstRayView residual, double* numbers) {
  system.weighted_square(residual, numbers);
  measure_total_variation(system, lattice, image, numbers + 1);
  auto const found = numbers_on_host<2>(system.executor(), numbers);
  return {std::sqrt(found[0]), found[0] / 2 + strength * found[1]};
}

}  // namespace pyronn::detail
