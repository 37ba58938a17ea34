// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// iterate_until_settled: iterations until the objective stays what it is.
#include <cmath>

#include <pyronn/recon/solver/measures.hpp>

namespace pyronn::detail {

/// What iterate_until_settled did.
struct SettledRun {
  int iterations = 0;
  SolverMeasures measures{};
  bool has_settled = false;
};

/// Ten iterations after another of a solver that was started, until they change the objective by at
/// most a share of it, or after so many. Objectives of solvers with momentum are not monotone, and
/// to measure after each iteration costs about as much as that.
template <class Solver>
SettledRun iterate_until_settled(Solver& solver, int iterations, double change) {
  constexpr int turn = 10;
  SettledRun run;
  run.measures = solver.measure();
  while (!run.has_settled && run.iterations + turn <= iterations) {
    double const before = run.measures.objective;
    for (int n = 0; n < turn; ++n) solver.iterate();
    run.iterations += turn;
    run.measures = solver.measure();
    double const now = run.measures.objective;
    run.has_settled = std::abs(before - now) <= change * std::abs(now);
  }
  return run;
}

}  // namespace pyronn::detail
