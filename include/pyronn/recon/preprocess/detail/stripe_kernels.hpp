// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels that find stripes.
#include <cmath>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/preprocess/detail/row_roughness.hpp>
#include <pyronn/recon/preprocess/detail/row_smoother.hpp>

namespace pyronn::detail {

/// Of the residuals of a pixel in all views.
struct ResidualSums {
  double weights;
  double residuals;  ///< with weights
  double squares;    ///< with weights
  double of_groups;  ///< squares of the means of groups of neighbouring views, with weights
  int groups;
};

/// Makes all sums 0; an item is a pixel.
struct ClearSums {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<ResidualSums, 2> sums;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const { sums(item[0], item[1]) = {}; }
};

/// Adds the residuals of some views; an item is `Width` neighbouring columns of a row. In warps it
/// is one column; on cores it is many, whose loops vectorise.
template <int Width>
struct AddResiduals {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int views_of_group = 32;

  ProjectionView<float const> lines;
  ArrayView<float const, 2> stripes;  ///< so far
  float const* scales;                ///< of each row's residuals; 0: not known
  float outlier;                      ///< in scales
  RowSmoother smoother;
  ArrayView<ResidualSums, 2> sums;

  [[nodiscard]] Extents<3> items() const {
    return {(lines.extents[0] + (Width - 1)) / Width, lines.extents[1], 1};
  }

  struct Sums {
    float weights[Width];
    float residuals[Width];
    float squares[Width];
  };

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const first = item[0] * Width;
    int const count = pyronn::min(Width, lines.extents[0] - first);
    int const v = item[1];
    float const scale = scales[v] * outlier;
    float const per_scale = scale > 0.0F ? 1.0F / scale : 0.0F;
    int const views = lines.extents[2];
    for (int begin = 0; begin < views; begin += views_of_group) {
      Sums group{};
      int const end = pyronn::min(views, begin + views_of_group);
      for (int view = begin; view < end; ++view) {
        float residuals[Width];
        find(first, count, v, view, residuals);
        add(residuals, per_scale, group);
      }
      for (int n = 0; n < count; ++n) add_group(group, n, sums(first + n, v));
    }
  }

  PYRONN_HOST_DEVICE static void add_group(Sums const& group, int n, ResidualSums& sum) {
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
  PYRONN_HOST_DEVICE static void add(float const (&residuals)[Width], float per_scale,
                                     Sums& total) {
    constexpr float most = 1e18F;  // whose square a float holds; no number is not below it
    for (int n = 0; n < Width; ++n) {
      bool const is_sound = pyronn::abs(residuals[n]) < most;
      float const residual = is_sound ? residuals[n] : 0.0F;
      float const part = residual * per_scale;
      float const root = 1.0F / (1.0F + part * part);
      float const weight = is_sound ? root * root : 0.0F;
      total.weights[n] += weight;
      total.residuals[n] += weight * residual;
      total.squares[n] += weight * residual * residual;
    }
  }

  /// A line without the stripes found so far.
  PYRONN_HOST_DEVICE float line(int u, int v, int view) const {
    return lines(u, v, view) - stripes(u, v);
  }

  PYRONN_HOST_DEVICE void find(int first, int count, int v, int view,
                               float (&residuals)[Width]) const {
    auto const row = [&](int u) { return line(u, v, view); };
    int const columns = lines.extents[0];
    if constexpr (Width == 1) {
      residuals[0] = row_residual(smoother, row, first, columns);
    } else {
      int const radius = smoother.radius;
      bool const is_inside = first >= radius && first + Width + radius <= columns;
      if (is_inside) return find_inside(first, v, view, residuals);
      for (int n = 0; n < Width; ++n) residuals[n] = 0;
      for (int n = 0; n < count; ++n) {
        residuals[n] = row_residual(smoother, row, first + n, columns);
      }
    }
  }

  PYRONN_HOST_DEVICE void find_inside(int first, int v, int view, float (&residuals)[Width]) const {
    constexpr int most = Width + 2 * RowSmoother::most_radius;
    int const radius = smoother.radius;
    float row[most];
    float const* const values = &lines(first - radius, v, view);
    float const* const known = &stripes(first - radius, v);
    for (int n = 0; n < Width + 2 * radius; ++n) row[n] = values[n] - known[n];
    float const* const weights = smoother.of(radius) + radius;
    for (int n = 0; n < Width; ++n) residuals[n] = (1.0F - weights[0]) * row[radius + n];
    for (int offset = 1; offset <= radius; ++offset) {
      float const weight = weights[offset];
      float const* const left = row + (radius - offset);
      float const* const right = row + (radius + offset);
      for (int n = 0; n < Width; ++n) residuals[n] -= weight * (left[n] + right[n]);
    }
  }
};

/// Moves stripes by the mean residuals, and estimates the variances of these means from how much
/// those of groups of views differ; an item is a pixel.
struct MoveStripes {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<ResidualSums, 2> sums;  ///< becomes 0, but for the mean square
  float share;                      ///< of the mean residual: 0 where outliers were not yet told
  ArrayView<float, 2> stripes;
  ArrayView<float, 2> variances;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    ResidualSums& sum = sums(item[0], item[1]);
    double const weights = sum.weights > 0 ? sum.weights : 1;
    double const mean = sum.residuals / weights;
    double const between = sum.of_groups / weights - mean * mean;
    bool const is_known = sum.groups >= least_groups && between > 0;
    stripes(item[0], item[1]) += share * static_cast<float>(mean);
    variances(item[0], item[1]) = is_known ? static_cast<float>(between / (sum.groups - 1)) : 0.0F;
    sum = {0, 0, sum.squares / weights, 0, 0};
  }

