// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps of the alternating direction method of multipliers. A split v = D x + u holds both z and
/// u: u is v shortened to c / r, and z the rest of it. So does s = x + u of the bounds, where z is
/// s between the bounds and u the rest.
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>

namespace pyronn::detail {

/// What the split makes of an image: r the penalty, c / r the longest u.
template <class T, int Rank>
struct Split {
  using Number = element_number_t<T>;

  Lattice<Number, Rank> lattice;
  T* fields;       ///< v, one after another
  T* copy;         ///< s; null where there are no bounds
  Number penalty;  ///< of D x = z; 0: no differences
  Number of_copy;  ///< the penalty of x = z
  Number longest;  ///< u
  Number lower;
  Number upper;

  /// u at a pixel.
  PYRONN_HOST_DEVICE void load_dual(Place<Rank> const& place, Number (&dual)[Rank]) const {
    std::int64_t const count = lattice.extents.count();
    for (int axis = 0; axis < Rank; ++axis) dual[axis] = widen(fields[axis * count + place.index]);
    Number const factor = shortening(dual, longest);
    for (int axis = 0; axis < Rank; ++axis) dual[axis] *= factor;
  }
  /// (z - u) along one axis: v - 2 u.
  PYRONN_HOST_DEVICE Number target(Place<Rank> const& place, int axis) const {
    Number dual[Rank];
    load_dual(place, dual);
    std::int64_t const count = lattice.extents.count();
    return widen(fields[axis * count + place.index]) - 2 * dual[axis];
  }
};

/// g + r D' (z - u - D x) + r (z - u - x) for the bounds: g becomes the negative gradient of what x
/// makes small, 0 where the mask is 0.
template <class T, int Rank>
struct SplitGradient {
  using Number = element_number_t<T>;

  Split<T, Rank> split;
  T const* image;  ///< x
  T const* mask;   ///< or null
  T* gradient;     ///< g

  /// z - u - D x along an axis.
  PYRONN_HOST_DEVICE Number misfit(Place<Rank> const& place, int axis) const {
    ArrayPixel<T> const pixel{image};
    return split.target(place, axis) - split.lattice.difference(pixel, place, pixel(place), axis);
  }
  PYRONN_HOST_DEVICE void operator()(Place<Rank> const& place) const {
    T& result = gradient[place.index];
    if (mask != nullptr && widen(mask[place.index]) == Number{0}) {
      result = element_of<T>(Number{0});
      return;
    }
    Number sum = widen(result);
    if (split.penalty > 0) {
      Number differences = 0;
      for (int axis = 0; axis < Rank; ++axis) {
        Number const before =
            place.at[axis] > 0 ? misfit(split.lattice.previous(place, axis), axis) : Number{0};
        differences += (before - misfit(place, axis)) * split.lattice.inverse_spacing[axis];
      }
      sum += split.penalty * differences;
    }
    if (split.copy != nullptr) {
      Number const s = widen(split.copy[place.index]);
      Number const target = 2 * bounded(s, split.lower, split.upper) - s;
      sum += split.of_copy * (target - widen(image[place.index]));
    }
    result = element_of<T>(sum);
  }
};

/// v = D x + u and s = x + u; the image becomes s between the bounds, and x where the mask is 0;
/// without bounds x is the image.
template <class T, int Rank>
struct SplitStep {
  using Number = element_number_t<T>;

  Split<T, Rank> split;
  T const* iterate;  ///< x
  T const* mask;     ///< or null
  T* image;

  PYRONN_HOST_DEVICE void operator()(Place<Rank> const& place) const {
    ArrayPixel<T> const pixel{iterate};
    Number const here = pixel(place);
    if (split.penalty > 0) {
      std::int64_t const count = split.lattice.extents.count();
      Number dual[Rank];
      split.load_dual(place, dual);
      for (int axis = 0; axis < Rank; ++axis) {
        split.fields[axis * count + place.index] =
            element_of<T>(dual[axis] + split.lattice.difference(pixel, place, here, axis));
      }
    }
    bool const is_sought = mask == nullptr || widen(mask[place.index]) != Number{0};
    if (split.copy == nullptr) return;
    if (!is_sought) {
      image[place.index] = element_of<T>(here);
      return;
    }
    Number const s = widen(split.copy[place.index]);
    Number const next = here + (s - bounded(s, split.lower, split.upper));
    split.copy[place.index] = element_of<T>(next);
    image[place.index] = element_of<T>(bounded(next, split.lower, split.upper));
  }
};

/// v = D x, of a start.
template <class T, int Rank>
struct DifferenceFields {
  using Number = element_number_t<T>;

  Lattice<Number, Rank> lattice;
  T const* image;
  T* fields;

  PYRONN_HOST_DEVICE void operator()(Place<Rank> const& place) const {
    ArrayPixel<T> const pixel{image};
    std::int64_t const count = lattice.extents.count();
    for (int axis = 0; axis < Rank; ++axis) {
      fields[axis * count + place.index] =
          element_of<T>(lattice.difference(pixel, place, pixel(place), axis));
    }
  }
};

/// The terms of a sum of squares |D x|^2 penalty + |x|^2 penalty: the curvature along x that
/// penalties add.
template <class T, int Rank>
struct PenaltyCurvatureTerm {
  using Number = element_number_t<T>;

  Lattice<Number, Rank> lattice;
  T const* image;
  double penalty;
  double of_copy;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    GradientLengthTerm<T, Rank> const gradient{lattice, image};
    double const length = penalty > 0 ? gradient(i) : 0.0;
    auto const value = static_cast<double>(load_number(image, i));
    return penalty * length * length + of_copy * value * value;
  }
};

}  // namespace pyronn::detail
