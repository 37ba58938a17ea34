// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Intensities of an ideal detector from line integrals, and back.
#include <cmath>
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/preprocess/line_integrals.hpp>
#include <pyronn/simulate/detail/checks.hpp>

namespace pyronn {

namespace detail {

/// The photons of a beam that is the same on every pixel.
struct UniformBeam {
  float photons;
  PYRONN_HOST_DEVICE float operator()(int, int) const { return photons; }
};

/// The photons of a beam that differs from pixel to pixel.
struct BeamProfile {
  ArrayView<float const, 2> photons;
  PYRONN_HOST_DEVICE float operator()(int u, int v) const {
    return photons.data[static_cast<std::int64_t>(v) * photons.extents[0] + u];
  }
};

/// Writes I0 exp(-p); an item is a pixel.
template <class Beam>
struct BeerLambert {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> line_integrals;
  Beam beam;
  ProjectionView<float> intensities;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    float const integral = line_integrals(pixel[0], pixel[1], pixel[2]);
    intensities(pixel[0], pixel[1], pixel[2]) = beam(pixel[0], pixel[1]) * std::exp(-integral);
  }
};

/// Writes -log(I / I0); an item is a pixel.
struct UniformLineIntegrals {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> intensities;
  float photons;
  ProjectionView<float> line_integrals;
  float floor;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    line_integrals(pixel[0], pixel[1], pixel[2]) =
        line_integral(intensities(pixel[0], pixel[1], pixel[2]), photons, floor);
  }
};

inline void check_photons(char const* function, double photons) {
  expects(photons >= 1e-30 && photons <= 1e30, function, ": photons ", photons,
          " a pixel must lie between 1e-30 and 1e30");
}

}  // namespace detail

/// Computes mean intensities I0 exp(-p) (the law of Beer and Lambert) from line integrals p (u, v,
/// view), where I0 is the number of photons that a pixel counts without an object. Both arrays may
/// be the same. The call does not synchronise. It throws InvalidArgument for extents that differ
/// and for photons outside [1e-30, 1e30].
template <class Executor>
void intensities(Executor const& executor, ProjectionView<float const> line_integrals,
                 double photons, ProjectionView<float> intensities) {
  detail::check_same("intensities", intensities.extents, line_integrals.extents);
  detail::check_photons("intensities", photons);
  detail::check_views(executor, "intensities: line integrals", line_integrals);
  detail::check_views(executor, "intensities: output", intensities);
  executor.for_each(intensities.extents,
                    detail::BeerLambert<detail::UniformBeam>{
                        line_integrals, {static_cast<float>(photons)}, intensities});
}

/// The same for a beam with a profile I0 (u, v), for example behind a bow-tie filter.
template <class Executor>
void intensities(Executor const& executor, ProjectionView<float const> line_integrals,
                 ArrayView<float const, 2> photons, ProjectionView<float> intensities) {
  detail::check_same("intensities", intensities.extents, line_integrals.extents);
  Extents<2> const detector{line_integrals.extents[0], line_integrals.extents[1]};
  detail::expects(photons.extents == detector, "intensities: photons without an object ",
                  photons.extents, " must have the detector's extents (u, v) ", detector);
  detail::check_views(executor, "intensities: line integrals", line_integrals);
  detail::check_views(executor, "intensities: output", intensities);
  executor.check_reachable(photons.data, "intensities: photons");
  executor.for_each(intensities.extents, detail::BeerLambert<detail::BeamProfile>{
                                             line_integrals, {photons}, intensities});
}

/// Computes line integrals -log(I / I0) from intensities, for an ideal detector and the same beam
/// on every pixel; recon/preprocess/line_integrals.hpp takes dark fields and profiles. Values of I
/// / I0 below `floor`, and what is not a number, are replaced by `floor`, values above 1e30 by
/// 1e30. Both arrays may be the same. The call does not synchronise. It throws InvalidArgument for
/// extents that differ, for photons outside [1e-30, 1e30] and for a floor outside [1e-37, 1).
template <class Executor>
void line_integrals(Executor const& executor, ProjectionView<float const> intensities,
                    double photons, ProjectionView<float> line_integrals, double floor = 1e-6) {
  detail::check_same("line_integrals", line_integrals.extents, intensities.extents);
  detail::check_photons("line_integrals", photons);
  detail::check_floor("line_integrals: floor", floor);
  detail::check_views(executor, "line_integrals: intensities", intensities);
  detail::check_views(executor, "line_integrals: output", line_integrals);
  executor.for_each(line_integrals.extents,
                    detail::UniformLineIntegrals{intensities, static_cast<float>(photons),
                                                 line_integrals, static_cast<float>(floor)});
}

}  // namespace pyronn