  static constexpr int least_groups = 4;
};

/// The root mean square of a row's residuals, whose squares' means become 0; an item is a row.
struct ScaleRows {
  using Block = BlockShape<32, 1, 1>;

  ArrayView<ResidualSums, 2> sums;
  float* scales;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    double sum = 0;
    for (int u = 0; u < sums.extents[0]; ++u) {
      sum += sums(u, item[0]).squares;
      sums(u, item[0]).squares = 0;
    }
    scales[item[0]] = static_cast<float>(std::sqrt(sum / sums.extents[0]));
  }
};

/// What is left of stripes when their rows are smoothed; an item is a pixel.
struct NarrowStripes {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<float const, 2> found;
  RowSmoother smoother;
  ArrayView<float, 2> narrow;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    auto const row = [&](int at) { return found(at, item[1]); };
    narrow(item[0], item[1]) = row_residual(smoother, row, item[0], found.extents[0]);
  }
};

/// Keeps of stripes what neighbouring columns do not share: made smaller the less they are beyond
/// `deviations` standard deviations, L. Breiman's non-negative garrote, Technometrics 37 (1995),
/// and the smoother their row is around them. An item is a pixel.
struct KeepStripes {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<float const, 2> narrow;
  ArrayView<float const, 2> variances;
  float deviations;
  ArrayView<float, 2> stripes;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const u = item[0];
    int const v = item[1];
    auto const row = [&](int at) { return narrow(at, v); };
    float const stripe = narrow(u, v);
    float const chance = deviations * deviations * variances(u, v);
    float const square = stripe * stripe;
    float const part = part_of_gains(row_roughness(row, u, narrow.extents[0]));
    stripes(u, v) = square > chance ? part * stripe * (1.0F - chance / square) : 0.0F;
  }

  /// From 0 for edges of the object to 1 for gains, without a jump: rounding must decide nothing.
  /// Gains of their own have a roughness of about 2, pairs of columns of equal gains of 1; about
  /// an edge that all views share it is below 0.5.
  PYRONN_HOST_DEVICE static float part_of_gains(float roughness) {
    constexpr float edge = 0.6F;
    constexpr float gain = 1.0F;
    float const part = (roughness - edge) / (gain - edge);
    float const within = pyronn::min(pyronn::max(part, 0.0F), 1.0F);
    return within * within * (3.0F - 2.0F * within);
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
