// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Kernels that smooth lines and compare two measurements of them.
#include <cmath>
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/scan/detail/views_around.hpp>

namespace pyronn::detail {

/// Where a panel may stand: what a search varies.
struct PanelPlace {
  double column;  ///< in which the axis is seen, in the row of reference
  double roll;    ///< as CircularScan has it [rad]
};

/// At which angle from the central ray pixels are seen.
struct FanAngles {
  double step;  ///< of pixels over the distance of the detector; 0 of parallel rays
  bool is_arc;  ///< whether pixels lie at equal angles

  /// [rad], of a place in pixels from the axis.
  [[nodiscard]] PYRONN_HOST_DEVICE double at(double place) const {
    return is_arc ? place * step : std::atan(place * step);
  }
};

/// Sums over pairs of measurements of the same line.
struct PairSums {
  double squares = 0;  ///< of differences
  double first = 0;
  double second = 0;  ///< of squares of both
  double count = 0;

  PYRONN_HOST_DEVICE void add(double a, double b) {
    squares += (a - b) * (a - b);
    first += a + b;
    second += a * a + b * b;
    count += 2;
  }
  PYRONN_HOST_DEVICE PairSums& operator+=(PairSums const& other) {
    squares += other.squares;
    first += other.first;
    second += other.second;
    count += other.count;
    return *this;
  }

  /// What of the lines' variation about their mean is not the same in both.
  [[nodiscard]] double variation() const { return second - first * first / count; }
};

/// Smooths lines along rows by (1, 4, 6, 4, 1), and across `across` rows to either side, so that
/// interpolation smooths little more; an item is a pixel.
struct SmoothLines {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> lines;
  ProjectionView<float> smoothed;
  int across;  ///< 0 or 2

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    float sum = 0;
    float weights = 0;
    for (int row = -across; row <= across; ++row) {
      int const v = pyronn::clamp(item[1] + row, 0, lines.extents[1] - 1);
      for (int column = -2; column <= 2; ++column) {
        int const u = pyronn::clamp(item[0] + column, 0, lines.extents[0] - 1);
        float const weight = binomial(row) * binomial(column);
        sum += weight * lines(u, v, item[2]);
        weights += weight;
      }
    }
    smoothed(item[0], item[1], item[2]) = sum / weights;
  }

 private:
  PYRONN_HOST_DEVICE static float binomial(int place) {
    return place == 0 ? 6.0F : place == 1 || place == -1 ? 4.0F : 1.0F;
  }
};

/// Sums over the pixels of each view; an item is a view.
struct SumView {
  using Block = BlockShape<32, 1, 1>;

  ProjectionView<float const> lines;
  PairSums* sums;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    PairSums result;
    float const* const view = lines.data + item[0] * lines.slice_count();
    for (std::int64_t i = 0; i < lines.slice_count(); ++i) {
      result.add(static_cast<double>(view[i]), static_cast<double>(view[i]));
    }
    sums[item[0]] = result;
  }
};

/// Between the columns of one row.
struct LinearInRow {
  PYRONN_HOST_DEVICE static double at(ProjectionView<float const> lines, double column, double row,
                                      int view) {
    int const u = static_cast<int>(column);
    double const part = column - u;
    float const* const here = &lines(u, static_cast<int>(row), view);
    return (1 - part) * static_cast<double>(here[0]) + part * static_cast<double>(here[1]);
  }
};

/// Between columns and rows, by the cubic of R. Keys, "Cubic convolution interpolation", IEEE
/// Trans. Acoust. 29 (1981): what a line smooths where it lies between pixels, which would draw a
/// search away from where it lies on them.
struct CubicOnPanel {
  PYRONN_HOST_DEVICE static double at(ProjectionView<float const> lines, double column, double row,
                                      int view) {
    int const u = static_cast<int>(column);
    int const v = static_cast<int>(row);
    Taps const across{column - u};
    Taps const along{row - v};
    double sum = 0;
    for (int j = 0; j < 4; ++j) {
      if (along.weight[j] == 0) continue;
      float const* const here = &lines(u - 1, v - 1 + j, view);
      double in_row = 0;
      for (int i = 0; i < 4; ++i) in_row += across.weight[i] * static_cast<double>(here[i]);
      sum += along.weight[j] * in_row;
    }
    return sum;
  }

