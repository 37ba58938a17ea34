// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How far the detector of a scan sees to either side of the axis: of each view the row that
/// reaches least, and of all views the one that does.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

inline constexpr double degree = pi / 180.0;

/// Up to which fan angles one row of a view extends [rad].
struct RowReach {
  double low;
  double high;
  double step;  ///< between neighbouring columns, on average

  [[nodiscard]] double farther() const { return std::max(-low, high); }
  [[nodiscard]] bool is_high() const { return high >= -low; }
};

/// Of the views of a scan.
using RowReaches = std::vector<RowReach>;

/// How far one row extends to either side of the axis in all of some views [rad].
struct FanExtent {
  double low = -pi;     ///< the fan of every view extends down to this angle
  double high = pi;     ///< the fan of every view extends up to this angle
  int low_view = 0;     ///< which view extends no farther down
  int high_view = 0;    ///< which view extends no farther up
  double usual = 0.0;   ///< three quarters of the views extend no farther than this to either side
  double widest = 0.0;  ///< no fan extends beyond this angle to either side
  double step = 0.0;    ///< the largest angle between neighbouring columns

  [[nodiscard]] double overlap() const { return std::min(-low, high); }
  [[nodiscard]] double farther() const { return std::max(-low, high); }
  [[nodiscard]] int least_view() const { return -low < high ? low_view : high_view; }
  /// Whether the detector is offset, by more than rounding and more than a pixel: the axis may
  /// project onto a pixel or between two.
  [[nodiscard]] bool is_offset() const { return overlap() < farther() - 1.5 * step - 1e-10; }
};

/// Of these views.
inline FanExtent fan_extent(RowReaches const& row, std::vector<int> const& views) {
  FanExtent extent;
  std::vector<double> farther;
  for (int const n : views) {
    RowReach const& reach = row[static_cast<std::size_t>(n)];
    if (reach.low > extent.low) extent.low_view = n;
    if (reach.high < extent.high) extent.high_view = n;
    extent.low = std::max(extent.low, reach.low);
    extent.high = std::min(extent.high, reach.high);
    extent.widest = std::max(extent.widest, reach.farther());
    extent.step = std::max(extent.step, reach.step);
    farther.push_back(reach.farther());
  }
  auto const quartile = farther.begin() + static_cast<std::ptrdiff_t>(3 * (farther.size() - 1) / 4);
  std::nth_element(farther.begin(), quartile, farther.end());
  extent.usual = *quartile;
  return extent;
}

/// The reach of a scan: of the middle row, which says what kind of scan it is, and of the first and
/// the last one, which reach less to one side where the detector is rolled.
struct ScanReach {
  std::vector<RowReaches> rows;  ///< the middle one first

  [[nodiscard]] FanExtent middle(std::vector<int> const& views) const {
    return fan_extent(rows.front(), views);
  }
  [[nodiscard]] double widest() const {
    double result = 0.0;
    for (RowReaches const& row : rows) {
      for (RowReach const& reach : row) result = std::max(result, reach.farther());
    }
    return result;
  }
};

template <class View>
RowReach row_reach(View const& view, float v, int columns) {
  auto const angle = [&](int u) {
    return static_cast<double>(view.fan_angle(static_cast<float>(u), v));
  };
  // Of a single column the step is that to a neighbour, if there was one.
  int const steps = std::max(1, columns - 1);
  double const first = angle(0);
  double const last = angle(columns - 1);
  return {std::min(first, last), std::max(first, last), std::abs(angle(steps) - first) / steps};
}

/// Of views that have `fan_angle`. Throws InvalidArgument for rays that do not run towards the
/// axis.
template <class View>
ScanReach scan_reach(char const* function, std::vector<View> const& views, Extents<2> detector) {
  auto const last_row = static_cast<float>(detector[1] - 1);
  ScanReach result;
  for (float const v : {0.5F * last_row, 0.0F, last_row}) {
    RowReaches row;
    for (View const& view : views) {
      row.push_back(detail::row_reach(view, v, detector[0]));
      expects(row.back().farther() < 0.5 * pi, function, ": view ", row.size() - 1,
              " has rays that are ", rounded(row.back().farther() / degree),
              " degrees off the one from the source through the axis; less than 90 are needed: is "
              "the detector behind the source?");
    }
    result.rows.push_back(std::move(row));
    if (detector[1] == 1) break;
  }
  return result;
}

}  // namespace pyronn::detail
