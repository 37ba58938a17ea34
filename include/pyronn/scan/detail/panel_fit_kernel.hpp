// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel that tells how to move and turn a panel so that lines measured twice agree.
#include <cmath>
#include <cstdint>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/scan/detail/panel_kernels.hpp>
#include <pyronn/scan/detail/views_around.hpp>

namespace pyronn::detail {

/// By what the difference of a pair changes.
struct PairChange {
  static constexpr int count = 3;

  /// With the column, the roll, and how much of what lines that cross differ by is left.
  double by[count];
};

/// Sums over pairs, and the normal equations of the least squares of their differences.
struct FitSums {
  PairSums pairs;
  double matrix[PairChange::count][PairChange::count] = {};  ///< of which the upper half is set
  double right[PairChange::count] = {};                      ///< of differences times changes

  PYRONN_HOST_DEVICE void add(double a, double b, PairChange const& change) {
    pairs.add(a, b);
    for (int i = 0; i < PairChange::count; ++i) {
      for (int j = i; j < PairChange::count; ++j) matrix[i][j] += change.by[i] * change.by[j];
      right[i] += change.by[i] * (a - b);
    }
  }
  FitSums& operator+=(FitSums const& other) {
    pairs += other.pairs;
    for (int i = 0; i < PairChange::count; ++i) {
      for (int j = i; j < PairChange::count; ++j) matrix[i][j] += other.matrix[i][j];
      right[i] += other.right[i];
    }
    return *this;
  }
};

/// A value on a panel, its derivatives by column and row, and the latter's from view to view.
struct PanelSample {
  float value;
  float by_column;
  float by_row;
  float row_change;
};

/// Cubic B-splines with the pixels' values as coefficients. They smooth alike wherever a place lies
/// between pixels; what interpolates smooths pixels least, and a search ends beside them.
struct SplineTaps {
  float weight[4];
  float slope[4];

  PYRONN_HOST_DEVICE explicit SplineTaps(float t)
      : weight{(1 - t) * (1 - t) * (1 - t) / 6, (4 + t * t * (3 * t - 6)) / 6,
               (1 + 3 * t * (1 + t * (1 - t))) / 6, t * t * t / 6},
        slope{-0.5F * (1 - t) * (1 - t), 0.5F * t * (3 * t - 4), 0.5F * (1 + t * (2 - 3 * t)),
              0.5F * t * t} {}
};

/// Compares lines of a panel that stands at a place; an item is a row about the axis and a view.
/// Pairs lie mirrored about the axis, at (x, y) and (-x, y), so that both are interpolated alike,
/// between pixels and between views: what that leaves out of the one it leaves out of the other.
/// Each pair counts once. The lines are those of CompareViews.
///
/// Of a point source they cross at the foot of the perpendicular from the axis, one rising by k per
/// length t from there, the other falling, and differ by 2 k times the integral of t df/dz along
/// them. Its derivative by their distance s from the axis is the one of q, the mean of both, by
/// their direction and by z: lines turned about the axis sweep what is at t as those moved across
/// do (F. John, "The ultrahyperbolic differential equation with four independent variables", Duke
/// Math. J. 4, 1938). From outside, where there is nothing, it is summed up along the row.
struct ComparePanel {
  using Block = BlockShape<32, 1, 1>;