 private:
  struct Taps {
    double weight[4];

    PYRONN_HOST_DEVICE explicit Taps(double t)
        : weight{0.5 * t * (t * (2 - t) - 1), 0.5 * (t * t * (3 * t - 5) + 2),
                 0.5 * t * (t * (4 - 3 * t) + 1), 0.5 * t * t * (t - 1)} {}
  };
};

/// Compares every `view_step`-th view with what others measured of the same lines; an item is a
/// place and a view. A line is measured in a view at angle b by the pixel at fan angle g, and at b
/// + pi - 2 g by its mirror image about the axis (A. C. Kak and M. Slaney, Principles of
/// Computerized Tomographic Imaging, 1988, section 3.4.1). With parallel rays that is so of all
/// rows; of a point source it is so in the plane z = 0, and the lines of other rows cross at the
/// foot of the perpendicular from the axis.
template <class Interpolation>
struct CompareViews {
  using Block = BlockShape<32, 1, 1>;

  ProjectionView<float const> lines;  ///< smoothed
  CircleOfViews circle;
  double const* angles;
  PanelPlace const* places;
  PairSums* sums;  ///< of each place, view after view
  int num_places;
  int view_step;
  int row_step;
  int column_step;
  int edge;             ///< columns at either end that smoothing has extended
  Vec<int, 2> columns;  ///< from the first to behind the last that are compared with others
  int edge_rows;        ///< rows that it has
  double reference;     ///< the row in which the axis is seen in a place's column
  double ratio;         ///< distance of rows over that of columns
  FanAngles fan;
  double sense;  ///< 1: clockwise; -1: counter-clockwise

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    PanelPlace const place = places[item[0]];
    int const view = item[1] * view_step;
    PairSums result;
    ViewsAround parallel{};
    if (fan.step == 0) parallel = circle.around(angles[view] + pi);
    if (fan.step != 0 || parallel.found) {
      for (int row = edge_rows; row < lines.extents[1] - edge_rows; row += row_step) {
        add_row(place, view, row, parallel, result);
      }
    }
    sums[static_cast<std::int64_t>(item[1]) * num_places + item[0]] = result;
  }

 private:
  PYRONN_HOST_DEVICE void add_row(PanelPlace const& place, int view, int row,
                                  ViewsAround const& parallel, PairSums& result) const {
    double const turned_cosine = 1 - std::cos(2 * place.roll);
    double const turned_sine = std::sin(2 * place.roll);
    double const y = (row - reference) * ratio;
    for (int u = columns[0]; u < columns[1]; u += column_step) {
      double const x = u - place.column;
      double const column = 2 * place.column - u + x * turned_cosine + y * turned_sine;
      double const mirror_row = row + (x * turned_sine - y * turned_cosine) / ratio;
      if (column < edge || column >= lines.extents[0] - 1 - edge) continue;
      if (mirror_row < edge_rows || mirror_row > lines.extents[1] - 1 - edge_rows) continue;
      ViewsAround around = parallel;
      if (fan.step != 0) {
        double const aside = x * std::cos(place.roll) - y * std::sin(place.roll);
        around = circle.around(angles[view] + pi + sense * 2 * fan.at(aside));
        if (!around.found) continue;
      }
      double const mirrored =
          (1 - around.weight) * Interpolation::at(lines, column, mirror_row, around.first) +
          around.weight * Interpolation::at(lines, column, mirror_row, around.second);
      result.add(static_cast<double>(lines(u, row, view)), mirrored);
    }
  }
};

/// Adds up what CompareViews found, in groups of views; an item is a place and a group.
struct AddViews {
  using Block = BlockShape<32, 1, 1>;

  PairSums const* of_views;
  PairSums* of_groups;  ///< of each place, group after group
  int num_places;
  int num_views;
  int num_groups;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    PairSums result;
    for (int view = item[1]; view < num_views; view += num_groups) {
      result += of_views[static_cast<std::int64_t>(view) * num_places + item[0]];
    }
    of_groups[static_cast<std::int64_t>(item[1]) * num_places + item[0]] = result;
  }
};

}  // namespace pyronn::detail
