// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <pyronn/distributed/rank_plan.hpp>

#include "backend.hpp"
#include "ranks.hpp"

namespace example {

/// By iterations, on this many cores of each rank, which keeps its slab and its views. All do it at
/// the same time.
Cost reconstruct_iteratively_on_ranks(Job const& job, int threads, Ranks const& ranks);

/// How a rank projects, and backprojects, without a word to the others. Throws BadInput where the
/// workspace does not do.
[[nodiscard]] std::vector<pyronn::RankPlan> plans_on_ranks(IterationTask const& task, int threads,
                                                           Ranks const& ranks);

/// What the solver of this rank will allocate, what it exchanges included, without a word to the
/// others. Throws as plans_on_ranks.
std::size_t solver_bytes_on_ranks(IterationTask const& task, int threads, Ranks const& ranks);

}  // namespace example
