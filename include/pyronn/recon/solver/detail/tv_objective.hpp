// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The objective that solvers with total variation have in common, 1/2 |W^(1/2) (b - A x)|^2 +
/// c TV(x).
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/system.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/measures.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

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

/// Terms from one of them on.
template <class Term>
struct TermsFrom {
  Term term;
  std::int64_t first;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const { return term(first + i); }
};

/// *number = what slices of an image contribute to TV(image), but for `beside`. Queued.
template <class System, class Number, int Rank>
void measure_variation_of_slices(System& system, Lattice<Number, Rank> const& lattice,
                                 typename System::ConstImageView image, SlicesBeside const& beside,
                                 double* number) {
  GradientLengthTerm<typename System::Image, Rank> const term{lattice, image.data};
  TermsFrom<GradientLengthTerm<typename System::Image, Rank>> const terms{
      term, beside.before * image.slice_count()};
  reduce<Unchanged>(system.executor(), {system.name(), "", "", "objective"}, terms,
                    detail::without_slices(image, beside).count(), number, system.workspace());
}

/// Those whose square of the residual's norm and total variation these are. Waits.
template <class Executor>
SolverMeasures measures_of(Executor const& executor, double strength, double const* numbers) {
  auto const found = numbers_on_host<2>(executor, numbers);
  return {std::sqrt(found[0]), found[0] / 2 + strength * found[1]};
}

/// Measures of an image and its residual. Waits. `numbers`, two of them, lie in the executor's
/// memory.
template <class System, class Number, int Rank>
SolverMeasures measure_tv(System& system, Lattice<Number, Rank> const& lattice, double strength,
                          typename System::ConstImageView image,
                          typename System::ConstRayView residual, double* numbers) {
  system.weighted_square(residual, numbers);
  measure_total_variation(system, lattice, image, numbers + 1);
  return measures_of(system.executor(), strength, numbers);
}

}  // namespace pyronn::detail
