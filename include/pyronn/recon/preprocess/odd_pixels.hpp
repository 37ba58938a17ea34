// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pixels of which the views say that they are stuck or have an odd gain, whatever the fields say.
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/preprocess/bad_pixels.hpp>
#include <pyronn/recon/preprocess/count_tally.hpp>

namespace pyronn {

namespace detail {

/// Marks pixels that do not vary though those around do, and those that are far brighter or darker
/// than those around; an item is a pixel.
struct MarkOddPixels {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int enough_views = 16;

  ArrayView<PixelTally const, 2> tallies;
  ArrayView<std::uint8_t, 2> mask;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    PixelTally const& tally = tallies(item[0], item[1]);
    int const seen = tally.views - tally.not_finite;
    int defects = mask(item[0], item[1]);
    if (seen < enough_views || (defects & pixel_defect::dead) != 0) return;
    if (tally.least == tally.greatest && is_alone(item[0], item[1], tally.first)) {
      defects |= pixel_defect::stuck;
    }
    if (2 * tally.brighter > seen || 2 * tally.darker > seen) defects |= pixel_defect::odd_gain;
    mask(item[0], item[1]) = static_cast<std::uint8_t>(defects);
  }

  /// By many steps of its numbers, so that noise cannot be less than a step; and not up to this
  /// count, where all end.
  [[nodiscard]] PYRONN_HOST_DEVICE bool varies(int u, int v, float count) const {
    PixelTally const& tally = tallies(u, v);
    return tally.greatest - tally.least > 4 * tally.step && tally.greatest != count;
  }

  /// What is the same in all views without noise, as air is, is so on to one side as well: some
  /// pixel on each side has to vary, and most around.
  [[nodiscard]] PYRONN_HOST_DEVICE bool is_alone(int u, int v, float count) const {
    constexpr int away = 2;
    int const columns = tallies.extents[0];
    int const rows = tallies.extents[1];
    int voters = 0;
    int votes = 0;
    int before = 0;
    int behind = 0;
    for (int y = pyronn::max(0, v - away); y <= pyronn::min(rows - 1, v + away); ++y) {
      for (int x = pyronn::max(0, u - away); x <= pyronn::min(columns - 1, u + away); ++x) {
        if (x == u && y == v) continue;
        int const vote = varies(x, y, count) ? 1 : 0;
        voters += 1;
        votes += vote;
        before += y == v && x < u ? vote : 0;
        behind += y == v && x > u ? vote : 0;
      }
    }
    return 2 * votes > voters && before > 0 && behind > 0;
  }
};

}  // namespace detail

/// Adds to the mask (u, v) what 16 and more views tell of pixels that fields do not show:
/// pixel_defect::stuck where the count is the same in all though most pixels around vary, and
/// pixel_defect::odd_gain where a pixel is far brighter or darker than seven of the eight that it
/// touches in more than half of the views; either only if it differs on both sides of its row. One
/// row does not tell such a gain from a body on the axis. Does not synchronise. Throws
/// InvalidArgument for extents that differ.
template <class Executor>
void mark_odd_pixels(Executor const& executor, ArrayView<PixelTally const, 2> tallies,
                     ArrayView<std::uint8_t, 2> mask) {
  detail::expects(mask.extents == tallies.extents, "mark_odd_pixels: the mask's extents ",
                  mask.extents, " must be the tallies', ", tallies.extents);
  executor.check_reachable(tallies.data, "mark_odd_pixels: tallies");
  executor.check_reachable(mask.data, "mark_odd_pixels: mask");
  executor.for_each({mask.extents[0], mask.extents[1], 1}, detail::MarkOddPixels{tallies, mask});
}

}  // namespace pyronn
