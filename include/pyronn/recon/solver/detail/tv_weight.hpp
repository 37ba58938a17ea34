// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The weight of a proximal step of total variation: as given, or measured against the image, where
/// the dual's 16 bits would not do.
///
/// The step of y for the weight w is the mean of y for every w >= G, the least largest length of
/// fields q with D' q = y - mean: Y. Meyer, "Oscillating patterns in image processing and nonlinear
/// evolution equations", AMS University Lecture Series 22 (2001). A field that takes the means of
/// rows along one axis after another away has along an axis of n pixels at most the length
/// h floor(n / 2) ceil(n / 2) / n times the range of y, so that the root of the sum of their
/// squares is a bound of G over the range of y.
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/detail/scalar.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/detail/tv_steps.hpp>

namespace pyronn::detail {

/// Up to so many ranges of the image, over |D|, a weight is not measured: less than 2e-5 of the
/// range between neighbours is lost when a step of the dual is rounded.
inline constexpr double ranges_without_measuring = 0.5;

/// The bound of G over the range of an image with so many slices along its last axis.
template <class Number, int Rank>
double reach_of(Lattice<Number, Rank> const& lattice, std::int64_t slices) {
  double square = 0;
  for (int axis = 0; axis < Rank; ++axis) {
    std::int64_t const n = axis + 1 < Rank ? lattice.extents[axis] : slices;
    if (n == 0) continue;
    std::int64_t const half = n / 2;
    double const longest = static_cast<double>(half) * static_cast<double>(n - half) /
                           static_cast<double>(n) /
                           static_cast<double>(lattice.inverse_spacing[axis]);
    square += longest * longest;
  }
  return std::sqrt(square);
}

/// Whether the dual might lose what is seen of an image of this range, of which 0 says nothing.
template <class Number, int Rank>
bool is_strong(Lattice<Number, Rank> const& lattice, double weight, double range) {
  return weight * std::sqrt(lattice.norm_square_bound()) > ranges_without_measuring * range;
}

/// The weight w, and how long the steps of its dual are; rounded to the nearest.
template <class Number>
struct GivenWeight {
  using Step = Number;

  Number over_limit;  ///< w over the limit of what is stored
  Number step;

  void next() {}
  PYRONN_HOST_DEVICE Number weight() const { return over_limit; }
  [[nodiscard]] Step step_length() const { return step; }
  PYRONN_HOST_DEVICE bool is_even() const { return false; }
  PYRONN_HOST_DEVICE Number mean() const { return 0; }
  template <class Storage>
  PYRONN_HOST_DEVICE auto round(Number value, std::int64_t) const {
    return Storage::round(value);
  }
};

/// What is measured before a proximal step.
enum ProxNumber {
  prox_mean,        ///< of y
  prox_spread,      ///< the largest distance from it
  prox_over_limit,  ///< the weight, over the limit of what is stored
  prox_step,        ///< of the dual
  prox_is_even,     ///< 1 where the result is the mean
  prox_is_mixed,    ///< 1 where roundings go up or down by chance
  prox_turn,        ///< how many iterations there were
  prox_rest,        ///< the spread of the dual's image
  prox_longest,     ///< dual vector, over the limit, squared
  prox_numbers
};

/// The same in the executor's memory. Where the weight is large steps of the dual may be below the
/// distance of the numbers it is stored in: rounded to the nearest they were lost. They are rounded
/// up in that part of the iterations which they are of this distance.
template <class Number>
struct MeasuredWeight {
  using Step = double const*;

  double const* numbers;
  std::uint32_t iteration;  ///< of the call

  void next() { ++iteration; }
  PYRONN_HOST_DEVICE Number weight() const { return static_cast<Number>(numbers[prox_over_limit]); }
  [[nodiscard]] Step step_length() const { return numbers + prox_step; }
  PYRONN_HOST_DEVICE bool is_even() const { return numbers[prox_is_even] > 0; }
  PYRONN_HOST_DEVICE Number mean() const { return static_cast<Number>(numbers[prox_mean]); }
  template <class Storage>
  PYRONN_HOST_DEVICE auto round(Number value, std::int64_t index) const {
    if (numbers[prox_is_mixed] == 0) return Storage::round(value);
    constexpr Number limit = Storage::limit;
    return static_cast<typename Storage::Stored>(
        bounded(std::floor(value + threshold(index)), -limit, limit));
  }

