// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps of primal-dual hybrid gradients.
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>

namespace pyronn::detail {

/// The dual of the data: (q + s (A x - b)) / (1 + s / w) with s = factor / row sum, 0 where w or
/// the row sum is 0; w may be null.
template <class T, class Data = T>
struct DataDualStep {
  using Number = element_number_t<T>;

  T const* dual;       ///< q
  T const* projected;  ///< A x
  Data const* data;    ///< b
  T const* row_sums;
  T const* weights;  ///< w
  Number factor;

  PYRONN_HOST_DEVICE DataDualStep with_scalars() const { return *this; }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    Number const weight = number_or_one(weights, i);
    Number const sum = widen(row_sums[i]);
    if (!(weight > 0) || !(sum > 0)) return element_of<T>(Number{0});
    Number const step = factor / sum;
    Number const next = widen(dual[i]) + step * (widen(projected[i]) - widen(data[i]));
    return element_of<T>(next / (1 + step / weight));
  }
};

/// The dual of total variation: p + step D x, shortened to `longest`.
template <class T, int Rank>
struct GradientDualStep {
  using Number = element_number_t<T>;

  Lattice<Number, Rank> lattice;
  T const* image;  ///< x
  T* dual;         ///< p, fields one after another
  Number step;
  Number longest;

  PYRONN_HOST_DEVICE void operator()(Place<Rank> const& place) const {
    std::int64_t const count = lattice.extents.count();
    ArrayPixel<T> const pixel{image};
    Number const here = pixel(place);
    Number values[Rank];
    for (int axis = 0; axis < Rank; ++axis) {
      values[axis] = widen(dual[axis * count + place.index]) +
                     step * lattice.difference(pixel, place, here, axis);
    }
    Number const factor = shortening(values, longest);
    for (int axis = 0; axis < Rank; ++axis) {
      dual[axis * count + place.index] = element_of<T>(factor * values[axis]);
    }
  }
};

/// x becomes bounded(x - s (g + scale D' p)) with s = factor / (column sum + other sum), and the
/// image beyond it 2 x - the x before. Pixels stay where the mask is 0.
template <class T, int Rank>
struct PrimalStep {
  using Number = element_number_t<T>;

  Lattice<Number, Rank> lattice;
  T* image;           ///< x
  T* beyond;          ///< 2 x - the x before
  T const* gradient;  ///< g, A' q
  T const* dual;      ///< p; or null
  T const* column_sums;
  T const* mask;  ///< or null
  Number factor;
  Number other_sum;
  Number scale;
  Number lower;
  Number upper;

  PYRONN_HOST_DEVICE void operator()(Place<Rank> const& place) const {
    if (mask != nullptr && widen(mask[place.index]) == Number{0}) return;
    Number const sum = widen(column_sums[place.index]) + other_sum;
    if (!(sum > 0)) return;
    Number change = widen(gradient[place.index]);
    if (dual != nullptr) change += scale * lattice.transposed_differences(dual, place);
    Number const before = widen(image[place.index]);
    T const next = element_of<T>(bounded(before - factor / sum * change, lower, upper));
    image[place.index] = next;
    beyond[place.index] = element_of<T>(2 * widen(next) - before);
  }
};

}  // namespace pyronn::detail
