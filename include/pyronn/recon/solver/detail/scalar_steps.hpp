// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arithmetic on a solver's numbers, which stay in the executor's memory, and their way to the
/// host.
#include <array>
#include <cstddef>

#include <pyronn/core/config.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// Does `step(numbers)` once.
template <class Step>
struct ScalarKernel {
  using Block = BlockShape<32, 1, 1>;

  Step step;
  double* numbers;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3>) const { step(numbers); }
};

/// Queues `step(numbers)`, where a Step is a trivially copyable value with a const call operator.
template <class Executor, class Step>
void run_scalar_step(Executor const& executor, Step const& step,
                     double* numbers) {  // NOLINT(readability-non-const-parameter): steps write
  executor.for_each({1, 1, 1}, ScalarKernel<Step>{step, numbers});
}

/// numbers[target] = value
struct SetNumber {
  int target;
  double value;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const { numbers[target] = value; }
};

/// numbers[target] = numbers[source]
struct CopyNumber {
  int source;
  int target;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const { numbers[target] = numbers[source]; }
};

/// numbers[target] += factor numbers[source]
struct AddNumber {
  int source;
  double factor;
  int target;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const {
    numbers[target] += factor * numbers[source];
  }
};

/// numbers[target] = numbers[numerator] / numbers[denominator], 0 where that divides by 0.
struct DivideNumbers {
  int numerator;
  int denominator;
  int target;

  PYRONN_HOST_DEVICE void operator()(double* numbers) const {
    double const divisor = numbers[denominator];
    numbers[target] = divisor == 0 ? 0 : numbers[numerator] / divisor;
  }
};

/// The first `Count` numbers, on the host. Waits.
template <int Count, class Executor>
std::array<double, Count> numbers_on_host(Executor const& executor, double const* numbers) {
  std::array<double, Count> result{};
  HostCopy<backend_t<Executor>>::to_host(executor, numbers, static_cast<std::size_t>(Count),
                                         result.data());
  return result;
}

}  // namespace pyronn::detail
