// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "bands.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>

#include <pyronn/distributed/rank_slabs.hpp>

#include "bad_input.hpp"

namespace example {

int BandPlan::most_slices() const {
  int most = 0;
  for (Band const& band : bands) most = std::max(most, band.slab.num_slices);
  return most;
}

int BandPlan::most_rows() const {
  int most = 0;
  for (Band const& band : bands) most = std::max(most, band.rows.count);
  return most;
}

namespace {

pyronn::Grid slices_of(pyronn::Grid grid, pyronn::Slab slab) {
  grid.origin[2] += slab.first_slice * grid.spacing[2];
  grid.size[2] = slab.num_slices;
  return grid;
}

pyronn::DetectorRows rows_for(pyronn::Scan const& scan, pyronn::Grid const& grid) {
  return std::visit(
      [&](auto const& geometry) -> pyronn::DetectorRows {
        if constexpr (pyronn::is_plane_geometry_v<std::decay_t<decltype(geometry)>>) {
          return {0, 1};
        } else {
          auto const rows = pyronn::shadow_rows(geometry, grid);
          return rows.count > 0 ? rows : pyronn::DetectorRows{0, 1};  // which holds nothing of it
        }
      },
      scan.geometry);
}

}  // namespace

Band band_of(pyronn::Scan const& scan, pyronn::Grid const& grid, pyronn::Slab slab) {
  return {slab, rows_for(scan, slices_of(grid, slab))};
}

std::vector<pyronn::RankShare> slabs_of(pyronn::Scan const& scan, pyronn::Grid const& grid,
                                        int count) {
  return std::visit(
      [&](auto const& geometry) -> std::vector<pyronn::RankShare> {
        if constexpr (pyronn::is_plane_geometry_v<std::decay_t<decltype(geometry)>>) {
          std::vector<pyronn::RankShare> slabs;
          for (int n = 0; n < count; ++n) {
            slabs.push_back(pyronn::share_of_rank(grid.size[2], n, count));
          }
          return slabs;
        } else {
          return pyronn::slabs_of_ranks(geometry, grid, count);
        }
      },
      scan.geometry);
}

namespace {

int blocks_of(int all, int size) { return (all - 1) / size + 1; }

bool is_parallel(BandTask const& task) {
  return std::holds_alternative<pyronn::ParallelBeam3D>(task.scan.geometry);
}

/// Bands of so many slices; where several places share them, a multiple of their number, which take
/// as long as one another.
std::vector<Band> cut(BandTask const& task, int slices) {
  int const all = task.grid.size[2];
  int count = blocks_of(all, slices);
  bool const shares = task.places > 1 && !is_parallel(task);
  if (shares) count = std::min(all, blocks_of(count, task.places) * task.places);
  std::vector<pyronn::RankShare> slabs;
  if (shares) slabs = slabs_of(task.scan, task.grid, count);
  for (int first = 0; !shares && first < all; first += slices) {
    slabs.push_back({first, std::min(slices, all - first)});
  }
  std::vector<Band> bands;
  for (auto const& slab : slabs) {
    bands.push_back(band_of(task.scan, task.grid, {slab.first, slab.count}));
  }
  return bands;
}

/// Fills in what a plan takes.
void count_bytes(BandTask const& task, BandPlan& plan) {
  auto const size = [](auto... factors) { return (static_cast<std::size_t>(factors) * ...); };
  auto const pixels = size(plan.most_rows(), plan.views_at_a_time);
  std::size_t const raw = pixels * size(task.scan.detector_size()[0], task.raw_bytes);
  std::size_t const lines = pixels * size(task.columns, sizeof(float));
  std::size_t const slice = size(task.grid.size[0], task.grid.size[1], sizeof(float));
  std::size_t const volume = slice * static_cast<std::size_t>(plan.most_slices());
  auto const places = static_cast<std::size_t>(plan.places);
  std::size_t const behind = plan.bands.size() > places ? 2 : 1;  // one is written, one is made
  std::size_t const filtered = std::min(plan.workspace_limit, 2 * lines + (std::size_t{1} << 20));
  std::size_t const place = lines + filtered;
  plan.host_bytes = task.program_bytes + places * (2 * raw + behind * volume) +
                    (task.is_on_device ? 0 : places * place);
  plan.device_bytes = task.is_on_device ? raw + volume + place : 0;
}

/// Slices of one band where nothing but the number of places limits them.
int usual_slices(BandTask const& task) {
  int const all = blocks_of(task.grid.size[2], task.places);
  if (!is_parallel(task)) return all;
  constexpr int multiple = 16;  // of slices that tensor cores take together
  constexpr std::int64_t enough = std::int64_t{1} << 30;
  std::int64_t const slice_bytes = std::int64_t{4} * task.grid.size[0] * task.grid.size[1];
  std::int64_t const fit = std::max<std::int64_t>(1, enough / slice_bytes / multiple) * multiple;
  return static_cast<int>(std::min<std::int64_t>(
      {fit, task.grid.size[2], std::int64_t{blocks_of(all, multiple)} * multiple}));
}

}  // namespace

BandPlan plan_bands(BandTask const& task, MemoryLimits const& limits) {
  int const views = task.scan.num_views();
  std::size_t const place = task.is_on_device ? limits.device : limits.host;
  BandPlan plan{{}, views, std::min(limits.workspace, place / 4), 0, 0};
  for (int slices = usual_slices(task);; slices = (slices + 1) / 2) {
    plan.bands = cut(task, slices);
    plan.places = std::min(task.places, static_cast<int>(plan.bands.size()));
    plan.views_at_a_time = task.all_views ? views : std::min(views, task.usual_views);
    constexpr int few_views = 8;
    for (;; plan.views_at_a_time = (plan.views_at_a_time + 1) / 2) {
      count_bytes(task, plan);
      if (plan.host_bytes <= limits.host && plan.device_bytes <= limits.device) return plan;
      if (task.all_views || plan.views_at_a_time <= few_views) break;
    }
    if (slices == 1) break;
  }
  bool const is_host = plan.host_bytes > limits.host;
  std::size_t const bytes = is_host ? plan.host_bytes : plan.device_bytes;
  std::string const places = is_host && plan.places > 1
                                 ? " on each of " + std::to_string(plan.places) +
                                       " GPUs, of which --devices can name fewer,"
                                 : "";
  throw BadInput(std::string{is_host ? "--host-memory" : "--device-memory"} + ": one slice" +
                 places + " takes " + std::to_string((bytes >> 20) + 1) + "M" +
                 (task.all_views ? " with corrections that look at all views" : ""));
}

}  // namespace example
