// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps on images that look at a pixel's neighbours: differences, their transpose, and the dual of
/// total variation.
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>

namespace pyronn::detail {

/// A pixel by its indices and its place in memory.
template <int Rank>
struct Place {
  std::int64_t index;
  int at[Rank];
};

/// The pixels of an image and what one over the distance of neighbours is.
template <class Number, int Rank>
struct Lattice {
  static_assert(Rank == 2 || Rank == 3, "Total variation is of images in the plane or in space.");

  Extents<Rank> extents;
  Number inverse_spacing[Rank];

  /// Throws InvalidArgument, beginning with `name`, for a spacing that is not positive.
  Lattice(char const* name, Extents<Rank> const& extents_, Vec3d const& spacing)
      : extents{extents_} {
    for (int axis = 0; axis < Rank; ++axis) {
      expects(spacing[axis] > 0 && std::isfinite(spacing[axis]), name, ": spacing ", spacing[axis],
              " along axis ", axis, " must be positive and finite");
      inverse_spacing[axis] = static_cast<Number>(1 / spacing[axis]);
    }
  }

  /// The square of the norm of the differences is below this.
  [[nodiscard]] double norm_square_bound() const {
    double sum = 0;
    for (Number const inverse : inverse_spacing) {
      sum += 4 * static_cast<double>(inverse) * static_cast<double>(inverse);
    }
    return sum;
  }

  PYRONN_HOST_DEVICE std::int64_t stride(int axis) const {
    std::int64_t product = 1;
    for (int n = 0; n < axis; ++n) product *= extents[n];
    return product;
  }
  PYRONN_HOST_DEVICE Place<Rank> place(std::int64_t index) const {
    Place<Rank> result{index, {}};
    for (int axis = 0; axis < Rank; ++axis) {
      result.at[axis] = static_cast<int>(index % extents[axis]);
      index /= extents[axis];
    }
    return result;
  }
  PYRONN_HOST_DEVICE bool has_next(Place<Rank> const& place, int axis) const {
    return place.at[axis] + 1 < extents[axis];
  }
  PYRONN_HOST_DEVICE Place<Rank> next(Place<Rank> place, int axis) const {
    place.index += stride(axis);
    ++place.at[axis];
    return place;
  }

  PYRONN_HOST_DEVICE Place<Rank> previous(Place<Rank> place, int axis) const {
    place.index -= stride(axis);
    --place.at[axis];
    return place;
  }

  /// The forward difference per unit of length along an axis, 0 for the last pixel. `value(place)`
  /// is the pixel's value.
  template <class Value>
  PYRONN_HOST_DEVICE Number difference(Value const& value, Place<Rank> const& place, Number here,
                                       int axis) const {
    if (!has_next(place, axis)) return 0;
    return (value(next(place, axis)) - here) * inverse_spacing[axis];
  }

  /// A pixel of the transpose of the differences, of fields one after another, each of which is 0
  /// for the last pixels along its axis.
  template <class T>
  PYRONN_HOST_DEVICE Number transposed_differences(T const* fields,
                                                   Place<Rank> const& place) const {
    std::int64_t const count = extents.count();
    Number sum = 0;
    for (int axis = 0; axis < Rank; ++axis) {
      T const* const field = fields + (axis * count + place.index);
      Number const before =
          place.at[axis] > 0 ? static_cast<Number>(*(field - stride(axis))) : Number{0};
      sum += (before - static_cast<Number>(*field)) * inverse_spacing[axis];
    }
    return sum;
  }

  /// The same for `count` pixels of a row.
  template <class T>
  PYRONN_HOST_DEVICE void transposed_differences(T const* fields, Place<Rank> const& place,
                                                 int count, Number* out) const {
    std::int64_t const all = extents.count();
    T const* const here = fields + place.index;
    // First what every pixel reads: behind a branch a GPU waits for it anew.
    Number const inverse = inverse_spacing[0];
    for (int i = 0; i < count; ++i) out[i] = -inverse * static_cast<Number>(here[i]);
    for (int axis = 1; axis < Rank; ++axis) {
      T const* const field = here + axis * all;
      Number const across = inverse_spacing[axis];
      for (int i = 0; i < count; ++i) {
        out[i] -= across * static_cast<Number>(field[i]);
      }
    }
    for (int i = place.at[0] > 0 ? 0 : 1; i < count; ++i) {
      out[i] += inverse * static_cast<Number>(*(here + (i - 1)));
    }
    for (int axis = 1; axis < Rank; ++axis) {
      if (place.at[axis] == 0) continue;
      T const* const before = here + (axis * all - stride(axis));
      Number const across = inverse_spacing[axis];
      for (int i = 0; i < count; ++i) {
        out[i] += across * static_cast<Number>(before[i]);
      }
    }
  }
};

/// The extents of as many fields as an image has axes.
template <int Rank>
Extents<Rank + 1> fields_of(Extents<Rank> const& extents) {
  Extents<Rank + 1> result{};
  for (int axis = 0; axis < Rank; ++axis) result[axis] = extents[axis];
  result[Rank] = Rank;
  return result;
}

/// A pixel of an image that is an array, for Lattice::difference.
template <class T>
struct ArrayPixel {
  T const* image;

