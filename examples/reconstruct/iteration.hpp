// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "method.hpp"

namespace example {

/// How a volume is made by iterations.
struct Iteration {
  MethodFacts facts;
  int iterations;
  int subsets;
  double strength;
  bool is_nonnegative;
  bool from_fbp;               ///< filtered backprojection makes the start
  std::vector<float> mask{};   ///< 1 for voxels that are sought, else 0; empty: all are
  std::vector<float> start{};  ///< empty: zeros, or where they are multiplied an even image
  bool is_measured = true;     ///< residuals are wanted, for which some methods project once more
  std::size_t column_sums_limit = std::size_t{4} << 30;  ///< [bytes], as OsSart has it
  /// Told after so many iterations the residual in parts of Cost::start_residual, NaN where none is
  /// wanted.
  std::function<void(int iterations, double residual)> progress = [](int, double) {};
  bool is_trial = false;  ///< of a plan: only the time counts
  /// From which slope on differences are edges to pwls [1/mm^2]; 0: an image says.
  double delta = 0;

  /// Whether the start is an image whose lines add up to the data.
  [[nodiscard]] bool makes_even_start() const { return facts.multiplies && !from_fbp; }

  /// Whether views that are held out say what the strength is.
  [[nodiscard]] bool chooses_strength() const {
    return facts.may_choose_strength && strength == 0 && !is_trial;
  }
  /// Whether an image says from which slope on differences are edges.
  [[nodiscard]] bool chooses_delta() const { return facts.method == Method::pwls && delta == 0; }
};

}  // namespace example
