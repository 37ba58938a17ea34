// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What measured counts are like: dead pixels, and scans of which most counts cannot be right.
#include <cstdint>
#include <optional>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/preprocess/bad_pixels.hpp>
#include <pyronn/recon/preprocess/line_integrals.hpp>

namespace pyronn {

/// How many counts of a pixel are what.
struct PixelTally {
  std::int32_t views;       ///< that were looked at
  std::int32_t not_finite;  ///< no finite numbers
  std::int32_t cut;         ///< below the least transmission
  std::int32_t hardly_any;  ///< not above the dark field by a 10000th of the light
  std::int32_t too_bright;  ///< more than twice the light
  std::int32_t brighter;    ///< far brighter than the pixels around, of one and the same view
  std::int32_t darker;      ///< far darker than them
  float first;              ///< count that is a finite number
  float least;              ///< of those counts
  float greatest;           ///< of those counts
  float step;  ///< the least difference to the first one, but for none; 0: there is none
};

/// How many counts of good pixels are what, and how many pixels are bad.
struct CountSummary {
  std::int64_t pixels = 0;              ///< all
  std::int64_t bad_pixels = 0;          ///< of them, as of the mask
  std::int64_t flat_below_dark = 0;     ///< pixels
  std::int64_t counts = 0;              ///< of all pixels, as are the next three
  std::int64_t hardly_any = 0;          ///< not above the dark field by a 10000th of the light
  std::int64_t too_bright = 0;          ///< more than twice the light
  std::int64_t not_finite = 0;          ///< no finite numbers
  std::int64_t not_finite_of_good = 0;  ///< of pixels that are not bad
  std::int64_t cut = 0;  ///< of pixels that are not bad: below the least transmission
};

/// Why most counts of a scan cannot be right.
enum class CountFault {
  flat_below_dark,  ///< the flat field is below the dark field: are they swapped?
  too_bright,       ///< more than twice the flat field: was its exposure another?
  hardly_any,       ///< no light: was the shutter closed?
  not_finite,       ///< no finite numbers
  bad_pixels        ///< most pixels are bad
};

namespace detail {

/// Counts the counts of a pixel; an item is a pixel.
template <class Raw, class Dark, class Flat>
struct TallyCounts {
  using Block = BlockShape<128, 1, 1>;
  static constexpr float hardly_any = 1e-4F;
  static constexpr float too_bright = 2;

  ProjectionView<Raw> raw;
  ArrayView<Dark, 2> dark;
  ArrayView<Flat, 2> flat;
  float least_transmission;
  float gain;
  ArrayView<PixelTally, 2> tallies;

  /// The pixels that touch one and the next in its row, and their light.
  struct Around {
    static constexpr int most = 10;
    int count = 0;
    int touching = 0;
    int u[most]{}, v[most]{};
    float offset[most]{}, full[most]{};
  };

  /// Those that say that a pixel is odd.
  struct Votes {
    int touching = 0, before = 0, behind = 0;
  };

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    auto const offset = static_cast<float>(dark(item[0], item[1]));
    float const full = static_cast<float>(flat(item[0], item[1])) - offset;
    PixelTally tally = tallies(item[0], item[1]);
    Around const around = around_of(item[0], item[1]);
    for (int view = 0; view < raw.extents[2]; ++view) {
      auto const count = static_cast<float>(raw(item[0], item[1], view));
      float const signal = count - offset;
      bool const is_finite = signal - signal == 0.0F;
      bool const is_cut = !(signal > least_transmission * full);
      if (is_finite) add(count, tally.views == tally.not_finite, tally);
      tally.views += 1;
      tally.not_finite += is_finite ? 0 : 1;
      tally.cut += is_finite && is_cut ? 1 : 0;
      tally.hardly_any += signal <= hardly_any * full ? 1 : 0;
      tally.too_bright += signal > too_bright * full ? 1 : 0;
      compare(around, {item[0], item[1], view}, {signal, full}, tally);
    }
    tallies(item[0], item[1]) = tally;
  }

  PYRONN_HOST_DEVICE static void add(float count, bool is_first, PixelTally& tally) {
    if (is_first) tally.first = tally.least = tally.greatest = count;
    float const step = pyronn::abs(count - tally.first);
    if (step > 0.0F && !(tally.step > 0.0F && tally.step < step)) tally.step = step;
    tally.least = pyronn::min(tally.least, count);
    tally.greatest = pyronn::max(tally.greatest, count);
  }