  template <int Rank>
  PYRONN_HOST_DEVICE element_number_t<T> operator()(Place<Rank> const& place) const {
    return widen(image[place.index]);
  }
};

/// By what a vector is multiplied to be at most `longest` long.
template <class Number, int Rank>
PYRONN_HOST_DEVICE Number shortening(Number const (&vector)[Rank], Number longest) {
  // By the largest component, so that no square is infinite or lost.
  Number most = 0;
  for (Number const component : vector) {
    Number const size = component < 0 ? -component : component;
    most = size > most ? size : most;
  }
  if (!(most > 0)) return 1;
  Number square = 0;
  for (Number const component : vector) square += (component / most) * (component / most);
  Number const length = most * std::sqrt(square);
  return length > longest ? longest / length : Number{1};
}

/// Calls `step(place)` for pixels: in warps an item has one pixel, on cores a row of them.
template <class Number, int Rank, class Step, bool InWarps>
struct PixelKernel {
  using Block = BlockShape<32, 8, 1>;

  Lattice<Number, Rank> lattice;
  Step step;

  [[nodiscard]] Extents<3> items() const {
    Extents<3> result{1, 1, 1};
    for (int axis = InWarps ? 0 : 1; axis < Rank; ++axis) result[axis] = lattice.extents[axis];
    return result;
  }
  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    Lattice<Number, Rank> const pixels = lattice;
    Step const step_at = step;
    Place<Rank> place{0, {}};
    for (int axis = 0; axis < Rank; ++axis) {
      place.at[axis] = item[axis];
      place.index += item[axis] * pixels.stride(axis);
    }
    if constexpr (InWarps) {
      step_at(place);
    } else {
      int const end = pixels.extents[0];
      for (; place.at[0] < end; ++place.at[0], ++place.index) step_at(place);
    }
  }
};

/// Queues `step(place)` for every pixel, where a Step is a trivially copyable value.
template <class Executor, class Number, int Rank, class Step>
void for_each_pixel(Executor const& executor, Lattice<Number, Rank> const& lattice,
                    Step const& step) {
  constexpr bool in_warps = 1 < warp_size_v<Executor>;
  PixelKernel<Number, Rank, Step, in_warps> const kernel{lattice, step};
  executor.for_each(kernel.items(), kernel);
}

/// Calls `step.row<Width>(place, count)` for pieces of rows of `count` pixels, at most Width: in
/// warps a pixel, on cores as many as the steps' loops vectorise over.
template <class Number, int Rank, class Step, int Width>
struct RowKernel {
  using Block = BlockShape<32, 8, 1>;

  Lattice<Number, Rank> lattice;
  Step step;

  [[nodiscard]] Extents<3> items() const {
    Extents<3> result{1, 1, 1};
    for (int axis = 0; axis < Rank; ++axis) result[axis] = lattice.extents[axis];
    result[0] = (result[0] - 1) / Width + 1;
    return result;
  }
  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    Place<Rank> place{0, {}};
    for (int axis = 0; axis < Rank; ++axis) {
      place.at[axis] = axis == 0 ? item[0] * Width : item[axis];
      place.index += place.at[axis] * lattice.stride(axis);
    }
    // A count that the compiler knows keeps a pixel's numbers in registers.
    int const count = Width == 1 ? 1 : min(Width, lattice.extents[0] - place.at[0]);
    step.template row<Width>(place, count);
  }
};

/// Queues `step.row` for every pixel, where a Step is a trivially copyable value.
template <class Executor, class Number, int Rank, class Step>
void for_each_row(Executor const& executor, Lattice<Number, Rank> const& lattice,
                  Step const& step) {
  constexpr int width = 1 < warp_size_v<Executor> ? 1 : 256;
  RowKernel<Number, Rank, Step, width> const kernel{lattice, step};
  executor.for_each(kernel.items(), kernel);
}

/// The length of the differences at a pixel, as a term of a sum.
template <class T, int Rank>
struct GradientLengthTerm {
  using Number = element_number_t<T>;

  Lattice<Number, Rank> lattice;
  T const* image;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    Place<Rank> const place = lattice.place(i);
    auto const here = static_cast<double>(load_number(image, i));
    double square = 0;
    for (int axis = 0; axis < Rank; ++axis) {
      if (!lattice.has_next(place, axis)) continue;
      double const next = static_cast<double>(load_number(image, i + lattice.stride(axis)));
      double const difference = (next - here) * static_cast<double>(lattice.inverse_spacing[axis]);
      square += difference * difference;
    }
    return std::sqrt(square);
  }
};

}  // namespace pyronn::detail
