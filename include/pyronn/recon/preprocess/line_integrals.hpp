// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Line integrals from what a detector measures.
#include <cmath>
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn {

namespace detail {

/// -log(signal / full) of one pixel. Written so that a dead pixel (`full` not positive, or what is
/// not a number) gives the floor, and an infinite signal the ceiling.
PYRONN_HOST_DEVICE inline float line_integral(float signal, float full, float floor) {
  constexpr float ceiling = 1e30F;
  float const ratio = full > 0.0F ? signal / full : 0.0F;
  float const transmission = ratio > ceiling ? ceiling : ratio;
  return -std::log(transmission > floor ? transmission : floor);
}

/// `what` names function and argument.
inline void check_floor(char const* what, double floor) {
  constexpr double least = 1e-37;  // a float holds it with all its digits
  expects(floor >= least && floor < 1.0, what, " ", floor, " must lie between ", least, " and 1");
}

/// -log((raw - dark) / (flat - dark)) of one pixel.
template <class Raw, class Dark, class Flat>
struct LineIntegrals {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<Raw> raw;
  ArrayView<Dark, 2> dark;
  ArrayView<Flat, 2> flat;
  ProjectionView<float> line_integrals;
  float floor;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    std::int64_t const on_detector =
        static_cast<std::int64_t>(pixel[1]) * dark.extents[0] + pixel[0];
    auto const offset = static_cast<float>(dark.data[on_detector]);
    float const signal = static_cast<float>(raw(pixel[0], pixel[1], pixel[2])) - offset;
    float const full = static_cast<float>(flat.data[on_detector]) - offset;
    line_integrals(pixel[0], pixel[1], pixel[2]) = line_integral(signal, full, floor);
  }
};

}  // namespace detail

/// Line integrals -log((raw - dark) / (flat - dark)) from intensities (u, v, view), with dark and
/// flat field (u, v). A transmission below `floor`, as of dead pixels and counts that are not a
/// number, counts as `floor`, and one above 1e30 as 1e30. The three may hold any types of numbers,
/// each its own. Does not synchronise. `raw` and `line_integrals` may be the same memory where both
/// hold float. Throws InvalidArgument for sizes that differ and a floor outside [1e-37, 1).
template <class Executor, class Raw, class Dark, class Flat>
void line_integrals(Executor const& executor, ProjectionView<Raw> raw, ArrayView<Dark, 2> dark,
                    ArrayView<Flat, 2> flat, ProjectionView<float> line_integrals,
                    double floor = 1e-6) {
  Extents<2> const detector{raw.extents[0], raw.extents[1]};
  detail::expects(dark.extents == detector && flat.extents == detector,
                  "line_integrals: dark field ", dark.extents, " and flat field ", flat.extents,
                  " must have the detector's extents (u, v) ", detector);
  detail::expects(line_integrals.extents == raw.extents, "line_integrals: the output's extents ",
                  line_integrals.extents, " must be the input's, ", raw.extents);
  detail::check_floor("line_integrals: floor", floor);
  executor.check_reachable(raw.data, "line_integrals: raw");
  executor.check_reachable(dark.data, "line_integrals: dark");
  executor.check_reachable(flat.data, "line_integrals: flat");
  executor.check_reachable(line_integrals.data, "line_integrals: output");
  executor.for_each(raw.extents, detail::LineIntegrals<Raw const, Dark const, Flat const>{
                                     raw, dark, flat, line_integrals, static_cast<float>(floor)});
}

}  // namespace pyronn
