// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the program does for iterative methods around the iterations themselves.
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/io/volume_writer.hpp>
#include <pyronn/scan/scan.hpp>

#include "backend.hpp"
#include "bands.hpp"
#include "iteration.hpp"
#include "memory_limits.hpp"
#include "options.hpp"
#include "ranks.hpp"

namespace example {

/// What the command line says of iterations; nothing for filtered backprojection. Reads the mask.
/// Throws BadInput.
[[nodiscard]] std::optional<Iteration> iteration_of(Options const& options,
                                                    pyronn::Scan const& scan,
                                                    pyronn::Grid const& grid);

/// What a solver will allocate.
using SolverBytes = std::function<std::size_t(IterationTask const&)>;

/// All slices and all views at once. Lets the iteration keep as many column sums as fit. Throws
/// BadInput where it does not fit into the limits, and what solver_bytes throws.
[[nodiscard]] BandPlan plan_iterations(BandTask const& task, MemoryLimits const& limits,
                                       Iteration& iteration, SolverBytes const& solver_bytes);

/// "sirt, 100 iterations from zeros, no voxel below 0"
[[nodiscard]] std::string text_of(Iteration const& iteration);

/// "iteration 3 of 100, residual 0.12"
[[nodiscard]] std::string text_of_progress(Iteration const& iteration, int iterations,
                                           double residual);

/// Keeps the slices in memory, which must have place for the volume and outlive the writer.
[[nodiscard]] std::unique_ptr<pyronn::VolumeWriter> volume_in_memory(pyronn::Grid const& grid,
                                                                     std::vector<float>& voxels);

/// A start that filtered backprojection made, for a method that multiplies it: at least a hundredth
/// of the largest voxel of all ranks everywhere.
void make_positive(std::vector<float>& start, Ranks const& ranks);

}  // namespace example