  [[nodiscard]] PYRONN_HOST_DEVICE Around around_of(int u, int v) const {
    Around around;
    for (int y = pyronn::max(0, v - 1); y <= pyronn::min(raw.extents[1] - 1, v + 1); ++y) {
      int const away = y == v ? 2 : 1;
      int const last = pyronn::min(raw.extents[0] - 1, u + away);
      for (int x = pyronn::max(0, u - away); x <= last; ++x) {
        if (x == u && y == v) continue;
        int const n = around.count++;
        around.touching += touches(x - u) ? 1 : 0;
        around.u[n] = x;
        around.v[n] = y;
        around.offset[n] = static_cast<float>(dark(x, y));
        around.full[n] = static_cast<float>(flat(x, y)) - around.offset[n];
      }
    }
    return around;
  }

  [[nodiscard]] PYRONN_HOST_DEVICE static bool touches(int columns) {
    return columns >= -1 && columns <= 1;
  }

  /// Compares with pixels around in one view.
  PYRONN_HOST_DEVICE void compare(Around const& around, Vec<int, 3> item, Vec<float, 2> own,
                                  PixelTally& tally) const {
    if (!(own[1] > 0.0F)) return;
    Votes brighter;
    Votes darker;
    for (int n = 0; n < around.count; ++n) {
      float const signal =
          static_cast<float>(raw(around.u[n], around.v[n], item[2])) - around.offset[n];
      if (!(signal > 0.0F && around.full[n] > 0.0F)) continue;
      float const is = own[0] * around.full[n];
      float const usual = signal * own[1];
      Vec<int, 2> const from{around.u[n] - item[0], around.v[n] - item[1]};
      if (is > (1 + gain) * usual) add(from, brighter);
      if (is < (1 - gain) * usual) add(from, darker);
    }
    tally.brighter += is_odd(brighter, around.touching) ? 1 : 0;
    tally.darker += is_odd(darker, around.touching) ? 1 : 0;
  }

  PYRONN_HOST_DEVICE static void add(Vec<int, 2> from, Votes& votes) {
    votes.touching += touches(from[0]) ? 1 : 0;
    votes.before += from[1] == 0 && from[0] < 0 ? 1 : 0;
    votes.behind += from[1] == 0 && from[0] > 0 ? 1 : 0;
  }

  /// What is seen in the same pixels by all views, on the axis or all around it, is also seen by
  /// pixels above and below, or on to one side: seven of eight have to differ, and both sides.
  [[nodiscard]] PYRONN_HOST_DEVICE static bool is_odd(Votes const& votes, int touching) {
    return touching >= 3 && 8 * votes.touching >= 7 * touching && votes.before > 0 &&
           votes.behind > 0;
  }
};

/// Marks pixels that count nothing; an item is a pixel.
struct MarkDeadPixels {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<PixelTally const, 2> tallies;
  ArrayView<std::uint8_t, 2> mask;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    PixelTally const& tally = tallies(item[0], item[1]);
    bool const is_dead = tally.views > 0 && tally.cut + tally.not_finite == tally.views;
    std::uint8_t& defects = mask(item[0], item[1]);
    if (is_dead) defects = static_cast<std::uint8_t>(defects | pixel_defect::dead);
  }
};

}  // namespace detail

/// Adds counts (u, v, view) of some views to the tallies (u, v), which are all 0 at first; all
/// views or a sample of them, all of the detector or a band of rows. Dark and flat field (u, v) may
/// hold any types of numbers. `gain` is the part of the light by which pixels are far brighter or
/// darker. Does not synchronise. Throws InvalidArgument for extents that differ, a least
/// transmission outside [1e-37, 1), and a gain that is NaN or negative.
template <class Executor, class Raw, class Dark, class Flat>
void tally_counts(Executor const& executor, ProjectionView<Raw> raw, ArrayView<Dark, 2> dark,
                  ArrayView<Flat, 2> flat, ArrayView<PixelTally, 2> tallies,
                  double least_transmission = 1e-6, double gain = 0.5) {
  Extents<2> const detector{raw.extents[0], raw.extents[1]};
  detail::expects(
      dark.extents == detector && flat.extents == detector && tallies.extents == detector,
      "tally_counts: dark field ", dark.extents, ", flat field ", flat.extents, " and tallies ",
      tallies.extents, " must have the detector's extents (u, v) ", detector);
  detail::check_floor("tally_counts: least_transmission", least_transmission);
  detail::expects(gain >= 0, "tally_counts: gain ", gain, " must be at least 0");
  executor.check_reachable(raw.data, "tally_counts: raw");
  executor.check_reachable(dark.data, "tally_counts: dark");
  executor.check_reachable(flat.data, "tally_counts: flat");
  executor.check_reachable(tallies.data, "tally_counts: tallies");
  executor.for_each({detector[0], detector[1], 1},
                    detail::TallyCounts<Raw const, Dark const, Flat const>{
                        raw, dark, flat, static_cast<float>(least_transmission),
                        static_cast<float>(gain), tallies});
}

