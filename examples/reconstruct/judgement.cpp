// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "judgement.hpp"

#include <cmath>
#include <cstddef>
#include <variant>

#include <pyronn/exec/kernel.hpp>

#include "bad_input.hpp"

namespace example {
namespace {

/// What the counts of one row of the detector are like, in all views.
struct RowCounts {
  std::int64_t dead_pixels = 0;
  std::int64_t not_finite = 0;  ///< counts of live pixels, as `cut`
  std::int64_t cut = 0;         ///< below the least transmission
  std::int64_t hardly_any = 0;  ///< of the light, as behind a closed shutter
  std::int64_t too_bright = 0;  ///< far more than the flat field
  std::int64_t no_numbers = 0;
  std::int64_t flat_below_dark = 0;  ///< pixels

  RowCounts& operator+=(RowCounts const& other) {
    cut += other.cut;
    not_finite += other.not_finite;
    dead_pixels += other.dead_pixels;
    hardly_any += other.hardly_any;
    too_bright += other.too_bright;
    no_numbers += other.no_numbers;
    flat_below_dark += other.flat_below_dark;
    return *this;
  }
};

template <class T>
double number(std::vector<T> const& values, std::size_t index) {
  return static_cast<double>(values[index]);
}

/// Judges row after row; an item is a row of the detector.
template <class T>
struct JudgeRows {
  using Block = pyronn::BlockShape<1, 1, 1>;
  static constexpr double hardly_any = 1e-4;
  static constexpr double too_bright = 2;

  Images<T> const* images;
  pyronn::Extents<3> scan;
  double least_transmission;
  std::uint8_t* dead;
  RowCounts* rows;

  void operator()(pyronn::Vec<int, 3> item) const {
    int const v = item[0];
    std::int64_t const row = std::int64_t{v} * scan[0];
    std::vector<RowCounts> pixels(static_cast<std::size_t>(scan[0]));
    for (int view = 0; view < scan[2]; ++view) {
      auto const first = static_cast<std::size_t>(std::int64_t{view} * scan[1] * scan[0] + row);
      for (std::size_t u = 0; u < pixels.size(); ++u) {
        auto const pixel = static_cast<std::size_t>(row) + u;
        double const dark = number(images->dark, pixel);
        double const full = number(images->flat, pixel) - dark;
        judge_count(number(images->projections, first + u) - dark, full, pixels[u]);
      }
    }
    for (std::size_t u = 0; u < pixels.size(); ++u) {
      judge_pixel(static_cast<std::size_t>(row) + u, pixels[u]);
      rows[v] += pixels[u];
    }
  }

  void judge_count(double signal, double full, RowCounts& counts) const {
    bool const is_finite = std::isfinite(signal);
    counts.no_numbers += is_finite ? 0 : 1;
    counts.cut += is_finite && !(signal > least_transmission * full) ? 1 : 0;
    counts.hardly_any += signal <= hardly_any * full ? 1 : 0;
    counts.too_bright += signal > too_bright * full ? 1 : 0;
  }

  void judge_pixel(std::size_t pixel, RowCounts& counts) const {
    double const full = number(images->flat, pixel) - number(images->dark, pixel);
    bool const is_calibrated = full > 0 && std::isfinite(full);
    bool const is_dead = !is_calibrated || counts.cut + counts.no_numbers == scan[2];
    counts.flat_below_dark = full < 0 ? 1 : 0;
    counts.dead_pixels = is_dead ? 1 : 0;
    counts.not_finite = is_dead ? 0 : counts.no_numbers;
    if (is_dead) counts.cut = 0;
    dead[pixel] = static_cast<std::uint8_t>(counts.dead_pixels);
  }
};

/// Throws BadInput where most counts cannot be right.
void check(pyronn::Scan const& scan, RowCounts const& counts, std::int64_t pixels) {
  double const samples = static_cast<double>(pixels) * scan.num_views();
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

template <class T>
Judgement judge_counts(pyronn::Scan const& scan, Images<T> const& images, double least_transmission,
                       pyronn::CpuExecutor const& executor) {
  auto const detector = scan.detector_size();
  Judgement judgement;
  judgement.is_dead.resize(static_cast<std::size_t>(detector.count()));
  std::vector<RowCounts> rows(static_cast<std::size_t>(detector[1]));
  executor.for_each({detector[1], 1, 1}, JudgeRows<T>{&images,
                                                      {detector[0], detector[1], scan.num_views()},
                                                      least_transmission,
                                                      judgement.is_dead.data(),
                                                      rows.data()});
  RowCounts all;
  for (RowCounts const& row : rows) all += row;
  check(scan, all, detector.count());
  judgement.dead_pixels = all.dead_pixels;
  judgement.not_finite = all.not_finite;
  judgement.cut = all.cut;
  return judgement;
}

}  // namespace

std::vector<std::string> Judgement::warnings(double least_transmission) const {
  std::vector<std::string> result;
  if (dead_pixels > 0) {
    result.push_back(std::to_string(dead_pixels) +
                     " dead pixels: their flat field is not above the dark field, or they count "
                     "nothing in any view");
  }
  if (not_finite > 0) {
    result.push_back(std::to_string(not_finite) + " counts are no finite numbers");
  }
  if (cut > 0) {
    result.push_back(std::to_string(cut) + " line integrals above " +
                     std::to_string(-std::log(least_transmission)) +
                     " are cut; see --least-transmission");
  }
  return result;
}

Judgement judge(pyronn::Scan const& scan, AnyImages const& images, double least_transmission,
                pyronn::CpuExecutor const& executor) {
  return std::visit(
      [&](auto const& typed) {
        return typed.are_intensities() ? judge_counts(scan, typed, least_transmission, executor)
                                       : Judgement{};
      },
      images);
}

}  // namespace example
