// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "estimate.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pyronn/io/atomic_file.hpp>

#include "stopwatch.hpp"

namespace example {
namespace {

class DiscardedVolume final : public pyronn::VolumeWriter {
 public:
  explicit DiscardedVolume(pyronn::Grid const& grid) : VolumeWriter{grid} {}

 private:
  void write(pyronn::VolumeView<float const>) override {}
  void finish() override {}
};

/// Rows times views, summed over bands.
double rows_read(BandPlan const& plan, int views) {
  double rows = 0;
  for (Band const& band : plan.bands) rows += band.rows.count;
  return rows * std::min(views, plan.most_views);
}

/// Slices times views.
double slices_made(BandPlan const& plan, int views) {
  double slices = 0;
  for (Band const& band : plan.bands) slices += band.slab.num_slices;
  return slices * std::min(views, plan.most_views);
}

double seconds_to_write(std::filesystem::path const& output, std::int64_t bytes) {
  constexpr std::int64_t piece = std::int64_t{1} << 24;
  std::int64_t const tried = std::min(bytes, 8 * piece);
  std::vector<char> const zeros(static_cast<std::size_t>(std::min(tried, piece)));
  Stopwatch watch;
  pyronn::AtomicFile file{output};
  for (std::int64_t written = 0; written < tried; written += piece) {
    file.write(zeros.data(), std::min(piece, tried - written));
  }
  return watch.seconds() * static_cast<double>(bytes) / static_cast<double>(tried);
}

}  // namespace

BandPlan sample_of(pyronn::Scan const& scan, pyronn::Grid const& grid, BandPlan const& plan,
                   bool is_on_device) {
  BandPlan part = plan;
  Band band = plan.bands[plan.bands.size() / 2];
  constexpr int few_slices = 8;
  if (!is_on_device && band.slab.num_slices > few_slices) {
    band.slab.first_slice += (band.slab.num_slices - few_slices) / 2;
    band = band_of(scan, grid, {band.slab.first_slice, few_slices});
  }
  part.bands = {band};
  part.places = 1;
  part.most_views = 2 * plan.views_at_a_time;
  return part;
}

std::unique_ptr<pyronn::VolumeWriter> discarded_volume(pyronn::Grid const& grid,
                                                       BandPlan const& part) {
  pyronn::Grid slices = grid;
  slices.size[2] = part.bands.front().slab.num_slices;
  return std::make_unique<DiscardedVolume>(slices);
}

double seconds_to_make(pyronn::Scan const& scan, BandPlan const& plan, BandPlan const& part,
                       Cost const& cost) {
  int const views = scan.num_views();
  double const rows = rows_read(plan, views) / rows_read(part, views);
  double const updates = slices_made(plan, views) / slices_made(part, views);
  double const slices = slices_made(plan, 1) / slices_made(part, 1);
  double const computed = (rows * cost.preprocess_seconds + updates * cost.reconstruct_seconds +
                           slices * cost.copy_seconds) /
                          plan.places;
  return std::max(rows * cost.read_seconds, computed);
}

double seconds_to_iterate(pyronn::Scan const& scan, BandPlan const& plan, BandPlan const& part,
                          Cost const& cost, int iterations) {
  int const views = scan.num_views();
  double const rows = rows_read(plan, views) / rows_read(part, views);
  double const more = static_cast<double>(iterations) / cost.iterations - 1;
  return rows * std::max(cost.read_seconds, cost.preprocess_seconds) + cost.reconstruct_seconds +
         more * cost.iterations_seconds + cost.copy_seconds;
}

double seconds_of_all(std::vector<double> const& making, std::filesystem::path const& output,
                      pyronn::Grid const& grid, double behind) {
  double const written =
      seconds_to_write(output, grid.size.count() * static_cast<std::int64_t>(sizeof(float)));
  double const longest = *std::max_element(making.begin(), making.end());
  return std::max(longest + behind * written, written);
}

}  // namespace example
