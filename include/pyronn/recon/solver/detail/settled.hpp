// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// iterate_until_settled: iterations until the image stays what it is.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>

#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/detail/reduction.hpp>
#include <pyronn/exec/vector_operations.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/detail/element_steps.hpp>
#include <pyronn/recon/solver/detail/scalar_steps.hpp>

namespace pyronn::detail {

/// What iterate_until_settled did.
struct SettledRun {
  int iterations = 0;
  bool has_settled = false;
};

/// How many iterations are made between looks at the image.
inline constexpr int settled_turn = 10;

/// Some iterations after others of a solver that was started, until they change the image by at
/// most a share of its norm, or there were so many. Allocates a copy of the image.
template <class Executor, class Solver>
SettledRun iterate_until_settled(Executor const& executor, Solver& solver, int iterations,
                                 double change) {
  auto const image = solver.image();
  using Element = std::remove_pointer_t<decltype(image.data)>;
  Buffer<Element, Executor> const kept{executor, static_cast<std::size_t>(image.count())};
  Buffer<double, Executor> const numbers{executor, 2};
  Workspace<Executor> workspace{executor, reduction_workspace_bytes(executor, image.count())};
  auto const before = kept.view(image.extents);
  SettledRun run;
  while (!run.has_settled && run.iterations + settled_turn <= iterations) {
    copy(executor, image, before);
    for (int n = 0; n < settled_turn; ++n) solver.iterate();
    run.iterations += settled_turn;
    SquareDifferenceTerm<Element> const term{image.data, before.data};
    reduce<Unchanged>(executor, {"iterate_until_settled", "", "", "iterate_until_settled: change"},
                      term, image.count(), numbers.data(), workspace);
    dot(executor, image, image, numbers.data() + 1, workspace);
    auto const squares = numbers_on_host<2>(executor, numbers.data());
    run.has_settled = std::sqrt(squares[0]) <= change * std::sqrt(squares[1]);
  }
  return run;
}

}  // namespace pyronn::detail
