// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "judgement.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include <pyronn/exec/kernel.hpp>

#include "bad_input.hpp"

namespace example {
namespace {

/// What the counts of one row of the detector are like, in all views.
struct RowCounts {
  std::int64_t dead_pixels = 0;
  std::int64_t cut = 0;         ///< below the least transmission
  std::int64_t hardly_any = 0;  ///< of the light, as behind a closed shutter
  std::int64_t too_bright = 0;  ///< far more than the flat field
  std::int64_t no_numbers = 0;
  std::int64_t flat_below_dark = 0;  ///< pixels

  RowCounts& operator+=(RowCounts const& other) {
    cut += other.cut;
    dead_pixels += other.dead_pixels;
    hardly_any += other.hardly_any;
    too_bright += other.too_bright;
    no_numbers += other.no_numbers;
    flat_below_dark += other.flat_below_dark;
    return *this;
  }
};

/// Judges row after row; an item is a row of the detector.
struct JudgeRows {
  using Block = pyronn::BlockShape<1, 1, 1>;
  static constexpr double hardly_any = 1e-4;
  static constexpr double too_bright = 2;

  Calibration const* calibration;
  pyronn::ProjectionView<float const> counts;
  double least_transmission;
  std::uint8_t* dead;
  RowCounts* rows;

  void operator()(pyronn::Vec<int, 3> item) const {
    int const v = item[0];
    int const columns = counts.extents[0];
    std::size_t const row = static_cast<std::size_t>(v) * static_cast<std::size_t>(columns);
    std::vector<RowCounts> pixels(static_cast<std::size_t>(columns));
    for (int view = 0; view < counts.extents[2]; ++view) {
      for (int u = 0; u < columns; ++u) {
        std::size_t const pixel = row + static_cast<std::size_t>(u);
        auto const signal = static_cast<double>(counts(u, v, view)) - dark(pixel);
        judge_count(signal, full(pixel), pixels[static_cast<std::size_t>(u)]);
      }
    }
    for (std::size_t u = 0; u < pixels.size(); ++u) {
      judge_pixel(row + u, pixels[u]);
      rows[v] += pixels[u];
    }
  }

  [[nodiscard]] double dark(std::size_t pixel) const {
    return static_cast<double>(calibration->dark[pixel]);
  }
  [[nodiscard]] double full(std::size_t pixel) const {
    return static_cast<double>(calibration->flat[pixel]) - dark(pixel);
  }

  void judge_count(double signal, double light, RowCounts& found) const {
    bool const is_finite = std::isfinite(signal);
    found.no_numbers += is_finite ? 0 : 1;
    found.cut += is_finite && !(signal > least_transmission * light) ? 1 : 0;
    found.hardly_any += signal <= hardly_any * light ? 1 : 0;
    found.too_bright += signal > too_bright * light ? 1 : 0;
  }

  void judge_pixel(std::size_t pixel, RowCounts& found) const {
    double const light = full(pixel);
    bool const is_calibrated = light > 0 && std::isfinite(light);
    bool const is_dead = !is_calibrated || found.cut + found.no_numbers == counts.extents[2];
    found.flat_below_dark = light < 0 ? 1 : 0;
    found.dead_pixels = is_dead ? 1 : 0;
    dead[pixel] = static_cast<std::uint8_t>(found.dead_pixels);
  }
};

/// Throws BadInput where most counts cannot be right.
void check(pyronn::Scan const& scan, RowCounts const& counts, pyronn::Extents<3> sample) {
  auto const pixels = std::int64_t{sample[0]} * sample[1];
  double const samples = static_cast<double>(sample.count());
  double const half = samples / 2;
  double const half_of_pixels = static_cast<double>(pixels) / 2;
  // A flat field behind a closed shutter is below the dark field in half of the pixels, by noise.
  if (static_cast<double>(counts.flat_below_dark) > 1.8 * half_of_pixels) {
    if (scan.full_intensity) {
      throw BadInput("intensity_full: is below the dark field");
    }
    throw BadInput("flat: is below the dark field in most pixels; are 'dark' and 'flat' swapped?");
  }
  if (static_cast<double>(counts.too_bright) > half) {
    throw BadInput(
        std::string{scan.flats ? "flat" : "intensity_full"} +
        ": most counts of the projections are more than twice as bright; was the shutter "
        "closed, or the exposure another?");
  }
  if (static_cast<double>(counts.hardly_any) > half) {
    throw BadInput(
        "projections: most counts are not above the dark field by a 10000th of the flat "
        "field; was the shutter closed?");
  }
  if (static_cast<double>(counts.no_numbers) > half) {
    throw BadInput("projections: most counts are no finite numbers");
  }
  if (static_cast<double>(counts.dead_pixels) > half_of_pixels) {
    throw BadInput(
        "flat: most pixels are dead: the flat field is not above the dark field, or "
        "they count nothing in any view");
  }
}

}  // namespace

Sample read_sample(pyronn::Scan const& scan) {
  auto const extents = scan.views->extents();
  std::int64_t const pixels = std::int64_t{extents[0]} * extents[1];
  constexpr std::int64_t most = std::int64_t{1} << 26;
  auto const fit = static_cast<int>(std::clamp<std::int64_t>(most / pixels, 1, extents[2]));
  Sample sample{{}, {extents[0], extents[1], fit}};
  sample.counts.resize(static_cast<std::size_t>(sample.extents.count()));
  for (int i = 0; i < fit; ++i) {
    auto const view = static_cast<int>(std::int64_t{i} * extents[2] / fit);
    scan.views->read({view, 1, 0, extents[1]}, sample.counts.data() + i * pixels);
  }
  return sample;
}

std::vector<std::uint8_t> find_dead_pixels(pyronn::Scan const& scan, Calibration const& calibration,
                                           Sample const& sample, double least_transmission,
                                           pyronn::CpuExecutor const& executor) {
  if (calibration.is_empty()) return {};
  int const height = sample.extents[1];
  std::vector<std::uint8_t> is_dead(calibration.flat.size());
  std::vector<RowCounts> rows(static_cast<std::size_t>(height));
  executor.for_each({height, 1, 1}, JudgeRows{&calibration, sample.view(), least_transmission,
                                              is_dead.data(), rows.data()});
  RowCounts all;
  for (RowCounts const& row : rows) all += row;
  check(scan, all, sample.extents);
  return is_dead;
}

}  // namespace example