/// Adds pixel_defect::dead to the mask (u, v) of pixels all of whose counts are below the least
/// transmission or no numbers. Does not synchronise. Throws InvalidArgument for extents that
/// differ.
template <class Executor>
void mark_dead_pixels(Executor const& executor, ArrayView<PixelTally const, 2> tallies,
                      ArrayView<std::uint8_t, 2> mask) {
  detail::expects(mask.extents == tallies.extents, "mark_dead_pixels: the mask's extents ",
                  mask.extents, " must be the tallies', ", tallies.extents);
  executor.check_reachable(tallies.data, "mark_dead_pixels: tallies");
  executor.check_reachable(mask.data, "mark_dead_pixels: mask");
  executor.for_each({mask.extents[0], mask.extents[1], 1}, detail::MarkDeadPixels{tallies, mask});
}

/// Adds tallies and mask (u, v), both on the host, up. `flat_below_dark` is left to
/// count_flat_below_dark. Throws InvalidArgument for extents that differ.
[[nodiscard]] inline CountSummary summary_of(ArrayView<PixelTally const, 2> tallies,
                                             ArrayView<std::uint8_t const, 2> mask) {
  detail::expects(mask.extents == tallies.extents, "summary_of: the mask's extents ", mask.extents,
                  " must be the tallies', ", tallies.extents);
  CountSummary summary;
  summary.pixels = tallies.count();
  for (std::int64_t n = 0; n < tallies.count(); ++n) {
    PixelTally const& tally = tallies.data[n];
    bool const is_bad = mask.data[n] != 0;
    summary.bad_pixels += is_bad ? 1 : 0;
    summary.counts += tally.views;
    summary.hardly_any += tally.hardly_any;
    summary.too_bright += tally.too_bright;
    summary.not_finite += tally.not_finite;
    summary.not_finite_of_good += is_bad ? 0 : tally.not_finite;
    summary.cut += is_bad ? 0 : tally.cut;
  }
  return summary;
}

/// The pixels whose flat field is below the dark field; both on the host.
template <class Dark, class Flat>
[[nodiscard]] std::int64_t count_flat_below_dark(ArrayView<Dark, 2> dark, ArrayView<Flat, 2> flat) {
  detail::expects(dark.extents == flat.extents, "count_flat_below_dark: the dark field's extents ",
                  dark.extents, " must be the flat field's, ", flat.extents);
  std::int64_t count = 0;
  for (std::int64_t n = 0; n < dark.count(); ++n) {
    bool const is_below = static_cast<double>(flat.data[n]) < static_cast<double>(dark.data[n]);
    count += is_below ? 1 : 0;
  }
  return count;
}

/// Why most counts cannot be right, if they cannot; the likeliest cause first. Behind a closed
/// shutter flat fields are below dark fields in half of the pixels, by noise.
[[nodiscard]] inline std::optional<CountFault> fault_of(CountSummary const& summary) {
  auto const is_most = [](std::int64_t part, std::int64_t all, double share) {
    return static_cast<double>(part) > share * static_cast<double>(all);
  };
  if (is_most(summary.flat_below_dark, summary.pixels, 0.9)) return CountFault::flat_below_dark;
  if (is_most(summary.too_bright, summary.counts, 0.5)) return CountFault::too_bright;
  if (is_most(summary.hardly_any, summary.counts, 0.5)) return CountFault::hardly_any;
  if (is_most(summary.not_finite, summary.counts, 0.5)) return CountFault::not_finite;
  if (is_most(summary.bad_pixels, summary.pixels, 0.5)) return CountFault::bad_pixels;
  return std::nullopt;
}

}  // namespace pyronn
