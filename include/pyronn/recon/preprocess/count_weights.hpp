// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How much rays say, from what a detector counts: the ray weights of solvers.
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn {

/// The noise of counts: its variance is gain x (count - dark) + readout_variance.
struct CountNoise {
  double gain = 1;              ///< counts that one photon adds, above 0
  double readout_variance = 0;  ///< what there is without light, at least 0 [counts^2]
};

namespace detail {

/// s^2 / (gain s + readout_variance) where s is the light; an item is a pixel.
template <class Raw, class Dark, class Flat>
struct CountWeights {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<Raw> raw;
  ArrayView<Dark, 2> dark;
  ArrayView<Flat, 2> flat;
  ProjectionView<float> weights;
  float gain;
  float readout_variance;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    constexpr float most = 1e30F;
    std::int64_t const on_detector =
        static_cast<std::int64_t>(pixel[1]) * dark.extents[0] + pixel[0];
    auto const offset = static_cast<float>(dark.data[on_detector]);
    float const light = static_cast<float>(raw(pixel[0], pixel[1], pixel[2])) - offset;
    float const full = static_cast<float>(flat.data[on_detector]) - offset;
    // Not a number is not above 0.
    bool const says_something = light > 0 && light < most && full > 0 && full < most;
    weights(pixel[0], pixel[1], pixel[2]) =
        says_something ? light / (gain + readout_variance / light) : 0.0F;
  }
};

}  // namespace detail

/// The weights of line integrals that line_integrals makes from the same counts (u, v, view), with
/// dark and flat field (u, v): one over their variance, to first order, s^2 / (gain s +
/// readout_variance) where s is the count less the dark field. Without readout noise that is the
/// number of photons. It is 0 for dead pixels, and for counts that are not above the dark field or
/// not finite: such rays say nothing. The three may hold any types of numbers, each its own. Does
/// not synchronise. `raw` and `weights` may be the same memory where both hold float. Throws
/// InvalidArgument for sizes that differ and noise out of range.
template <class Executor, class Raw, class Dark, class Flat>
void count_weights(Executor const& executor, ProjectionView<Raw> raw, ArrayView<Dark, 2> dark,
                   ArrayView<Flat, 2> flat, ProjectionView<float> weights,
                   CountNoise const& noise = {}) {
  Extents<2> const detector{raw.extents[0], raw.extents[1]};
  detail::expects(dark.extents == detector && flat.extents == detector,
                  "count_weights: dark field ", dark.extents, " and flat field ", flat.extents,
                  " must have the detector's extents (u, v) ", detector);
  detail::expects(weights.extents == raw.extents, "count_weights: the weights' extents ",
                  weights.extents, " must be the input's, ", raw.extents);
  constexpr double least = 1e-37;  // a float holds it with all its digits
  constexpr double most = 1e30;
  detail::expects(noise.gain >= least && noise.gain <= most, "count_weights: gain ", noise.gain,
                  " must be positive, from ", least, " to ", most);
  detail::expects(noise.readout_variance >= 0 && noise.readout_variance <= most,
                  "count_weights: readout_variance ", noise.readout_variance,
                  " must be at least 0 and at most ", most);
  executor.check_reachable(raw.data, "count_weights: raw");
  executor.check_reachable(dark.data, "count_weights: dark");
  executor.check_reachable(flat.data, "count_weights: flat");
  executor.check_reachable(weights.data, "count_weights: weights");
  executor.for_each(raw.extents, detail::CountWeights<Raw const, Dark const, Flat const>{
                                     raw, dark, flat, weights, static_cast<float>(noise.gain),
                                     static_cast<float>(noise.readout_variance)});
}

}  // namespace pyronn
