// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a solver is asked for its image, and what a run of it keeps.
#include <limits>

namespace pyronn {

/// Numbers about a solver's image. NaN: the solver has no such number.
struct SolverMeasures {
  /// The weighted norm |W^(1/2) (b - A x)| of the residual.
  double residual = std::numeric_limits<double>::quiet_NaN();
  /// What the solver makes small, as its doc comment says.
  double objective = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace pyronn
