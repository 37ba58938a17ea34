// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// run_solver: iterations until a rule says that it is enough.
///
/// What a solver is:
/// @code
///   using Image = ...;                  // an ArrayView of an executor's memory
///   void start(Image image);            // begins with this image, which iterations change; waits
///   void iterate();                     // queues one iteration
///   Image image() const;                // the feasible image
///   SolverMeasures measure();           // numbers about it; waits
/// @endcode
#include <cmath>
#include <functional>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/recon/solver/measures.hpp>

namespace pyronn {

/// When iterations end: after so many of them, or earlier by any of the other rules.
struct StoppingRules {
  int iterations = 100;  ///< at most, at least 0
  /// Morozov's discrepancy principle: they end once the residual's weighted norm is at most this,
  /// for example the root of the number of rays where weights are inverse variances. 0: no rule.
  double discrepancy = 0;
  /// They end once the residual is at most this share, below 1, of what it was at the start. 0: no
  /// rule.
  double residual = 0;
  /// They end once an iteration changes the objective by at most this share of itself. 0: no rule.
  double change = 0;
};

/// Why iterations ended.
enum class StoppedBy { iterations, discrepancy, residual, change, callback };

/// The measures of a run: those of the start, then one entry an iteration.
struct SolverHistory {
  std::vector<SolverMeasures> measures;          ///< the start, then the iterations
  StoppedBy stopped_by = StoppedBy::iterations;  ///< which rule ended it
  int iterations = 0;                            ///< that were made
};

/// Looks at a solver between iterations: gets how many were made and the measures, and returns
/// whether to go on. The solver's image may be read meanwhile.
using SolverCallback = std::function<bool(int iteration, SolverMeasures const& measures)>;

namespace detail {

inline void check_rules(StoppingRules const& rules) {
  expects(rules.iterations >= 0, "run_solver: iterations ", rules.iterations,
          " must be at least 0");
  expects(rules.discrepancy >= 0 && rules.residual >= 0 && rules.change >= 0,
          "run_solver: the rules' discrepancy ", rules.discrepancy, ", residual ", rules.residual,
          " and change ", rules.change, " must be at least 0");
  expects(rules.residual < 1, "run_solver: the rules' residual ", rules.residual,
          " is a share of the residual at the start and must be less than 1");
}

/// Whether a rule other than the number of iterations ends the run whose history this is.
inline bool ends_by_rule(StoppingRules const& rules, SolverHistory& history) {
  SolverMeasures const& now = history.measures.back();
  if (now.residual <= rules.discrepancy && rules.discrepancy > 0) {
    history.stopped_by = StoppedBy::discrepancy;
    return true;
  }
  if (rules.residual > 0 && now.residual <= rules.residual * history.measures.front().residual) {
    history.stopped_by = StoppedBy::residual;
    return true;
  }
  if (rules.change > 0 && history.measures.size() > 1) {
    double const before = (history.measures.end() - 2)->objective;
    if (std::abs(before - now.objective) <= rules.change * std::abs(now.objective)) {
      history.stopped_by = StoppedBy::change;
      return true;
    }
  }
  return false;
}

}  // namespace detail

/// Queues so many iterations of a solver that was started, without waiting for any. Throws as they
/// do.
template <class Solver>
void iterate(Solver& solver, int iterations) {
  detail::expects(iterations >= 0, "iterate: iterations ", iterations, " must be at least 0");
  for (int n = 0; n < iterations; ++n) solver.iterate();
}

/// Iterates a solver that was started until a rule or the callback ends it. Measures after every
/// iteration, for which it waits; `iterate` does not. Throws InvalidArgument for rules out of range
/// and what iterations throw; the solver's image is then what the last whole iteration left.
template <class Solver>
SolverHistory run_solver(Solver& solver, StoppingRules const& rules,
                         SolverCallback const& callback = {}) {
  detail::check_rules(rules);
  SolverHistory history;
  history.measures.push_back(solver.measure());
  while (true) {
    if (detail::ends_by_rule(rules, history)) return history;
    if (callback && !callback(history.iterations, history.measures.back())) {
      history.stopped_by = StoppedBy::callback;
      return history;
    }
    if (history.iterations == rules.iterations) return history;
    solver.iterate();
    ++history.iterations;
    history.measures.push_back(solver.measure());
  }
}

}  // namespace pyronn
