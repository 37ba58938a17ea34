// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SolverLoop: iterations until a rule ends them that the executor looks at itself.
///
/// @code
///   solver.start(image);
///   SolverLoop loop{executor, solver, rules};
///   loop.run();                          // on CUDA devices: queued, as everything before
///   LoopEnd const end = loop.end();      // waits
/// @endcode
#include <cmath>
#include <utility>

#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/repeat_while.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>
#include <pyronn/recon/solver/run_solver.hpp>

namespace pyronn {

/// How the iterations of a SolverLoop ended.
struct LoopEnd {
  int iterations = 0;                            ///< that were made
  StoppedBy stopped_by = StoppedBy::iterations;  ///< which rule ended them
  double residual = 0;                           ///< |W^(1/2) (b - A x)| of the image
};

namespace detail {

/// The rules as the executor looks at them, and where their numbers lie.
struct LoopRules {
  enum Number { goes_on, iterations, stopped_by, residual, first_residual, num_numbers };

  double const* square;
  double discrepancy;
  double share;
  double most;

  /// As run_solver decides.
  PYRONN_HOST_DEVICE void decide(double* n) const {
    auto by = StoppedBy::iterations;
    bool ends = n[iterations] >= most;
    if (discrepancy > 0 && n[residual] <= discrepancy) {
      by = StoppedBy::discrepancy;
      ends = true;
    } else if (share > 0 && n[residual] <= share * n[first_residual]) {
      by = StoppedBy::residual;
      ends = true;
    }
    n[stopped_by] = static_cast<double>(by);
    n[goes_on] = ends ? 0 : 1;
  }
};

/// Before the first iteration.
struct BeginLoop {
  LoopRules rules;

  PYRONN_HOST_DEVICE void operator()(double* n) const {
    n[LoopRules::iterations] = 0;
    n[LoopRules::residual] = std::sqrt(*rules.square);
    n[LoopRules::first_residual] = n[LoopRules::residual];
    rules.decide(n);
  }
};

/// After each of them.
struct CountIteration {
  LoopRules rules;

  PYRONN_HOST_DEVICE void operator()(double* n) const {
    n[LoopRules::iterations] += 1;
    n[LoopRules::residual] = std::sqrt(*rules.square);
    rules.decide(n);
  }
};

template <class Solver>
using QueuesResidual = decltype(std::declval<Solver&>().queue_residual_square());

}  // namespace detail

/// Iterations of a solver until a rule ends them, as run_solver makes them, with the same bits: but
/// the numbers stay where the executor works. From CUDA 12.4 on a run is a graph whose iteration
/// repeats on the device while its residual is above the limit, and the host does not wait for any;
/// elsewhere the host reads one number an iteration. Nothing is measured beside the residual.
///
/// The first run captures an iteration: what a solver's start() found on the host, as the norm of a
/// FistaTv, is that of the first run in all others. A run with another image captures anew.
/// Executor, solver and its problem must outlive the loop. Neither copied nor moved.
template <class Solver, class Executor>
class SolverLoop {
  static_assert(
      detail::is_detected_v<detail::QueuesResidual, Solver>,
      "The solver of a SolverLoop must have 'double const* queue_residual_square()', which "
      "queues the square of the residual's weighted norm; without it take run_solver.");

 public:
  /// Of a solver that works on this executor. Allocates a few numbers. Throws InvalidArgument for
  /// rules out of range and for the rule of change, which needs the objective, and OutOfMemory.
  SolverLoop(Executor const& executor, Solver& solver, StoppingRules const& rules)
      : executor_{executor},
        solver_{&solver},
        rules_{checked(rules)},
        numbers_{executor, LoopRules::num_numbers} {}
  ~SolverLoop() = default;
  SolverLoop(SolverLoop const&) = delete;
  SolverLoop& operator=(SolverLoop const&) = delete;

  /// Makes iterations of the solver, which was started, until a rule ends them; none where one
  /// holds already. Does not wait where the device repeats them. Throws InvalidArgument while the
  /// executor's work is being captured, of which a loop cannot be part, and what iterations throw.
  void run() {
    check_not_captured();
    double const* const square = solver_->queue_residual_square();
    LoopRules const rules{square, rules_.discrepancy, rules_.residual,
                          static_cast<double>(rules_.iterations)};
    detail::run_scalar_step(executor_, detail::BeginLoop{rules}, numbers_.data());
    void const* const image = solver_->image().data;
    if (image != image_) repeat_.forget();
    image_ = image;
    repeat_(executor_, numbers_.data() + LoopRules::goes_on, [&] {
      solver_->iterate();
      static_cast<void>(solver_->queue_residual_square());
      detail::run_scalar_step(executor_, detail::CountIteration{rules}, numbers_.data());
    });
  }

  /// How the last run ended. Waits.
  [[nodiscard]] LoopEnd end() const {
    auto const found = detail::numbers_on_host<LoopRules::num_numbers>(executor_, numbers_.data());
    return {static_cast<int>(found[LoopRules::iterations]),
            static_cast<StoppedBy>(static_cast<int>(found[LoopRules::stopped_by])),
            found[LoopRules::residual]};
  }

 private:
  using LoopRules = detail::LoopRules;

  static StoppingRules const& checked(StoppingRules const& rules) {
    detail::check_rules(rules);
    detail::expects(rules.change == 0, "SolverLoop: the rule of change ", rules.change,
                    " needs the objective, which is not made; take run_solver");
    return rules;
  }

  void check_not_captured() const {
    if constexpr (detail::is_detected_v<detail::IsCapturing, Executor>) {
      detail::expects(!executor_.is_capturing(),
                      "SolverLoop: the executor's work is being captured, and a loop cannot be "
                      "part of that; run it outside");
    }
  }

  Executor executor_;
  Solver* solver_;
  StoppingRules rules_;
  Buffer<double, Executor> numbers_;
  detail::RepeatWhile<backend_t<Executor>> repeat_;
  void const* image_ = nullptr;
};

}  // namespace pyronn
