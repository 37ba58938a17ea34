// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Steps of Nesterov's momentum.
#include <cmath>
#include <cstdint>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/storage.hpp>
#include <pyronn/exec/detail/elementwise.hpp>
#include <pyronn/exec/detail/scalar.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>

namespace pyronn::detail {

/// numbers[momentum] = (k - 1) / k', where k = numbers[count] becomes
/// k' = (1 + sqrt(1 + 4 k^2)) / 2, but at most `most`.
struct NextMomentum {
  int count;
  int momentum;
  double most;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const {
    double const steps = numbers[count];
    double const next = (1 + std::sqrt(1 + 4 * steps * steps)) / 2;
    numbers[momentum] = (steps - 1) / next;
    numbers[count] = min(next, most);
  }
};

/// next = bounded(z + step); also z = next + momentum (next - x). Both stay as they are where the
/// mask is 0. z may be x, without momentum, which is a number or a pointer to one in the executor's
/// memory.
template <class T, class Factor>
struct MomentumStep {
  using Number = element_number_t<T>;

  T const* x;
  T* z;
  T const* step;
  T const* mask;  ///< or null
  Factor momentum;
  Number lower;
  Number upper;

  PYRONN_HOST_DEVICE MomentumStep<T, Number> with_scalars() const {
    return {x, z, step, mask, scalar_value<Number>(momentum), lower, upper};
  }
  PYRONN_HOST_DEVICE T operator()(std::int64_t i) const {
    if (mask != nullptr && widen(mask[i]) == Number{0}) return x[i];
    Number const next = bounded(widen(z[i]) + widen(step[i]), lower, upper);
    Number const change = next - widen(x[i]);
    z[i] = element_of<T>(next + momentum * change);
    return element_of<T>(next);
  }
};

}  // namespace pyronn::detail
