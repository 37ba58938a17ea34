// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The dual of the proximal step of total variation: a vector of length at most 1 for each pixel.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/problem.hpp>

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
};
template <>
struct DualStorage<double> {
  using Stored = double;
  static constexpr double limit = 1;
  static PYRONN_HOST_DEVICE Stored round(double value) { return value; }
};

/// The image of a dual p: bounded(y - w D' p), and y as it is where the mask is 0.
template <class T, int Rank>
struct ImageOfDual {
  using Number = element_number_t<T>;
  using Stored = typename DualStorage<Number>::Stored;

  Lattice<Number, Rank> lattice;
  T const* noisy;      ///< y
  Stored const* dual;  ///< p
  Number weight;       ///< w over the limit of what is stored
  T const* mask;       ///< or null
  Number lower;
  Number upper;

  PYRONN_HOST_DEVICE Number operator()(Place<Rank> const& place) const {
    Number const value = widen(noisy[place.index]);
    if (mask != nullptr && widen(mask[place.index]) == Number{0}) return value;
    Number const change = weight * lattice.transposed_differences(dual, place);
    return bounded(value - change, lower, upper);
  }
};

/// next = p + step D x, of the image x of p, shortened to length 1 where it is longer.
template <class T, int Rank>
struct DualStep {
  using Number = element_number_t<T>;
  using Storage = DualStorage<Number>;

  ImageOfDual<T, Rank> image;
  Number step;
  typename Storage::Stored* next;

  PYRONN_HOST_DEVICE void operator()(Place<Rank> const& place) const {
    constexpr Number limit = Storage::limit;
    // Squares of more could be infinite.
    constexpr auto most = static_cast<Number>(1e15);
    std::int64_t const count = image.lattice.extents.count();
    Number const here = image(place);
    Number values[Rank];
    Number square = 0;
    for (int axis = 0; axis < Rank; ++axis) {
      auto const before = static_cast<Number>(image.dual[axis * count + place.index]);
      Number const change = step * image.lattice.difference(image, place, here, axis);
      values[axis] = before + bounded(change, -most, most);
      square += values[axis] * values[axis];
    }
    Number const factor = square > limit * limit ? limit / std::sqrt(square) : Number{1};
    for (int axis = 0; axis < Rank; ++axis) {
      next[axis * count + place.index] = Storage::round(factor * values[axis]);
    }
  }
};

/// Writes the image of a dual.
template <class T, int Rank>
struct WriteImage {
  ImageOfDual<T, Rank> image;
  T* out;

  PYRONN_HOST_DEVICE void operator()(Place<Rank> const& place) const {
    out[place.index] = element_of<T>(image(place));
  }
};

/// What a proximal step is made of: y, w, and where the image may lie.
template <class T, int Rank>
struct ProxProblem {
  T const* noisy;
  double weight;
  T const* mask;
  PixelBounds bounds;
};

/// Two sets of dual vectors, of which each pass reads one and writes the other; passes come in
/// pairs, so that the first set has the result. Between calls the second set is free.
template <class T, int Rank>
class TvDual {
  using Number = element_number_t<T>;
  using Storage = DualStorage<Number>;
  using Stored = typename Storage::Stored;

 public:
  /// Where both sets lie.
  struct Slots {
    Slots(ArrayLayout& arrays, Extents<Rank> const& extents)
        : first{arrays.template add<Stored>(fields_of(extents))},
          second{arrays.template add<Stored>(fields_of(extents))} {}

    Slot<Stored, Rank + 1> first;
    Slot<Stored, Rank + 1> second;
  };

  TvDual(Slots const& slots, std::byte* memory, Lattice<Number, Rank> const& lattice)
      : first_{slots.first.in(memory)}, second_{slots.second.in(memory)}, lattice_{lattice} {}

  /// The dual becomes 0.
  template <class Executor>
  void clear(Executor const& executor) const {
    for_each_element(executor, FillElements<Stored>{Stored{}}, first_.data, first_.count());
  }

  /// Queues so many steps, an even number, of projected gradients.
  template <class Executor>
  void improve(Executor const& executor, ProxProblem<T, Rank> const& problem,
               int iterations) const {
    // Any factor below 2 converges.
    constexpr double factor = 1.9;
    double const step = factor * static_cast<double>(Storage::limit) /
                        (problem.weight * lattice_.norm_square_bound());
    auto const bounded_step = static_cast<Number>(std::min(step, 1e30));
    for (int n = 0; n < iterations; ++n) {
      Stored* const from = n % 2 == 0 ? first_.data : second_.data;
      Stored* const to = n % 2 == 0 ? second_.data : first_.data;
      DualStep<T, Rank> const pass{image_of(problem, from), bounded_step, to};
      for_each_pixel(executor, lattice_, pass);
    }
  }

  /// The image of the dual.
  [[nodiscard]] ImageOfDual<T, Rank> image(ProxProblem<T, Rank> const& problem) const {
    return image_of(problem, first_.data);
  }

  /// Memory that is free between calls, of at least one image.
  [[nodiscard]] ArrayView<T, Rank> scratch() const {
    static_assert(sizeof(T) <= Rank * sizeof(Stored) && alignof(T) <= 512);
    return {reinterpret_cast<T*>(second_.data), lattice_.extents};
  }

  [[nodiscard]] Lattice<Number, Rank> const& lattice() const { return lattice_; }

 private:
  [[nodiscard]] ImageOfDual<T, Rank> image_of(ProxProblem<T, Rank> const& problem,
                                              Stored const* dual) const {
    return {lattice_,
            problem.noisy,
            dual,
            static_cast<Number>(problem.weight / static_cast<double>(Storage::limit)),
            problem.mask,
            static_cast<Number>(problem.bounds.lower),
            static_cast<Number>(problem.bounds.upper)};
  }

  ArrayView<Stored, Rank + 1> first_;
  ArrayView<Stored, Rank + 1> second_;
  Lattice<Number, Rank> lattice_;
};

}  // namespace pyronn::detail
