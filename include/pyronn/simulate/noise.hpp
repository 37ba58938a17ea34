// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Quantum noise of photons and electronic noise of the readout.
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/simulate/detail/checks.hpp>
#include <pyronn/simulate/detail/poisson.hpp>
#include <pyronn/simulate/random_numbers.hpp>

namespace pyronn {

namespace detail {

struct PoissonNoise {
  static constexpr RandomStream stream = RandomStream::photons;

  PYRONN_HOST_DEVICE double operator()(double mean, RandomNumbers& random) const {
    return poisson(mean, random);
  }
};

struct GaussianNoise {
  static constexpr RandomStream stream = RandomStream::readout;

  double deviation;

  PYRONN_HOST_DEVICE double operator()(double mean, RandomNumbers& random) const {
    return mean + deviation * random.normal();
  }
};

/// Replaces every pixel by `noise(pixel, random)`. The random numbers depend on the pixel's index
/// in the scan; an item is a pixel.
template <class Noise>
struct AddNoise {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float> views;
  Noise noise;
  std::uint64_t seed;
  int first_view;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    float& value = views(pixel[0], pixel[1], pixel[2]);
    std::int64_t const view = std::int64_t{first_view} + pixel[2];
    std::int64_t const row = view * views.extents[1] + pixel[1];
    RandomNumbers random{seed, Noise::stream, row * views.extents[0] + pixel[0]};
    value = static_cast<float>(noise(static_cast<double>(value), random));
  }
};

}  // namespace detail

/// Adds quantum noise: replaces every mean number of photons (u, v, view) by a random count from
/// its Poisson distribution, in place. The input is intensities, not line integrals; see
/// simulate/intensities.hpp. A pixel that is negative or NaN becomes NaN. The result depends only
/// on the seed and on the pixel's index in the scan, so that a scan can be worked on in blocks of
/// views: `first_view` is the index in the scan of the first view in `intensities`. The call does
/// not synchronise. It throws InvalidArgument for arrays without elements and for a negative
/// first_view.
template <class Executor>
void add_poisson_noise(Executor const& executor, ProjectionView<float> intensities,
                       std::uint64_t seed, int first_view = 0) {
  detail::check_views(executor, "add_poisson_noise: intensities", intensities, first_view);
  executor.for_each(intensities.extents,
                    detail::AddNoise<detail::PoissonNoise>{intensities, {}, seed, first_view});
}

/// Adds normally distributed noise of this standard deviation [the unit of the values], in place:
/// the electronic noise of the readout, where `views` are counts. Blocks of views are treated as by
/// add_poisson_noise. The call does not synchronise. It throws InvalidArgument for arrays without
/// elements, a deviation that is negative or not finite, and a negative first_view.
template <class Executor>
void add_gaussian_noise(Executor const& executor, ProjectionView<float> views, double deviation,
                        std::uint64_t seed, int first_view = 0) {
  detail::check_not_negative("add_gaussian_noise", "deviation", deviation, "unit of the values");
  detail::check_views(executor, "add_gaussian_noise: views", views, first_view);
  if (deviation == 0.0) return;
  executor.for_each(views.extents,
                    detail::AddNoise<detail::GaussianNoise>{views, {deviation}, seed, first_view});
}

}  // namespace pyronn
