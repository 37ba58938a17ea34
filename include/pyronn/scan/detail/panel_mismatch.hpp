// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How little two measurements of the same lines agree for some axis and roll of a panel.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/host_copy.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/scan/circular_scan.hpp>
#include <pyronn/scan/detail/views_around.hpp>

namespace pyronn::detail {

/// Where a panel may stand: what a search varies.
struct PanelPlace {
  double column;  ///< in which the axis is seen, in the row of reference
  double roll;    ///< as CircularScan has it [rad]
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
  int edge;          ///< columns at either end that smoothing has extended
  int edge_rows;     ///< rows that it has
  double reference;  ///< the row in which the axis is seen in a place's column
  double ratio;      ///< distance of rows over that of columns
  double fan_step;   ///< of columns over the distance of the detector; 0 of parallel rays
  double sense;      ///< 1: clockwise; -1: counter-clockwise

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    PanelPlace const place = places[item[0]];
    int const view = item[1] * view_step;
    PairSums result;
    ViewsAround parallel{};
    if (fan_step == 0) parallel = circle.around(angles[view] + pi);
    if (fan_step != 0 || parallel.found) {
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
    for (int u = edge; u < lines.extents[0] - edge; u += column_step) {
      double const x = u - place.column;
      double const column = 2 * place.column - u + x * turned_cosine + y * turned_sine;
      double const mirror_row = row + (x * turned_sine - y * turned_cosine) / ratio;
      if (column < edge || column >= lines.extents[0] - 1 - edge) continue;
      if (mirror_row < edge_rows || mirror_row > lines.extents[1] - 1 - edge_rows) continue;
      ViewsAround around = parallel;
      if (fan_step != 0) {
        double const aside = x * std::cos(place.roll) - y * std::sin(place.roll);
        around = circle.around(angles[view] + pi + sense * 2 * std::atan(aside * fan_step));
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

/// The sums of a place, in groups of views that tell how much results scatter.
struct PlaceSums {
  static constexpr int groups = 6;

  PairSums of_group[groups];
  PairSums all;
};

/// Rows that are compared as they are, without a roll.
struct SingleRows {
  static constexpr int smoothings = 1;   ///< how often lines are smoothed
  static constexpr bool across = false;  ///< whether over rows, too
  static constexpr int step = 1;         ///< of the columns, and the rows, that are compared
  using Interpolation = LinearInRow;
};

/// Rows of a panel that may be rolled. Next to each other smoothed pixels tell little more.
struct PanelRows {
  static constexpr int smoothings = 2;
  static constexpr bool across = true;
  static constexpr int step = 2;
  using Interpolation = CubicOnPanel;
};

/// How little two measurements agree, on an executor, in whose memory the lines are.
template <class Rows, class Executor>
class PanelMismatch {
 public:
  /// A place's column is that of the axis in row `reference`. Throws InvalidArgument, for
  /// `function`, for lines that are not finite.
  PanelMismatch(char const* function, Executor const& executor, CircularScan const& scan,
                ProjectionView<float const> lines, double reference)
      : executor_{executor},
        reference_{reference},
        extents_{lines.extents},
        sorted_{executor, scan.angles},
        angles_{detail::in_memory_of(executor, scan.angles)},
        smoothed_{executor, 0},
        ratio_{scan.pixel[1] / scan.pixel[0]},
        fan_step_{scan.is_parallel() ? 0.0 : scan.pixel[0] / scan.source_detector} {
    check_finite(function, lines);
    for (int i = 0; i < Rows::smoothings; ++i) {
      Buffer<float, Executor> result{executor, static_cast<std::size_t>(lines.count())};
      executor.for_each(extents_, SmoothLines{i == 0 ? lines : smoothed_.view(extents_),
                                              result.view(extents_), Rows::across ? 2 : 0});
      smoothed_ = std::move(result);
    }
    PairSums const all = sum(smoothed_.view(extents_));
    least_variation_ = 0.02 * all.variation() / all.count;
  }

  /// How far columns and rows are apart that are compared.
  struct Steps {
    int columns;
    int rows;
  };
  [[nodiscard]] Steps steps() const {
    constexpr std::int64_t most_pixels = 1 << 16;
    std::int64_t const pixels = std::int64_t{extents_[0]} * extents_[1];
    std::int64_t const most_step = std::max(1, extents_[1] / 16);
    auto const rows =
        static_cast<int>(std::clamp<std::int64_t>(pixels / most_pixels, 1, most_step));
    auto const columns = static_cast<int>(pixels / rows / most_pixels);
    return {std::max(Rows::step, columns), std::max(Rows::step, rows)};
  }

  /// The sums of all places, for one sense of rotation.
  [[nodiscard]] std::vector<PlaceSums> sums(std::vector<PanelPlace> const& places,
                                            Rotation rotation) const {
    constexpr int most_views = 180;
    int const view_step = std::max(1, extents_[2] / most_views);
    int const views = (extents_[2] + view_step - 1) / view_step;
    Steps const steps = this->steps();
    int const count = static_cast<int>(places.size());
    auto const in_memory = detail::in_memory_of(executor_, places);
    Buffer<PairSums, Executor> of_views{executor_, places.size() * static_cast<std::size_t>(views)};
    Buffer<PairSums, Executor> of_groups{executor_, places.size() * PlaceSums::groups};
    executor_.for_each(
        {count, views, 1},
        CompareViews<typename Rows::Interpolation>{
            smoothed_.view(extents_), sorted_.circle(), angles_.data(), in_memory.data(),
            of_views.data(), count, view_step, steps.rows, steps.columns, 2 * Rows::smoothings,
            Rows::across ? 2 * Rows::smoothings : 0, reference_, ratio_, fan_step_,
            rotation == Rotation::clockwise ? 1.0 : -1.0});
    executor_.for_each({count, PlaceSums::groups, 1}, AddViews{of_views.data(), of_groups.data(),
                                                               count, views, PlaceSums::groups});
    auto const found = detail::on_host(executor_, of_groups);
    std::vector<PlaceSums> result(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (int group = 0; group < PlaceSums::groups; ++group) {
        PairSums const& part = found[static_cast<std::size_t>(group) * places.size() + i];
        result[i].of_group[group] = part;
        result[i].all += part;
      }
    }
    return result;
  }

  /// From 0, where both measurements are the same, to about 1, where they have nothing in common;
  /// infinite where too little of what varies is measured twice.
  [[nodiscard]] double mismatch(PairSums const& found) const {
    bool const is_enough = found.count > 0 && found.variation() > least_variation_ * found.count;
    return is_enough ? found.squares / found.variation() : std::numeric_limits<double>::infinity();
  }

 private:
  [[nodiscard]] std::vector<PairSums> sums_of_views(ProjectionView<float const> lines) const {
    Buffer<PairSums, Executor> sums{executor_, static_cast<std::size_t>(extents_[2])};
    executor_.for_each({extents_[2], 1, 1}, SumView{lines, sums.data()});
    return detail::on_host(executor_, sums);
  }
  [[nodiscard]] PairSums sum(ProjectionView<float const> lines) const {
    PairSums all;
    for (PairSums const& view : sums_of_views(lines)) all += view;
    return all;
  }
  void check_finite(char const* function, ProjectionView<float const> lines) const {
    auto const sums = sums_of_views(lines);
    for (std::size_t view = 0; view < sums.size(); ++view) {
      expects(std::isfinite(sums[view].second), function, ": view ", view,
              " holds a line that is not finite");
    }
  }

  Executor const& executor_;
  double reference_;
  Extents<3> extents_;
  SortedViews<Executor> sorted_;
  Buffer<double, Executor> angles_;
  Buffer<float, Executor> smoothed_;
  double ratio_;
  double fan_step_;
  double least_variation_ = 0;
};

}  // namespace pyronn::detail
