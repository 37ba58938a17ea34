// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The dual of the proximal step of total variation: a vector of length at most 1 for each pixel.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/detail/scalar.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/array_layout.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/tv_image.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>
#include <pyronn/recon/solver/detail/tv_weight.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn::detail {

/// next = p + step D x, of the image x of p, shortened to length 1 where it is longer.
template <class T, int Rank, class Weight>
struct DualStep {
  using Number = element_number_t<T>;
  using Storage = DualStorage<Number>;

  ImageOfDual<T, Rank, Weight> image;
  typename Weight::Step step;  ///< of the weight; apart, which takes fewer registers
  typename Storage::Stored* next;

  template <int Width>
  PYRONN_HOST_DEVICE void row(Place<Rank> const& place, int count) const {
    Number values[Rank][Width];
    Number here[Width + 1];
    bool const is_last = place.at[0] + count == image.lattice.extents[0];
    image.row(place, count, here);
    here[count] = here[count - 1];
    if (!is_last) image.row(after(place, count), 1, here + count);
    move<Width>(0, place, count, here, here + 1, values[0]);
    Number beside[Width];
    for (int axis = 1; axis < Rank; ++axis) {
      bool const has_next = image.lattice.has_next(place, axis);
      if (has_next) image.row(image.lattice.next(place, axis), count, beside);
      move<Width>(axis, place, count, here, has_next ? beside : here, values[axis]);
    }
    shorten<Width>(count, values);
    std::int64_t const all = image.lattice.extents.count();
    for (int axis = 0; axis < Rank; ++axis) {
      typename Storage::Stored* const out = next + (axis * all + place.index);
      for (int i = 0; i < count; ++i) {
        out[i] =
            image.weight.template round<Storage>(values[axis][i], axis * all + place.index + i);
      }
    }
  }

