// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Zingers: samples that a hit of the detector itself makes too bright.
#include <cmath>
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/simulate/detail/checks.hpp>
#include <pyronn/simulate/random_numbers.hpp>

namespace pyronn {

/// Single hits, as of photons that a scintillator lets through to the sensor and of cosmic rays.
struct Zingers {
  double fraction = 0;   ///< of the samples that are hit, in [0, 1]
  double intensity = 0;  ///< what a hit adds on average; exponentially distributed
};

namespace detail {

/// Adds hits; an item is a pixel of a view.
struct AddZingers {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float> intensities;
  Zingers zingers;
  std::uint64_t seed;
  int first_view;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    std::int64_t const view = std::int64_t{first_view} + pixel[2];
    std::int64_t const row = view * intensities.extents[1] + pixel[1];
    RandomNumbers random{seed, RandomStream::zingers, row * intensities.extents[0] + pixel[0]};
    if (random.uniform() >= zingers.fraction) return;
    double const hit = -zingers.intensity * std::log(random.uniform());
    intensities(pixel[0], pixel[1], pixel[2]) += static_cast<float>(hit);
  }
};

}  // namespace detail

/// Adds zingers to intensities (u, v, view), in place. The result depends only on the seed and on
/// the pixel's index in the scan; blocks of views are treated as by add_poisson_noise. The call
/// does not synchronise. It throws InvalidArgument for arrays without elements, a fraction outside
/// [0, 1], an intensity that is negative or not finite, and a negative first_view.
template <class Executor>
void add_zingers(Executor const& executor, Zingers const& zingers,
                 ProjectionView<float> intensities, std::uint64_t seed, int first_view = 0) {
  detail::check_fraction("add_zingers", "fraction", zingers.fraction);
  detail::check_not_negative("add_zingers", "intensity", zingers.intensity, "unit of intensities");
  detail::check_views(executor, "add_zingers: intensities", intensities, first_view);
  executor.for_each(intensities.extents,
                    detail::AddZingers{intensities, zingers, seed, first_view});
}

}  // namespace pyronn
