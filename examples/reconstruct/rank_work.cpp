// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "rank_work.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include <pyronn/core/error.hpp>
#include <pyronn/distributed/communicator.hpp>
#include <pyronn/distributed/rank_plan.hpp>

#include "bad_input.hpp"
#include "iterative_program.hpp"
#include "program.hpp"

namespace example {

int run_on(Ranks const& ranks, std::function<std::optional<Options>()> const& read_options) {
  int status = 0;
  try {
    share_errors(ranks, [&] {
      auto const options = read_options();
      if (options) status = run(options_of_rank(*options, ranks), ranks);
    });
  } catch (pyronn::InvalidArgument const& error) {
    if (ranks.size() == 1) throw;
    throw BadInput(error.what());
  }
  return status;
}

Options options_of_rank(Options options, Ranks const& ranks) {
  if (ranks.size() == 1) return options;
  if (options.threads == Options{}.threads) {
    options.threads = std::max(1, options.threads / ranks.on_machine());
  }
  options.programs_on_machine = ranks.on_machine();
  if (options.executor == "auto") options.executor = "cpu";
  if (ranks.rank() == 0) return options;
  options.is_quiet = true;
  options.is_verbose = false;
  options.png.clear();
  options.sinogram_png.clear();
  options.axis_png.clear();
  options.method.convergence_png.clear();
  options.grey.clear();
  options.truth.clear();
  options.max_error = std::numeric_limits<double>::infinity();
  return options;
}

void check_options_of_ranks(Options const& options, Ranks const& ranks) {
  if (ranks.size() == 1) return;
  if (options.executor == "cuda") {
    throw BadInput("--executor: cuda works on one rank alone; start it without mpirun");
  }
  if (!options.devices.empty()) {
    throw BadInput("--devices: GPUs work on one rank alone; start it without mpirun");
  }
  MethodFacts const& facts = options.method.facts();
  if (!facts.works_on_ranks) {
    std::string others;
    for (MethodFacts const& method : all_methods()) {
      if (method.works_on_ranks) others += std::string{" "} + method.name;
    }
    throw BadInput("--method: " + options.method.name +
                   " works on one rank alone, and on several:" + others);
  }
  if (facts.may_choose_strength && !options.method.strength) {
    throw BadInput("--strength: " + options.method.name +
                   " needs one on several ranks, as it is chosen on one alone");
  }
}

float largest_of_ranks(Ranks const& ranks, float number) {
  if (ranks.size() == 1) return number;
  share_errors(ranks, [] {});
  // Of numbers that are not negative the bits are in order, too.
  std::int32_t bits = 0;
  std::memcpy(&bits, &number, sizeof(bits));
  bits = static_cast<std::int32_t>(ranks.largest(bits));
  std::memcpy(&number, &bits, sizeof(bits));
  return number;
}

std::size_t least_of_ranks(Ranks const& ranks, std::size_t number) {
  if (ranks.size() == 1) return number;
  share_errors(ranks, [] {});
  return static_cast<std::size_t>(-ranks.largest(-static_cast<std::int64_t>(number)));
}

std::vector<double> numbers_of_ranks(Ranks const& ranks, double number) {
  std::vector<double> numbers(static_cast<std::size_t>(ranks.size()));
  share_errors(ranks, [] {});
  ranks.gather(&number, sizeof(number), numbers.data());
  return numbers;
}

void share_iteration(Iteration& iteration, pyronn::Scan const& scan, pyronn::Grid const& grid,
                     Ranks const& ranks) {
  if (ranks.size() == 1) return;
  int const most = std::min(grid.size[2], scan.num_views());
  if (ranks.size() > most) {
    throw BadInput(
        "--method: " + std::string{iteration.facts.name} + " on " + std::to_string(ranks.size()) +
        " ranks needs as many slices and views, and has " + std::to_string(grid.size[2]) +
        " slices and " + std::to_string(scan.num_views()) + " views; start " +
        std::to_string(most) + " ranks at most");
  }
  // The first one wants them where any does.
  iteration.is_measured = largest_of_ranks(ranks, iteration.is_measured ? 1.0F : 0.0F) > 0;
  if (iteration.mask.empty()) return;
  pyronn::Slab const own = slab_of(scan, grid, ranks, ranks.rank());
  auto const slice = std::ptrdiff_t{grid.size[0]} * grid.size[1];
  auto const first = iteration.mask.begin() + own.first_slice * slice;
  iteration.mask = std::vector<float>(first, first + own.num_slices * slice);
}

pyronn::Slab slab_of(pyronn::Scan const& scan, pyronn::Grid const& grid, Ranks const& ranks,
                     int rank) {
  auto const share = slabs_of(scan, grid, ranks.size())[static_cast<std::size_t>(rank)];
  return {share.first, share.count};
}

pyronn::RankShare views_of(pyronn::Scan const& scan, Ranks const& ranks) {
  return pyronn::share_of_rank(scan.num_views(), ranks.rank(), ranks.size());
}

BandPlan iteration_of_rank(BandPlan plan, pyronn::Scan const& scan, Corrections const& corrections,
                           Ranks const& ranks) {
  if (ranks.size() == 1 || corrections.want_all_views()) return plan;
  auto const own = views_of(scan, ranks);
  plan.first_view = own.first;
  plan.most_views = own.count;
  return plan;
}

BandPlan bands_of_rank(BandPlan plan, pyronn::Scan const& scan, pyronn::Grid const& grid,
                       Ranks const& ranks, int rank) {
  if (ranks.size() == 1) return plan;
  pyronn::Slab const own = slab_of(scan, grid, ranks, rank);
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

std::unique_ptr<pyronn::VolumeWriter> slab_in_memory(pyronn::Scan const& scan,
                                                     pyronn::Grid const& grid, Ranks const& ranks,
                                                     std::vector<float>& slab) {
  pyronn::Slab const own = slab_of(scan, grid, ranks, ranks.rank());
  pyronn::Grid of_slab = grid;
  of_slab.size[2] = std::max(1, own.num_slices);
  slab.resize(static_cast<std::size_t>(of_slab.size.count()));
  return volume_in_memory(of_slab, slab);
}

void gather_slabs(pyronn::Scan const& scan, pyronn::Grid const& grid, Ranks const& ranks,
                  std::vector<float>& slab, VolumeSink& sink) {
  if (ranks.size() == 1) return;
  bool const is_first = ranks.rank() == 0;
  auto const slice =
      static_cast<std::size_t>(grid.size[0]) * static_cast<std::size_t>(grid.size[1]);
  constexpr std::size_t block_bytes = std::size_t{4} << 20;
  auto const most = static_cast<int>(
      std::clamp<std::size_t>(block_bytes / (slice * sizeof(float)), 1, 1U << 20U));
  int received = 0;  // slices that are not yet written
  auto const take = [&] {
    if (is_first && received > 0) sink.take({slab.data(), {grid.size[0], grid.size[1], received}});
  };
  for (int other = 1; other < ranks.size(); ++other) {
    int const theirs = slab_of(scan, grid, ranks, other).num_slices;
    for (int first = 0; first < theirs; first += most) {
      int const count = std::min(most, theirs - first);
      std::function<void()> exchange;
      share_errors(ranks, [&] {
        take();
        std::size_t const floats = static_cast<std::size_t>(count) * slice;
        std::vector<pyronn::SentBytes> sent;
        std::vector<pyronn::ReceivedBytes> block;
        if (is_first && slab.size() < floats) slab.resize(floats);
        if (is_first) block.push_back({other, slab.data(), floats * sizeof(float)});
        if (ranks.rank() == other) {
          float const* const from = slab.data() + static_cast<std::size_t>(first) * slice;
          sent.push_back({0, from, floats * sizeof(float)});
        }
        exchange = ranks.exchange(sent, block);
      });
      exchange();
      received = count;
    }
  }
  share_errors(ranks, take);
}

}  // namespace example
