// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Samples that are missing: marked as no numbers, and interpolated.
#include <cstdint>
#include <limits>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/backend.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn {

namespace detail {

/// What stands where nothing was measured.
inline constexpr float not_a_sample = std::numeric_limits<float>::quiet_NaN();

/// Whether a number is finite; also where a compiler assumes nothing about what is not.
PYRONN_HOST_DEVICE inline bool is_sample(float value) { return value - value == 0.0F; }

/// Writes NaN in all views of pixels that are not 0 in a mask; an item is a pixel.
struct MarkPixels {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<std::uint8_t const, 2> mask;
  ProjectionView<float> lines;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    if (mask(item[0], item[1]) == 0) return;
    for (int view = 0; view < lines.extents[2]; ++view) {
      lines(item[0], item[1], view) = not_a_sample;
    }
  }
};

/// Fills gaps of a line of `count` samples, `step` apart, with straight lines between the ends; a
/// gap at an end with the nearest sample. Without any sample all of it stays, and the answer is
/// false.
PYRONN_HOST_DEVICE inline bool fill_gaps(float* samples, int count, std::int64_t step) {
  int known = -1;  // the last sample that is there
  for (int n = 0; n < count; ++n) {
    if (!is_sample(samples[n * step])) continue;
    if (known < n - 1) {
      float const right = samples[n * step];
      float const left = known < 0 ? right : samples[known * step];
      float const slope = (right - left) / static_cast<float>(n - known);
      for (int gap = known + 1; gap < n; ++gap) {
        samples[gap * step] = left + slope * static_cast<float>(gap - known);
      }
    }
    known = n;
  }
  if (known < 0) return false;
  for (int gap = known + 1; gap < count; ++gap) samples[gap * step] = samples[known * step];
  return true;
}

/// Fills the gaps of rows; an item is a row of a view.
struct FillRows {
  using Block = BlockShape<64, 1, 1>;

  ProjectionView<float> lines;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    fill_gaps(&lines(0, item[0], item[1]), lines.extents[0], 1);
  }
};

/// Fills rows in which nothing was measured, once those of which something was have no gaps; an
/// item is `Width` columns of a view, which then lack the same rows. A view without any becomes 0.
template <int Width>
struct FillColumns {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float> lines;

  [[nodiscard]] Extents<3> items() const {
    return {(lines.extents[0] - 1) / Width + 1, lines.extents[2], 1};
  }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const first = item[0] * Width;
    int v = 0;
    while (v < lines.extents[1] && is_sample(lines(first, v, item[1]))) ++v;
    if (v == lines.extents[1]) return;
    int const count = pyronn::min(Width, lines.extents[0] - first);
    for (int u = first; u < first + count; ++u) {
      if (fill_gaps(&lines(u, 0, item[1]), lines.extents[1], lines.extents[0])) continue;
      for (v = 0; v < lines.extents[1]; ++v) lines(u, v, item[1]) = 0.0F;
    }
  }
};

}  // namespace detail

/// Makes line integrals (u, v, view) NaN, in all views, where `mask` (u, v) is not 0: those of bad
/// pixels, for interpolate_missing. In place; does not synchronise. Throws InvalidArgument for
/// other extents.
template <class Executor>
void mark_missing(Executor const& executor, ArrayView<std::uint8_t const, 2> mask,
                  ProjectionView<float> lines) {
  Extents<2> const detector{lines.extents[0], lines.extents[1]};
  detail::expects(mask.extents == detector, "mark_missing: the mask's extents ", mask.extents,
                  " must be the detector's, (u, v) ", detector);
  if (lines.count() == 0) return;
  executor.check_reachable(mask.data, "mark_missing: mask");
  executor.check_reachable(lines.data, "mark_missing: lines");
  executor.for_each({detector[0], detector[1], 1}, detail::MarkPixels{mask, lines});
}

/// Replaces line integrals (u, v, view) that are not finite by what is linearly between the nearest
/// ones to both sides in their row, or by the nearest one at its ends; a row without any by what is
/// between rows of the same view, and a view without any by 0. In place: any views, and bands of
/// rows where no row is missing as a whole. Does not synchronise.
template <class Executor>
void interpolate_missing(Executor const& executor, ProjectionView<float> lines) {
  if (lines.count() == 0) return;
  executor.check_reachable(lines.data, "interpolate_missing: lines");
  executor.for_each({lines.extents[1], lines.extents[2], 1}, detail::FillRows{lines});
  constexpr int width = 1 < warp_size_v<Executor> ? 1 : 1 << 20;
  detail::FillColumns<width> const columns{lines};
  executor.for_each(columns.items(), columns);
}

}  // namespace pyronn