 private:
  /// From 0 to 1, evenly over places and, by the golden ratio, over iterations.
  [[nodiscard]] PYRONN_HOST_DEVICE Number threshold(std::int64_t index) const {
    constexpr std::uint32_t golden = 2654435769U;
    auto bits = static_cast<std::uint32_t>(index) * golden;
    bits = (bits ^ (bits >> 15)) * 2246822519U;
    bits = (bits ^ (bits >> 13)) * 3266489917U;
    bits ^= bits >> 16;
    bits += (static_cast<std::uint32_t>(numbers[prox_turn]) + iteration) * golden;
    constexpr auto unit = static_cast<Number>(0x1p-24);
    return unit * static_cast<Number>(bits >> 8);
  }
};

/// The same for the image that the dual has, even or not.
template <class Number>
struct UnevenWeight : MeasuredWeight<Number> {
  PYRONN_HOST_DEVICE bool is_even() const { return false; }
};

/// |x - *middle|, as a term.
template <class T>
struct DistanceTerm {
  T const* x;
  double const* middle;

  PYRONN_HOST_DEVICE double operator()(std::int64_t i) const {
    double const distance = static_cast<double>(load_number(x, i)) - *middle;
    return distance < 0 ? -distance : distance;
  }
};

/// numbers[target] /= divisor
struct DivideNumber {
  int target;
  double divisor;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const { numbers[target] /= divisor; }
};

/// numbers[prox_mean] and numbers[prox_spread] of an image, together with what others have of it.
/// Queued.
template <class Executor, class T>
void measure_spread(Executor const& executor, char const* name, T const* image, std::int64_t count,
                    double* numbers, Workspace<Executor>& workspace) {
  VectorNames const names{name, "", "", "spread"};
  reduce<Unchanged>(executor, names, ElementTerm<T>{image}, count, numbers + prox_mean, workspace);
  auto const all = static_cast<double>(elements_over_ranks(executor, count));
  run_scalar_step(executor, DivideNumber{prox_mean, all}, numbers);
  DistanceTerm<T> const term{image, numbers + prox_mean};
  reduce<Unchanged, Larger>(executor, names, term, count, numbers + prox_spread, workspace);
}

/// How many have a part of an image each; what they add up, over this, is no more than the largest.
template <class Executor>
double parts_of(Executor const& executor) {
  return static_cast<double>(elements_over_ranks(executor, 1));
}

/// How far A' W b ranges, or less, where pixels are sought. Waits. Arrays and numbers are
/// overwritten.
template <class System, class Rays, class Image>
double range_of_data(System& system, Rays const& rays, Image const& gradient, double* numbers) {
  system.weigh(system.problem().data, rays);
  system.apply_transpose(rays, gradient);
  system.mask(gradient);
  measure_spread(system.executor(), system.name(), gradient.data, gradient.count(), numbers,
                 system.workspace());
  double const spread = numbers_on_host<2>(system.executor(), numbers)[prox_spread];
  return 2 * spread / parts_of(system.executor());
}

/// The weight and what follows from it.
struct MeasureWeight {
  double weight;       ///< that was asked for
  double reach;        ///< reach_of
  double limit;        ///< of what is stored
  double factor;       ///< of steps: over w |D|^2
  double norm_square;  ///< |D|^2
  double iterations;   ///< of the call
  double may_be_even;  ///< 1 where all pixels are sought, else 0
  double parts;        ///< parts_of

  PYRONN_HOST_DEVICE void operator()(double* numbers) const {
    double const range = 2 * numbers[prox_spread];
    double const most = range * reach;
    bool const is_more = weight >= most && most > 0;
    double const used = is_more ? most : weight;
    numbers[prox_over_limit] = used / limit;
    double const step = factor * limit / (used * norm_square);
    numbers[prox_step] = step < 1e30 ? step : 1e30;
    numbers[prox_is_even] = is_more ? may_be_even : 0.0;
    bool const is_mixed = used * std::sqrt(norm_square) > ranges_without_measuring * range / parts;
    numbers[prox_is_mixed] = is_mixed ? 1.0 : 0.0;
    numbers[prox_turn] += iterations;
  }
};

/// Whether the mean of y is the result, as the dual proves: G is at most w times its longest vector
/// and what takes the rest of its image away.
struct ProveEven {
  double weight;
  double reach;
  double limit;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const {
    double const used = numbers[prox_over_limit] * limit;
    double const longest = std::sqrt(numbers[prox_longest]);
    if (used * longest + 2 * numbers[prox_rest] * reach <= weight) numbers[prox_is_even] = 1;
  }
};

}  // namespace pyronn::detail