  ProjectionView<float const> lines;  ///< smoothed
  CircleOfViews circle;
  double const* angles;
  FitSums* sums;  ///< of each row, view after view
  PanelPlace place;
  int num_rows;
  int view_step;
  int row_step;
  int column_step;
  int edge;       ///< columns at either end that smoothing has extended
  int edge_rows;  ///< rows that it has
  double reference;
  double ratio;
  FanAngles fan;
  double sense;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    double const wanted = angles[std::int64_t{item[1]} * view_step];
    FitSums result;
    ViewsAround const opposite = circle.around(wanted + pi);
    double middle = wanted;  // as far from a view as its opposite is from one
    if (opposite.found && opposite.weight >= 0 && opposite.weight <= 1) {
      double const weight = opposite.weight;
      middle += 0.5 * circle.step * (weight < 0.5 ? -weight : 1 - weight);
    }
    Views views{};
    if (fan.step == 0) views = both(middle, 0);
    double const cosine = std::cos(place.roll);
    double const sine = std::sin(place.roll);
    double const y = (edge_rows + item[0] * row_step - reference) * ratio;
    double const side = pyronn::max(place.column, lines.extents[0] - 1 - place.column);
    double crossing = 0;
    for (int i = static_cast<int>(side / column_step); i >= 0; --i) {
      double const x = column_step * i + 0.5;
      Place const one = on_panel(x * cosine + y * sine, y * cosine - x * sine);
      Place const other = on_panel(-x * cosine + y * sine, y * cosine + x * sine);
      if (!one.is_inside && !other.is_inside) continue;
      if (fan.step != 0) views = both(middle, fan.at(x));
      bool const has_one = one.is_inside && views.one.found;
      bool const has_other = other.is_inside && views.other.found;
      PanelSample const a = has_one ? sample(one, views.one) : PanelSample{};
      PanelSample const b = has_other ? sample(other, views.other) : PanelSample{};
      // What differs between views by a step; factors that are the same everywhere do not matter.
      double const part = has_one && has_other ? 0.5 : 1;
      double const mean = part * static_cast<double>(a.row_change + b.row_change);
      crossing += mean;
      if (!(has_one && has_other)) continue;
      double const differ = fan.step == 0 ? 0 : y * (crossing - 0.5 * mean);
      result.add(static_cast<double>(a.value), static_cast<double>(b.value),
                 {{static_cast<double>(a.by_column - b.by_column),
                   by_roll(one, a) - by_roll(other, b), differ}});
    }
    sums[static_cast<std::int64_t>(item[1]) * num_rows + item[0]] = result;
  }

 private:
  struct Views {
    ViewsAround one;
    ViewsAround other;
  };
  /// Beside the axis, in columns along both directions, and in pixels.
  struct Place {
    bool is_inside;
    double x;
    double y;
    double column;
    double row;
  };

  [[nodiscard]] PYRONN_HOST_DEVICE Views both(double middle, double fan_angle) const {
    return {circle.around(middle - sense * fan_angle),
            circle.around(middle + pi + sense * fan_angle)};
  }
  [[nodiscard]] PYRONN_HOST_DEVICE Place on_panel(double x, double y) const {
    double const column = place.column + x;
    double const row = reference + y / ratio;
    // Splines reach one pixel before and two behind.
    bool const is_inside = column >= edge + 1 && column < lines.extents[0] - 2 - edge &&
                           row >= edge_rows + 1 && row < lines.extents[1] - 2 - edge_rows;
    return {is_inside, x, y, column, row};
  }
  [[nodiscard]] PYRONN_HOST_DEVICE double by_roll(Place const& at, PanelSample const& of) const {
    return static_cast<double>(of.by_column) * at.y - static_cast<double>(of.by_row) * at.x / ratio;
  }
  [[nodiscard]] PYRONN_HOST_DEVICE PanelSample sample(Place const& at,
                                                      ViewsAround const& views) const {
    int const u = static_cast<int>(at.column);
    int const v = static_cast<int>(at.row);
    SplineTaps const across{static_cast<float>(at.column - u)};
    SplineTaps const along{static_cast<float>(at.row - v)};
    auto const weight = static_cast<float>(views.weight);
    PanelSample result{};
    for (int j = 0; j < 4; ++j) {
      float const* const first = &lines(u - 1, v - 1 + j, views.first);
      float const* const second = &lines(u - 1, v - 1 + j, views.second);
      float value = 0;
      float slope = 0;
      float change = 0;
      for (int i = 0; i < 4; ++i) {
        float const step = second[i] - first[i];
        float const here = first[i] + weight * step;
        value += across.weight[i] * here;
        slope += across.slope[i] * here;
        change += across.weight[i] * step;
      }
      result.value += along.weight[j] * value;
      result.by_column += along.weight[j] * slope;
      result.by_row += along.slope[j] * value;
      result.row_change += along.slope[j] * change;
    }
    return result;
  }
};

}  // namespace pyronn::detail
