// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bad pixels of a detector, found from its dark and flat fields.
#include <cstdint>
#include <limits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn {

/// What can be wrong with a pixel. A mask has the sum of these for each pixel, 0 for a good one.
namespace pixel_defect {
inline constexpr std::uint8_t not_finite = 1;  ///< the dark or flat field is no finite number
inline constexpr std::uint8_t no_light = 2;    ///< the flat field is not above the dark field
inline constexpr std::uint8_t saturated = 4;   ///< the flat field has the greatest count there is
inline constexpr std::uint8_t odd_gain = 8;    ///< far more or less light than pixels around it
inline constexpr std::uint8_t odd_dark = 16;   ///< far more or less signal without light
inline constexpr std::uint8_t noisy = 32;      ///< varies far more than pixels around it
inline constexpr std::uint8_t stuck = 64;      ///< does not vary as pixels around it do
inline constexpr std::uint8_t dead = 128;      ///< counts nothing in any view
}  // namespace pixel_defect

/// What is wrong with a pixel. All but the first are in parts of what a pixel near it has; a defect
/// is what holds for more than half of the pixels near it.
struct BadPixelOptions {
  /// The least count that is saturated.
  double saturation = std::numeric_limits<double>::infinity();
  double gain = 0.5;    ///< how much more or less light it may have, of the light
  double dark = 0.2;    ///< how much more or less dark field it may have, of the light
  double noise = 5;     ///< how many times as noisy it may be
  double stuck = 0.02;  ///< how noisy it is at least

  /// Throws InvalidArgument where a number is NaN or negative.
  void validate() const {
    detail::expects(saturation > 0, "BadPixelOptions: saturation ", saturation,
                    " must be positive [counts]");
    for (double const part : {gain, dark, noise, stuck}) {
      detail::expects(part >= 0, "BadPixelOptions: ", part, " must be at least 0");
    }
  }
};

namespace detail {

/// Judges a pixel by its fields; an item is a pixel.
struct JudgePixels {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int rows_away = 2;
  static constexpr int columns_away = 2;
  static constexpr int columns_away_of_few_rows = 6;

  ArrayView<float const, 2> dark;
  ArrayView<float const, 2> flat;
  ArrayView<float const, 2> deviation;  ///< without data: not known
  float saturation;
  float gain, dark_part, noise, stuck;
  ArrayView<std::uint8_t, 2> mask;

  /// How many pixels near one say what of it.
  struct Votes {
    int voters, gain, dark, noisy, stuck;
  };

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const u = item[0];
    int const v = item[1];
    float const light = flat(u, v) - dark(u, v);
    int defects = mask(u, v);
    if (light - light != 0.0F) {
      defects |= pixel_defect::not_finite;
    } else {
      if (!(light > 0.0F)) defects |= pixel_defect::no_light;
      if (flat(u, v) >= saturation) defects |= pixel_defect::saturated;
      Votes const votes = poll(u, v, light);
      auto const is_most = [&](int count) { return 2 * count > votes.voters; };
      if (is_most(votes.gain)) defects |= pixel_defect::odd_gain;
      if (is_most(votes.dark)) defects |= pixel_defect::odd_dark;
      if (is_most(votes.noisy)) defects |= pixel_defect::noisy;
      if (is_most(votes.stuck)) defects |= pixel_defect::stuck;
    }
    mask(u, v) = static_cast<std::uint8_t>(defects);
  }

  [[nodiscard]] PYRONN_HOST_DEVICE Votes poll(int u, int v, float light) const {
    Votes votes{};
    float const level = dark(u, v);
    float const own = deviation.data == nullptr ? 0.0F : deviation(u, v);
    int const away = mask.extents[1] < 3 ? columns_away_of_few_rows : columns_away;
    int const first = pyronn::max(0, u - away);
    int const last = pyronn::min(mask.extents[0] - 1, u + away);
    int const last_row = pyronn::min(mask.extents[1] - 1, v + rows_away);
    for (int y = pyronn::max(0, v - rows_away); y <= last_row; ++y) {
      for (int x = first; x <= last; ++x) {
        float const other = flat(x, y) - dark(x, y);
        bool const is_voter = both(either(x != u, y != v), both(other > 0.0F, other < anywhere));
        auto const vote = [&](bool says) { return static_cast<int>(both(is_voter, says)); };
        votes.voters += vote(true);
        votes.gain += vote(pyronn::abs(light - other) > gain * other);
        votes.dark += vote(pyronn::abs(level - dark(x, y)) > dark_part * other);
        if (deviation.data == nullptr) continue;
        float const usual = deviation(x, y);
        votes.noisy += vote(own > noise * usual);
        votes.stuck += vote(own < stuck * usual);
      }
    }
    return votes;
  }
};

}  // namespace detail

/// Adds to `mask` (u, v) what the dark and flat fields (u, v) say of pixels, each compared with the
/// 24 nearest ones, or on a detector of one or two rows with those up to 6 columns away; pixels
/// without light are not asked. `deviation`, where it has data, is the standard deviation of the
/// flat fields of each pixel, from at least five, as mean_field makes it; without, noise is not
/// judged. The mask, all 0 at first, keeps what it has. A band of rows is judged by its own pixels
/// alone: give all of the detector where there is room, as there is one field and not one a view.
/// Does not synchronise. Throws InvalidArgument for extents that differ and options that are none.
template <class Executor>
void find_bad_pixels(Executor const& executor, ArrayView<float const, 2> dark,
                     ArrayView<float const, 2> flat, ArrayView<float const, 2> deviation,
                     ArrayView<std::uint8_t, 2> mask, BadPixelOptions const& options = {}) {
  options.validate();
  detail::expects(dark.extents == mask.extents && flat.extents == mask.extents &&
                      (deviation.data == nullptr || deviation.extents == mask.extents),
                  "find_bad_pixels: dark field ", dark.extents, ", flat field ", flat.extents,
                  " and deviation ", deviation.extents, " must have the mask's extents (u, v) ",
                  mask.extents);
  executor.check_reachable(dark.data, "find_bad_pixels: dark");
  executor.check_reachable(flat.data, "find_bad_pixels: flat");
  executor.check_reachable(mask.data, "find_bad_pixels: mask");
  if (deviation.data != nullptr) {
    executor.check_reachable(deviation.data, "find_bad_pixels: deviation");
  }
  auto const number = [](double value) { return static_cast<float>(value); };
  executor.for_each({mask.extents[0], mask.extents[1], 1},
                    detail::JudgePixels{dark, flat, deviation, number(options.saturation),
                                        number(options.gain), number(options.dark),
                                        number(options.noise), number(options.stuck), mask});
}

}  // namespace pyronn
