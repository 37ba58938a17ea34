// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "rank_work.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/rank_plan.hpp>

#include "axis.hpp"
#include "bad_input.hpp"
#include "iterative_program.hpp"
#include "program.hpp"

namespace example {

int run_on(Ranks const& ranks, Options const& options) {
  if (ranks.size() == 1) return run(options, ranks);
  Options const own = options_of_rank(options, ranks);
  int status = 0;
  try {
    ranks.share_errors([&] {
      try {
        status = run(own, ranks);
      } catch (BadInput const& error) {
        throw pyronn::InvalidArgument(error.what());
      }
    });
  } catch (pyronn::InvalidArgument const& error) {
    throw BadInput(error.what());
  }
  return status;
}

std::string text_of(Ranks const& ranks) {
  return ranks.size() == 1 ? "" : std::to_string(ranks.size()) + " ranks of ";
}

Options options_of_rank(Options options, Ranks const& ranks) {
  if (ranks.size() == 1) return options;
  if (options.threads == Options{}.threads) {
    options.threads = std::max(1, options.threads / ranks.size());
  }
  if (options.executor == "auto") options.executor = "cpu";
  if (ranks.rank() == 0) return options;
  options.is_quiet = true;
  options.is_verbose = false;
  options.png.clear();
  options.sinogram_png.clear();
  options.axis_png.clear();
  options.grey.clear();
  options.truth.clear();
  options.max_error = std::numeric_limits<double>::infinity();
  return options;
}

void check_options_of_ranks(Options const& options, pyronn::Scan const& scan, Ranks const& ranks) {
  if (ranks.size() == 1) return;
  auto const refuse = [](bool is_wanted, std::string const& what) {
    if (is_wanted) throw BadInput(what + " on one rank alone; start it without mpirun");
  };
  refuse(options.executor == "cuda", "--executor: cuda works");
  refuse(options.method.is_iterative(), "--method: iterations work");
  refuse(options.is_plan, "--plan: plans are made");
  refuse(wants_axis(options, scan), "--center, --roll: the axis is searched for");
}

pyronn::Slab slab_of(pyronn::Grid const& grid, Ranks const& ranks, int rank) {
  auto const share = pyronn::share_of_rank(grid.size[2], rank, ranks.size());
  return {share.first, share.count};
}

BandPlan bands_of_rank(BandPlan plan, pyronn::Scan const& scan, pyronn::Grid const& grid,
                       Ranks const& ranks) {
  if (ranks.size() == 1) return plan;
  pyronn::Slab const own = slab_of(grid, ranks, ranks.rank());
  std::vector<Band> bands;
  for (Band const& band : plan.bands) {
    int const first = std::max(own.first_slice, band.slab.first_slice);
    int const end =
        std::min(own.first_slice + own.num_slices, band.slab.first_slice + band.slab.num_slices);
    if (first < end) bands.push_back(band_of(scan, grid, {first, end - first}));
  }
  plan.bands = std::move(bands);
  return plan;
}

std::unique_ptr<pyronn::VolumeWriter> slab_in_memory(pyronn::Grid const& grid, Ranks const& ranks,
                                                     std::vector<float>& slab) {
  pyronn::Slab const own = slab_of(grid, ranks, ranks.rank());
  pyronn::Grid of_slab = grid;
  of_slab.size[2] = std::max(1, own.num_slices);
  slab.resize(static_cast<std::size_t>(of_slab.size.count()));
  return volume_in_memory(of_slab, slab);
}

void gather_slabs(pyronn::Grid const& grid, Ranks const& ranks, std::vector<float>& slab,
                  VolumeSink& sink) {
  ranks.share_errors([] {});
  std::size_t const slice =
      static_cast<std::size_t>(grid.size[0]) * static_cast<std::size_t>(grid.size[1]);
  for (int other = 1; other < ranks.size(); ++other) {
    pyronn::Slab const theirs = slab_of(grid, ranks, other);
    for (int n = 0; n < theirs.num_slices; ++n) {
      std::size_t const at = ranks.rank() == 0 ? 0 : static_cast<std::size_t>(n) * slice;
      ranks.share_errors([&] {
        if (ranks.rank() == 0) slab.resize(slice);
      });
      ranks.bring_to_first(
          other, ranks.rank() == 0 || ranks.rank() == other ? slab.data() + at : nullptr, slice);
      ranks.share_errors([&] {
        if (ranks.rank() == 0) sink.take({slab.data(), {grid.size[0], grid.size[1], 1}});
      });
    }
  }
}

}  // namespace example