 private:
  /// The pixel behind the last one of a piece of a row.
  static PYRONN_HOST_DEVICE Place<Rank> after(Place<Rank> place, int count) {
    place.index += count;
    place.at[0] += count;
    return place;
  }
  /// p + step (next - here) / spacing along an axis.
  template <int Width>
  PYRONN_HOST_DEVICE void move(int axis, Place<Rank> const& place, int count, Number const* here,
                               Number const* beside, Number (&values)[Width]) const {
    // Squares of more could be infinite.
    constexpr auto most = static_cast<Number>(1e15);
    typename Storage::Stored const* const before =
        image.dual + (axis * image.lattice.extents.count() + place.index);
    Number const factor = scalar_value<Number>(step) * image.lattice.inverse_spacing[axis];
    for (int i = 0; i < count; ++i) {
      values[i] =
          static_cast<Number>(before[i]) + bounded(factor * (beside[i] - here[i]), -most, most);
    }
  }
  /// Vectors longer than 1 get this length.
  template <int Width>
  static PYRONN_HOST_DEVICE void shorten(int count, Number (&values)[Rank][Width]) {
    constexpr Number limit = Storage::limit;
    for (int i = 0; i < count; ++i) {
      Number square = 0;
      for (int axis = 0; axis < Rank; ++axis) square += values[axis][i] * values[axis][i];
      Number const longer = square > limit * limit ? square : limit * limit;
      Number const factor = limit * Storage::reciprocal_length(longer);
      for (int axis = 0; axis < Rank; ++axis) values[axis][i] *= factor;
    }
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
  /// Whether it is of integers.
  static constexpr bool is_rounded = std::is_integral_v<Stored>;

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

  /// The weight of a problem, as it is.
  [[nodiscard]] GivenWeight<Number> given(ProxProblem<T, Rank> const& problem) const {
    double const step = step_factor * limit / (problem.weight * lattice_.norm_square_bound());
    return {static_cast<Number>(problem.weight / limit), static_cast<Number>(std::min(step, 1e30))};
  }

  /// Queues so many steps, an even number, of projected gradients.
  template <class Executor, class Weight>
  void improve(Executor const& executor, ProxProblem<T, Rank> const& problem, Weight weight,
               int iterations) const {
    for (int n = 0; n < iterations; ++n) {
      Stored* const from = n % 2 == 0 ? first_.data : second_.data;
      Stored* const to = n % 2 == 0 ? second_.data : first_.data;
      DualStep<T, Rank, Weight> const pass{image_of(problem, weight, from), weight.step_length(),
                                           to};
      for_each_row(executor, lattice_, pass);
      weight.next();
    }
  }

  /// The same with a weight that is measured, which it returns. `own` are the pixels of y without
  /// slices that others have; numbers have zeros before the first call.
  template <class Executor, class View>
  MeasuredWeight<Number> improve_measured(Executor const& executor, char const* name,
                                          ProxProblem<T, Rank> const& problem, View const& own,
                                          int iterations, double* numbers,
                                          Workspace<Executor>& workspace) const {
    std::int64_t const pixels = elements_over_ranks(executor, own.count());
    std::int64_t const slice = std::max<std::int64_t>(lattice_.stride(Rank - 1), 1);
    double const reach = reach_of(lattice_, pixels / slice);
    double const may_be_even = problem.mask == nullptr ? 1 : 0;
    measure_spread(executor, name, own.data, own.count(), numbers, workspace);
    MeasureWeight const measure{problem.weight,
                                reach,
                                limit,
                                step_factor,
                                lattice_.norm_square_bound(),
                                static_cast<double>(iterations),
                                may_be_even,
                                parts_of(executor)};
    run_scalar_step(executor, measure, numbers);
    MeasuredWeight<Number> const weight{numbers, 0};
    if (problem.weight > 0) improve(executor, problem, weight, iterations);
    if (problem.mask == nullptr)
      prove_even(executor, name, problem, own, reach, numbers, workspace);
    return weight;
  }

  /// The image of the dual.
  template <class Weight>
  [[nodiscard]] ImageOfDual<T, Rank, Weight> image(ProxProblem<T, Rank> const& problem,
                                                   Weight const& weight) const {
    return image_of(problem, weight, first_.data);
  }

  /// Memory that is free between calls, of at least one image.
  [[nodiscard]] ArrayView<T, Rank> scratch() const {
    static_assert(sizeof(T) <= Rank * sizeof(Stored) && alignof(T) <= 512);
    return {reinterpret_cast<T*>(second_.data), lattice_.extents};
  }

  /// Of the vectors between calls, the components along an axis.
  [[nodiscard]] ArrayView<Stored, Rank> field(int axis) const {
    return {first_.slices(axis, 1).data, lattice_.extents};
  }

  [[nodiscard]] Lattice<Number, Rank> const& lattice() const { return lattice_; }

 private:
  /// Queues a look at whether the result is the mean, where all pixels are sought.
  template <class Executor, class View>
  void prove_even(Executor const& executor, char const* name, ProxProblem<T, Rank> problem,
                  View const& own, double reach, double* numbers,
                  Workspace<Executor>& workspace) const {
    std::int64_t const first = own.data - problem.noisy;
    problem.bounds = {};
    UnevenWeight<Number> const weight{{numbers, 0}};
    ImageOfDual<T, Rank, UnevenWeight<Number>> const image = image_of(problem, weight, first_.data);
    DualImageDistance<ImageOfDual<T, Rank, UnevenWeight<Number>>> const rest{image, first,
                                                                             numbers + prox_mean};
    VectorNames const names{name, "", "", "proof"};
    reduce<Unchanged, Larger>(executor, names, rest, own.count(), numbers + prox_rest, workspace);
    DualSquare<Stored, Rank> const square{first_.data + first, lattice_.extents.count(), limit};
    reduce<Unchanged, Larger>(executor, names, square, own.count(), numbers + prox_longest,
                              workspace);
    run_scalar_step(executor, ProveEven{problem.weight, reach, limit}, numbers);
  }

  /// Any factor below 2 converges.
  static constexpr double step_factor = 1.9;
  static constexpr double limit = static_cast<double>(Storage::limit);

  template <class Weight>
  [[nodiscard]] ImageOfDual<T, Rank, Weight> image_of(ProxProblem<T, Rank> const& problem,
                                                      Weight const& weight,
                                                      Stored const* dual) const {
    return {lattice_,
            problem.noisy,
            dual,
            weight,
            problem.mask,
            static_cast<Number>(problem.bounds.lower),
            static_cast<Number>(problem.bounds.upper)};
  }

  ArrayView<Stored, Rank + 1> first_;
  ArrayView<Stored, Rank + 1> second_;
  Lattice<Number, Rank> lattice_;
};

}  // namespace pyronn::detail
