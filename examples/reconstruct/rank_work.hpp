// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <pyronn/core/grid.hpp>
#include <pyronn/io/volume_writer.hpp>
#include <pyronn/scan/scan.hpp>

#include "bands.hpp"
#include "options.hpp"
#include "ranks.hpp"
#include "volume_sink.hpp"

namespace example {

/// Does what the command line says, on these ranks, and returns the exit status. Throws as run().
int run_on(Ranks const& ranks, Options const& options);

/// "4 ranks of "; nothing where there is but one.
[[nodiscard]] std::string text_of(Ranks const& ranks);

/// What a rank is to do of it: all but the first write nothing. Cores are shared out.
[[nodiscard]] Options options_of_rank(Options options, Ranks const& ranks);

/// Throws BadInput for what a single rank alone can do.
void check_options_of_ranks(Options const& options, pyronn::Scan const& scan, Ranks const& ranks);

/// The slices of a rank.
[[nodiscard]] pyronn::Slab slab_of(pyronn::Grid const& grid, Ranks const& ranks, int rank);

/// The bands of this rank.
[[nodiscard]] BandPlan bands_of_rank(BandPlan plan, pyronn::Scan const& scan,
                                     pyronn::Grid const& grid, Ranks const& ranks);

/// Keeps this rank's slab.
[[nodiscard]] std::unique_ptr<pyronn::VolumeWriter> slab_in_memory(pyronn::Grid const& grid,
                                                                   Ranks const& ranks,
                                                                   std::vector<float>& slab);

/// Brings the slabs of the others into the first one's sink. Throws what one of them threw.
void gather_slabs(pyronn::Grid const& grid, Ranks const& ranks, std::vector<float>& slab,
                  VolumeSink& sink);

}  // namespace example
