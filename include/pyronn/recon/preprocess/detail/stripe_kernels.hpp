// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels that look at views for stripes, and take stripes away.
#include <cmath>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/preprocess/detail/row_difference.hpp>

namespace pyronn::detail {

/// Of what the differences of one kind of a pixel in all views have more than is known of them.
struct DifferenceSums {
  double weights;
  double residuals;  ///< with weights
  double squares;    ///< with weights
  double of_groups;  ///< squares of the means of groups of neighbouring views, with weights
  int groups;
};

/// What is known of a difference of a pixel, from all views.
struct StripeDifference {
  float mean;
  float spread;    ///< its standard deviation in views that agree; 0: not known
  float variance;  ///< of the mean; 1e30: no view says anything
  float doubt;     ///< the variance that noise gives it, and twice what of it the object has
};

/// Makes all sums 0; an item is a pixel and a kind of difference.
struct ClearStripes {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<DifferenceSums, 3> sums;  ///< (u, v, kind)
  ArrayView<StripeDifference, 3> differences;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    sums(item[0], item[1], item[2]) = {};
    differences(item[0], item[1], item[2]) = {};
  }
};

/// Adds the differences of some views; an item is `Width` neighbouring columns of a row, and a kind
/// of difference. In warps it is one column; on cores it is many, whose loops vectorise.
template <int Width>
struct AddDifferences {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> lines;
  ArrayView<StripeDifference const, 3> differences;  ///< (u, v, kind), so far
  float outlier;                                     ///< in spreads
  ArrayView<DifferenceSums, 3> sums;

  [[nodiscard]] Extents<3> items() const {
    return {(lines.extents[0] + (Width - 1)) / Width, lines.extents[1], RowDifference::kinds};
  }

  struct Known {
    float means[Width];
    float per_scale[Width];
  };
  struct Sums {
    float weights[Width];
    float residuals[Width];
    float squares[Width];
  };

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const first = item[0] * Width;
    int const count = pyronn::min(Width, lines.extents[0] - first);
    int const v = item[1];
    RowDifference const kind{item[2]};
    Known known{};
    for (int n = 0; n < count; ++n) {
      StripeDifference const& difference = differences(first + n, v, kind.kind);
      known.means[n] = difference.mean;
      known.per_scale[n] = difference.spread > 0.0F ? 1.0F / (outlier * difference.spread) : 0.0F;
    }
    int const views = lines.extents[2];
    for (int begin = 0; begin < views; begin += RowDifference::views_of_group) {
      Sums group{};
      int const end = pyronn::min(views, begin + RowDifference::views_of_group);
      for (int view = begin; view < end; ++view) {
        float found[Width];
        find(kind, first, count, v, view, found);
        add(found, known, group);
      }
      for (int n = 0; n < count; ++n) {
        if (kind.reaches(first + n, lines.extents[0])) {
          add_group(group, n, sums(first + n, v, kind.kind));
        }
      }
    }
  }

  PYRONN_HOST_DEVICE static void add_group(Sums const& group, int n, DifferenceSums& sum) {
    auto const weights = static_cast<double>(group.weights[n]);
    auto const residuals = static_cast<double>(group.residuals[n]);
    if (!(weights > 0)) return;
    sum.weights += weights;
    sum.residuals += residuals;
    sum.squares += static_cast<double>(group.squares[n]);
    sum.of_groups += residuals * residuals / weights;
    ++sum.groups;
  }

  /// The weight of a residual falls as that of S. Geman and D. E. McClure does: (1 + x^2)^-2.
  PYRONN_HOST_DEVICE static void add(float const (&found)[Width], Known const& known, Sums& total) {
    constexpr float most = 1e12F;  // whose square a float holds; no number is not below it
    for (int n = 0; n < Width; ++n) {
      bool const is_sound = pyronn::abs(found[n]) < most;
      float const residual = is_sound ? found[n] - known.means[n] : 0.0F;
      float const part = residual * known.per_scale[n];
      float const root = 1.0F / (1.0F + part * part);
      float const weight = is_sound ? root * root : 0.0F;
      total.weights[n] += weight;
      total.residuals[n] += weight * residual;
      total.squares[n] += weight * residual * residual;
    }
  }

  PYRONN_HOST_DEVICE void find(RowDifference const& kind, int first, int count, int v, int view,
                               float (&found)[Width]) const {
    constexpr int reach = RowDifference::most_reach;
    int const columns = lines.extents[0];
    bool const is_inside = first >= reach && first + Width + reach <= columns;
    if (Width > 1 && is_inside) {
      float const* const row = &lines(first, v, view);
      float const near = kind.weight<float>(1);
      float const far = kind.weight<float>(2);
      for (int n = 0; n < Width; ++n) {
        float const* const at = row + n;
        found[n] = at[0] + near * (at[-1] + at[1]) + far * (at[-2] + at[2]);
      }
      return;
    }
    auto const row = [&](int u) { return lines(u, v, view); };
    for (int n = 0; n < Width; ++n) found[n] = 0;
    for (int n = 0; n < count; ++n) found[n] = kind.of(row, first + n, columns);
  }
};

/// Moves differences by the mean residuals, and estimates what they are worth from how much those
/// of groups of views differ; an item is a pixel and a kind of difference.
struct MoveDifferences {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<DifferenceSums, 3> sums;  ///< (u, v, kind); becomes 0
  ArrayView<StripeDifference, 3> differences;

  static constexpr int least_groups = 4;
  static constexpr float unknown = 1e30F;
  /// What line integrals need not tell apart.
  static constexpr double least_spread = 1e-6;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    DifferenceSums const sum = sums(item[0], item[1], item[2]);
    StripeDifference& difference = differences(item[0], item[1], item[2]);
    sums(item[0], item[1], item[2]) = {};
    if (!(sum.weights > 0)) {
      difference = {0, 0, unknown, unknown};
      return;
    }
    double const mean = sum.residuals / sum.weights;
    double const square = pyronn::max(sum.squares / sum.weights - mean * mean, 0.0);
    double const of_noise = square / sum.weights;
    double const between = pyronn::max(sum.of_groups / sum.weights - mean * mean, 0.0);
    double const variance = sum.groups >= least_groups ? between / (sum.groups - 1) : of_noise;
    // An estimate from a few groups scatters.
    double const of_object = pyronn::max(variance - 1.5 * of_noise, 0.0);
    difference = {difference.mean + static_cast<float>(mean),
                  static_cast<float>(pyronn::max(std::sqrt(square), least_spread)),
                  static_cast<float>(variance), static_cast<float>(of_noise + 2 * of_object)};
  }
};

/// Subtracts stripes from all views; an item is a pixel of a view.
struct SubtractStripes {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<float const, 2> stripes;
  float strength;
  ProjectionView<float> lines;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    lines(item[0], item[1], item[2]) -= strength * stripes(item[0], item[1]);
  }
};

}  // namespace pyronn::detail
