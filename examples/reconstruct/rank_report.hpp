// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/scan/scan.hpp>

#include "bands.hpp"
#include "ranks.hpp"

namespace example {

/// Prints a line for each rank: its slices, the rows that it reads for them, and its seconds. The
/// plan is that of all ranks together.
void print_bands_of_ranks(BandPlan const& plan, pyronn::Scan const& scan, pyronn::Grid const& grid,
                          Ranks const& ranks, std::vector<double> const& seconds);

/// Prints a line for each rank: its slices, views and seconds.
void print_shares_of_ranks(pyronn::Scan const& scan, pyronn::Grid const& grid, Ranks const& ranks,
                           std::vector<double> const& seconds);

/// Prints how iterations project, and backproject.
void print_rank_plans(std::vector<pyronn::RankPlan> const& plans);

}  // namespace example
