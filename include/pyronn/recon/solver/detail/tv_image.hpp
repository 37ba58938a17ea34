// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The image of a dual of total variation.
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/detail/tv_weight.hpp>

namespace pyronn::detail {

/// How the components of dual vectors are stored: as multiples of 1 / limit. Integers of 16 bits
/// round them 16 times finer near 1 than Half does, in the same memory.
template <class Number>
struct DualStorage {
  using Stored = std::int16_t;
  static constexpr float limit = 32767;
  static PYRONN_HOST_DEVICE Stored round(float value) {
    return static_cast<Stored>(value + (value < 0 ? -0.5F : 0.5F));
  }
  static PYRONN_HOST_DEVICE float reciprocal_length(float square) {
    return reciprocal_sqrt(square);
  }
};
template <>
struct DualStorage<double> {
  using Stored = double;
  static constexpr double limit = 1;
  static PYRONN_HOST_DEVICE Stored round(double value) { return value; }
  static PYRONN_HOST_DEVICE double reciprocal_length(double square) {
    return 1 / std::sqrt(square);
  }
};

/// The image of a dual p: bounded(y - w D' p), and y as it is where the mask is 0. Weight is
/// GivenWeight or MeasuredWeight.
template <class T, int Rank, class Weight_ = GivenWeight<element_number_t<T>>>
struct ImageOfDual {
  using Number = element_number_t<T>;
  using Weight = Weight_;
  using Stored = typename DualStorage<Number>::Stored;

  Lattice<Number, Rank> lattice;
  T const* noisy;      ///< y
  Stored const* dual;  ///< p
  Weight weight;       ///< w
  T const* mask;       ///< or null
  Number lower;
  Number upper;

  /// Of `count` pixels of a row.
  PYRONN_HOST_DEVICE void row(Place<Rank> const& place, int count, Number* out) const {
    lattice.transposed_differences(dual, place, count, out);
    T const* const values = noisy + place.index;
    Number const w = weight.weight();
    Number const low = lower;
    Number const high = upper;
    for (int i = 0; i < count; ++i) out[i] = bounded(widen(values[i]) - w * out[i], low, high);
    if (weight.is_even()) {
      for (int i = 0; i < count; ++i) out[i] = bounded(weight.mean(), low, high);
    }
    if (mask == nullptr) return;
    for (int i = 0; i < count; ++i) {
      if (widen(mask[place.index + i]) == Number{0}) out[i] = widen(values[i]);
    }
  }
};

/// Some slices of such an image: places are theirs.
template <class ImageOf>
struct SlicesOfImage {
  using Number = typename ImageOf::Number;

  ImageOf image;
  int first;
  std::int64_t index;  ///< of the first pixel

  template <int Rank>
  PYRONN_HOST_DEVICE void row(Place<Rank> place, int count, Number* out) const {
    place.at[Rank - 1] += first;
    place.index += index;
    image.row(place, count, out);
  }
};

/// Writes the image of a dual.
template <class T, class ImageOf>
struct WriteImage {
  using Number = element_number_t<T>;

  ImageOf image;
  T* out;

  template <int Width, int Rank>
  PYRONN_HOST_DEVICE void row(Place<Rank> const& place, int count) const {
    Number values[Width];
    image.row(place, count, values);
    for (int i = 0; i < count; ++i) out[place.index + i] = element_of<T>(values[i]);
  }
};

/// |x - *middle| of an image x, as a term of its pixels from the first one on.
template <class ImageOf>
struct DualImageDistance {
  ImageOf image;
  std::int64_t first;
  double const* middle;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    typename ImageOf::Number value[1];
    image.row(image.lattice.place(first + i), 1, value);
    double const distance = static_cast<double>(value[0]) - *middle;
    return distance < 0 ? -distance : distance;
  }
};

/// The square of a dual vector's length, as a term.
template <class Stored, int Rank>
struct DualSquare {
  Stored const* dual;
  std::int64_t stride;  ///< of its components
  double limit;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    double sum = 0;
    for (int axis = 0; axis < Rank; ++axis) {
      double const component = static_cast<double>(dual[axis * stride + i]) / limit;
      sum += component * component;
    }
    return sum;
  }
};

}  // namespace pyronn::detail
