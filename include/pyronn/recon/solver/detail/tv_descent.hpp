// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps down the gradient of total variation.
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>

namespace pyronn::detail {

/// A gradient of TV, D' (D x / |D x|) with 0 for 0 / 0, and 0 where the mask is 0.
template <class T, int Rank>
struct TvGradient {
  using Number = element_number_t<T>;

  Lattice<Number, Rank> lattice;
  T const* image;
  T const* mask;  ///< or null
  T* out;

  /// D x / |D x| at a pixel.
  PYRONN_HOST_DEVICE void direction(Place<Rank> const& place, Number (&result)[Rank]) const {
    ArrayPixel<T> const pixel{image};
    Number const here = pixel(place);
    Number most = 0;
    for (int axis = 0; axis < Rank; ++axis) {
      result[axis] = lattice.difference(pixel, place, here, axis);
      Number const size = result[axis] < 0 ? -result[axis] : result[axis];
      most = size > most ? size : most;
    }
    if (!(most > 0)) return;
    // Over the largest one first, so that no square is infinite or lost.
    Number square = 0;
    for (Number& component : result) {
      component /= most;
      square += component * component;
    }
    Number const factor = 1 / std::sqrt(square);
    for (Number& component : result) component *= factor;
  }

  PYRONN_HOST_DEVICE void operator()(Place<Rank> const& place) const {
    if (mask != nullptr && widen(mask[place.index]) == Number{0}) {
      out[place.index] = element_of<T>(Number{0});
      return;
    }
    Number here[Rank];
    direction(place, here);
    Number sum = 0;
    for (int axis = 0; axis < Rank; ++axis) {
      Number before[Rank] = {};
      if (place.at[axis] > 0) direction(lattice.previous(place, axis), before);
      sum += (before[axis] - here[axis]) * lattice.inverse_spacing[axis];
    }
    out[place.index] = element_of<T>(sum);
  }
};

/// The numbers of ASD-POCS.
enum PocsNumber {
  pocs_way,         ///< the square of how far the data moved the image
  pocs_tv_way,      ///< the square of how far total variation moved it
  pocs_gradient,    ///< the square of the gradient's norm
  pocs_factor,      ///< of the gradient in the next step
  pocs_step,        ///< the length of a step, 0 before the first iteration
  pocs_relaxation,  ///< of the next pass
  pocs_measures,    ///< two numbers
  pocs_numbers = pocs_measures + 2
};

/// The first iteration's length of steps.
struct FirstTvStep {
  double share;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const {
    if (numbers[pocs_step] == 0) numbers[pocs_step] = share * std::sqrt(numbers[pocs_way]);
  }
};

/// What the gradient is multiplied by, so that a step has its length.
struct TvStepFactor {
  PYRONN_HOST_DEVICE void operator()(double* numbers) const {
    double const square = numbers[pocs_gradient];
    numbers[pocs_factor] = square > 0 ? -numbers[pocs_step] / std::sqrt(square) : 0.0;
  }
};

/// Steps become shorter where they went further than the data's pass and the residual is above the
/// tolerance; passes become shorter always.
struct AdaptSteps {
  double const* residual_square;
  double tolerance;
  double largest_ratio;
  double reduction;
  double relaxation_reduction;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const {
    double const way = std::sqrt(numbers[pocs_way]);
    bool const is_far = std::sqrt(numbers[pocs_tv_way]) > largest_ratio * way;
    if (is_far && std::sqrt(*residual_square) > tolerance) numbers[pocs_step] *= reduction;
    numbers[pocs_relaxation] *= relaxation_reduction;
  }
};

}  // namespace pyronn::detail
