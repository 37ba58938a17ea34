// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SharedEdges: where a row has edges that all views see in the same place.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/preprocess/detail/row_difference.hpp>
#include <pyronn/recon/preprocess/detail/row_roughness.hpp>
#include <pyronn/recon/preprocess/detail/row_smoother.hpp>
#include <pyronn/recon/preprocess/detail/single_stripes.hpp>

namespace pyronn::detail {

/// Of a pixel in all views: its line integrals, and their differences from the mean of two
/// neighbours to either side.
struct PixelSums {
  double lines;
  double differences;
  double of_groups;  ///< squares of the means of groups of neighbouring views, times their sizes
  int views;
  int of_differences;
};

/// Makes all sums 0; an item is a pixel.
struct ClearViews {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<PixelSums, 2> sums;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const { sums(item[0], item[1]) = {}; }
};

/// Adds some views; an item is a pixel.
struct AddLinesOfViews {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> lines;
  ArrayView<PixelSums, 2> sums;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    constexpr float most = 1e12F;
    constexpr RowDifference kind{RowDifference::mean};
    int const views = lines.extents[2];
    PixelSums sum = sums(item[0], item[1]);
    for (int begin = 0; begin < views; begin += RowDifference::views_of_group) {
      double of_group = 0;
      int count = 0;
      int const end = pyronn::min(views, begin + RowDifference::views_of_group);
      for (int view = begin; view < end; ++view) {
        auto const row = [&](int u) { return lines(u, item[1], view); };
        float const line = row(item[0]);
        if (!(pyronn::abs(line) < most)) continue;
        sum.lines += static_cast<double>(line);
        ++sum.views;
        float const difference = kind.of(row, item[0], lines.extents[0]);
        if (!(pyronn::abs(difference) < most)) continue;
        of_group += static_cast<double>(difference);
        ++count;
      }
      if (count == 0) continue;
      sum.differences += of_group;
      sum.of_groups += of_group * of_group / count;
      sum.of_differences += count;
    }
    sums(item[0], item[1]) = sum;
  }
};

/// What the mean view has more than its smoothed rows; an item is a pixel.
struct NarrowMeans {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<PixelSums const, 2> sums;
  RowSmoother smoother;
  ArrayView<float, 2> narrow;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    auto const row = [&](int u) {
      PixelSums const& sum = sums(u, item[1]);
      return sum.views > 0 ? static_cast<float>(sum.lines / sum.views) : 0.0F;
    };
    narrow(item[0], item[1]) = row_residual(smoother, row, item[0], narrow.extents[0]);
  }
};

/// Edges of bodies about the axis: beside them the mean view changes slowly over many columns, as
/// gains do not, and views agree about its differences, as they do not where edges move.
struct SharedEdges {
  ArrayView<float const, 2> narrow;
  ArrayView<PixelSums const, 2> sums;

  /// From 0 beside an edge to 1 for gains, without a jump. Gains of their own have a roughness of
  /// about 2, pairs of columns of equal gains of 1; about an edge that all views share it is below
  /// 0.5.
  [[nodiscard]] PYRONN_HOST_DEVICE double part_of_gains(int u, int v) const {
    constexpr double edge = 0.6;
    constexpr double gain = 1;
    constexpr double moving = 1;
    constexpr double fixed = 3;
    auto const row = [&](int at) { return narrow(at, v); };
    auto const roughness = static_cast<double>(row_roughness(row, u, narrow.extents[0]));
    double const of_edge = 1 - smooth_step((roughness - edge) / (gain - edge));
    return 1 - of_edge * smooth_step((agreement(u, v) - moving) / (fixed - moving));
  }

  /// The mean square of what all views have of the differences around a column, over that of what
  /// groups of them have more.
  [[nodiscard]] PYRONN_HOST_DEVICE double agreement(int u, int v) const {
    double of_all = 0;
    double between = 1e-12;  // what line integrals need not tell apart
    int const first = pyronn::max(-roughness_radius, -u);
    int const last = pyronn::min(roughness_radius, narrow.extents[0] - 1 - u);
    for (int offset = first; offset <= last; ++offset) {
      PixelSums const& sum = sums(u + offset, v);
      if (sum.of_differences == 0) continue;
      auto const weight = static_cast<double>(roughness_weight(offset));
      double const mean = sum.differences / sum.of_differences;
      of_all += weight * mean * mean;
      between += weight * pyronn::max(sum.of_groups / sum.of_differences - mean * mean, 0.0);
    }
    return of_all / between;
  }
};

}  // namespace pyronn::detail
