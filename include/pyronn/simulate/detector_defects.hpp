// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Detector defects: gains of pixels and columns, dead pixels and columns.
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/simulate/detail/checks.hpp>
#include <pyronn/simulate/random_numbers.hpp>

namespace pyronn {

/// The defects of a detector, which are the same in all views and cause rings in a reconstruction.
/// Gains are normally distributed about 1; negative gains are set to 0.
struct DetectorDefects {
  double pixel_gain_deviation = 0;   ///< standard deviation of each pixel's gain
  double column_gain_deviation = 0;  ///< the same of each column's, which multiplies its pixels'
  double dead_pixels = 0;            ///< fraction of the pixels that read 0, in [0, 1]
  double dead_columns = 0;           ///< fraction of the columns (one u, all v) that read 0
};

namespace detail {

/// The gain of a pixel, which depends on its index on the detector.
PYRONN_HOST_DEVICE inline double detector_gain(DetectorDefects const& defects, std::uint64_t seed,
                                               int u, std::int64_t pixel) {
  auto const is_dead = [&](RandomStream stream, std::int64_t item, double fraction) {
    return fraction > 0.0 && RandomNumbers{seed, stream, item}.uniform() < fraction;
  };
  auto const gain = [&](RandomStream stream, std::int64_t item, double deviation) {
    if (deviation == 0.0) return 1.0;
    return pyronn::max(0.0, 1.0 + deviation * RandomNumbers{seed, stream, item}.normal());
  };
  if (is_dead(RandomStream::dead_pixels, pixel, defects.dead_pixels)) return 0.0;
  if (is_dead(RandomStream::dead_columns, u, defects.dead_columns)) return 0.0;
  return gain(RandomStream::pixel_gains, pixel, defects.pixel_gain_deviation) *
         gain(RandomStream::column_gains, u, defects.column_gain_deviation);
}

/// Applies the gain of a pixel in all views; an item is a pixel of the detector.
struct ApplyDefects {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float> intensities;
  DetectorDefects defects;
  std::uint64_t seed;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    std::int64_t const pixel = std::int64_t{item[1]} * intensities.extents[0] + item[0];
    double const exact = detector_gain(defects, seed, item[0], pixel);
    float const gain = static_cast<float>(exact);
    for (int view = 0; view < intensities.extents[2]; ++view) {
      float& value = intensities(item[0], item[1], view);
      value = gain > 0.0F ? gain * value : 0.0F;
    }
  }
};

}  // namespace detail

/// Multiplies every pixel of intensities (u, v, view) with its gain, in place. The gains depend
/// only on the seed and on the pixel's index on the detector, so that all blocks of views of a scan
/// have the same gains. The call does not synchronise. It throws InvalidArgument for arrays without
/// elements, deviations that are negative or not finite, and fractions outside [0, 1].
template <class Executor>
void apply_detector_defects(Executor const& executor, DetectorDefects const& defects,
                            ProjectionView<float> intensities, std::uint64_t seed) {
  constexpr char const* function = "apply_detector_defects";
  detail::check_not_negative(function, "pixel_gain_deviation", defects.pixel_gain_deviation,
                             "of 1");
  detail::check_not_negative(function, "column_gain_deviation", defects.column_gain_deviation,
                             "of 1");
  detail::check_fraction(function, "dead_pixels", defects.dead_pixels);
  detail::check_fraction(function, "dead_columns", defects.dead_columns);
  detail::check_views(executor, "apply_detector_defects: intensities", intensities);
  executor.for_each({intensities.extents[0], intensities.extents[1], 1},
                    detail::ApplyDefects{intensities, defects, seed});
}

}  // namespace pyronn
