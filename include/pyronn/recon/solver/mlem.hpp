// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Mlem: maximum likelihood by expectation maximisation.
#include <cstddef>

#include <pyronn/exec/workspace.hpp>
#include <pyronn/recon/solver/osem.hpp>
#include <pyronn/recon/solver/problem.hpp>

namespace pyronn {

/// What else an Mlem is made with.
struct MlemOptions {
  std::size_t workspace_limit = default_workspace_limit;  ///< of the map's calls [bytes]
};

/// Maximum likelihood by expectation maximisation, x = x / (A' W 1) A' W (b / A x), then bounds:
/// Osem with one subset, whose map needs no views. Each iteration makes the likelihood of Poisson
/// data b larger. L. Shepp, Y. Vardi, "Maximum likelihood reconstruction for emission tomography",
/// IEEE Trans. Med. Imag. 1 (1982). In all else as Osem.
template <class Map, class Executor>
class Mlem : public Osem<Map, Executor> {
  using Base = Osem<Map, Executor>;

 public:
  /// What it will allocate [bytes].
  static std::size_t memory_bytes(Executor const& executor, Map const& map,
                                  MlemOptions const& options = {}) {
    return Base::memory_bytes(executor, map, with_one_subset(options));
  }

  /// Allocates all memory. Throws OutOfMemory.
  Mlem(Executor const& executor, ReconstructionProblem<Map> const& problem,
       MlemOptions const& options = {})
      : Base{"Mlem", executor, problem, with_one_subset(options)} {}

 private:
  static OsemOptions with_one_subset(MlemOptions const& options) {
    OsemOptions result;
    result.subsets = 1;
    result.workspace_limit = options.workspace_limit;
    return result;
  }
};

}  // namespace pyronn
