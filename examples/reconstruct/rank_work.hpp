// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/distributed/rank_plan.hpp>
#include <pyronn/io/volume_writer.hpp>
#include <pyronn/scan/scan.hpp>

#include "bands.hpp"
#include "corrections.hpp"
#include "iteration.hpp"
#include "options.hpp"
#include "ranks.hpp"
#include "volume_sink.hpp"

namespace example {

/// Does what the command line says, which each rank reads, and returns the exit status. Throws as
/// run(), in all ranks the same.
int run_on(Ranks const& ranks, std::function<std::optional<Options>()> const& read_options);

/// What a rank is to do of it: all but the first write nothing. Cores and memory of a machine are
/// shared out.
[[nodiscard]] Options options_of_rank(Options options, Ranks const& ranks);

/// Throws BadInput for what a single rank alone can do.
void check_options_of_ranks(Options const& options, Ranks const& ranks);

/// What iterations need to be the same in all ranks, and of the mask this rank's slab alone. Throws
/// BadInput unless each rank has a slice and a view.
void share_iteration(Iteration& iteration, pyronn::Scan const& scan, pyronn::Grid const& grid,
                     Ranks const& ranks);

/// The largest of all ranks' numbers, which are not negative. Throws what another rank threw.
[[nodiscard]] float largest_of_ranks(Ranks const& ranks, float number);
/// The least of all ranks' numbers. Throws what another rank threw.
[[nodiscard]] std::size_t least_of_ranks(Ranks const& ranks, std::size_t number);

/// The numbers of all ranks. Throws what another rank threw.
[[nodiscard]] std::vector<double> numbers_of_ranks(Ranks const& ranks, double number);

/// The slices of a rank.
[[nodiscard]] pyronn::Slab slab_of(pyronn::Scan const& scan, pyronn::Grid const& grid,
                                   Ranks const& ranks, int rank);

/// The views of this rank, where they are shared out.
[[nodiscard]] pyronn::RankShare views_of(pyronn::Scan const& scan, Ranks const& ranks);

/// The bands of a rank.
[[nodiscard]] BandPlan bands_of_rank(BandPlan plan, pyronn::Scan const& scan,
                                     pyronn::Grid const& grid, Ranks const& ranks, int rank);

/// Keeps this rank's slab.
[[nodiscard]] std::unique_ptr<pyronn::VolumeWriter> slab_in_memory(pyronn::Scan const& scan,
                                                                   pyronn::Grid const& grid,
                                                                   Ranks const& ranks,
                                                                   std::vector<float>& slab);

/// Of iterations, whose views are shared out unless corrections look at all of them.
[[nodiscard]] BandPlan iteration_of_rank(BandPlan plan, pyronn::Scan const& scan,
                                         Corrections const& corrections, Ranks const& ranks);

/// Brings the slabs of the others into the first one's sink, some slices at a time. Throws what one
/// of them threw.
void gather_slabs(pyronn::Scan const& scan, pyronn::Grid const& grid, Ranks const& ranks,
                  std::vector<float>& slab, VolumeSink& sink);

}  // namespace example
