// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps of accelerated proximal gradients.
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/tv_dual.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>

namespace pyronn::detail {

/// factor w (b - projected), 0 where w is 0, whatever b is; w may be null.
template <class T, class Data = T>
struct WeightedResidual {
  using Number = element_number_t<T>;

  Data const* data;  ///< b
  T const* projected;
  T const* weights;  ///< w
  Number factor;

  PYRONN_HOST_DEVICE WeightedResidual with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    Number const weight = number_or_one(weights, i);
    if (weight == Number{0}) return element_of<T>(weight);
    return element_of<T>(factor * weight * (widen(data[i]) - widen(projected[i])));
  }
};

/// x + factor g, and x as it is where the mask is 0.
template <class T>
struct MaskedStep {
  using Number = element_number_t<T>;

  T const* x;
  Number factor;
  T const* g;
  T const* mask;  ///< or null

  PYRONN_HOST_DEVICE MaskedStep with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    if (mask != nullptr && widen(mask[i]) == Number{0}) return x[i];
    return element_of<T>(widen(x[i]) + factor * widen(g[i]));
  }
};

/// The image becomes the proximal step, and the point beyond it, which held what the step is of,
/// the image extrapolated from the one before.
template <class T, class ImageOf>
struct Extrapolate {
  using Number = element_number_t<T>;

  ImageOf image_of;  ///< the proximal step
  double const* momentum;
  T* image;
  T* beyond;

  template <int Width, int Rank>
  PYRONN_HOST_DEVICE void row(Place<Rank> const& place, int count) const {
    T* const pixels = image + place.index;
    T* const points = beyond + place.index;
    auto const factor = static_cast<Number>(*momentum);
    Number before[Width];
    for (int i = 0; i < count; ++i) before[i] = widen(pixels[i]);
    Number values[Width];
    image_of.row(place, count, values);
    for (int i = 0; i < count; ++i) {
      T const now = element_of<T>(values[i]);
      pixels[i] = now;
      points[i] = element_of<T>(widen(now) + factor * (widen(now) - before[i]));
    }
  }
};

/// The numbers of FistaMomentum.
enum FistaNumber {
  fista_t,         ///< t of Beck and Teboulle
  fista_momentum,  ///< of the iteration, (t - 1) / t of the next
  fista_distance,  ///< the square of what extrapolation adds
  fista_speed,     ///< the square of how far the iteration before went
  fista_numbers
};

/// t = (1 + sqrt(1 + 4 t^2)) / 2, and the momentum. It starts anew, with t = 1, once an iteration
/// has gone less far than the one before; not in the first 18 iterations, where steps shrink fast.
struct FistaMomentum {
  static constexpr double least_t = 10;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const {
    double const before = numbers[fista_momentum];
    // 0 where there was no extrapolation, of which nothing is known.
    double const speed = before > 0 ? numbers[fista_distance] / (before * before) : 0.0;
    if (numbers[fista_t] > least_t && speed < numbers[fista_speed]) numbers[fista_t] = 1;
    numbers[fista_speed] = speed;
    double const t = numbers[fista_t];
    double const next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
    numbers[fista_t] = next;
    numbers[fista_momentum] = (t - 1) / next;
  }
};

}  // namespace pyronn::detail
