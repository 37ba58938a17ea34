// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels that find how large the stripes of a row are, and single ones that are larger.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/recon/preprocess/detail/row_difference.hpp>
#include <pyronn/recon/preprocess/detail/stripe_kernels.hpp>

namespace pyronn::detail {

/// From 0 to 1 without a jump, so that rounding decides nothing.
PYRONN_HOST_DEVICE inline double smooth_step(double part) {
  double const within = pyronn::min(pyronn::max(part, 0.0), 1.0);
  return within * within * (3 - 2 * within);
}

/// The standard deviation of the stripes of most pixels of a row, from the third
/// quartile of their fourth differences, which the edges of a body about the axis hardly move, and
/// stripes of a fifth of the columns lie above; an item is a row.
struct ScaleStripes {
  using Block = BlockShape<32, 1, 1>;

  ArrayView<StripeDifference const, 3> differences;  ///< (u, v, kind)
  double* scales;

  static constexpr double quartile_of_normal = 1.1503493803760079;
  static constexpr double least = 1e-6;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const v = item[0];
    double high = 0;
    int count = 0;
    for_each_magnitude(v, [&](double magnitude) {
      high = pyronn::max(high, magnitude);
      ++count;
    });
    double low = 0;
    for (int step = 0; step < 30; ++step) {
      double const middle = 0.5 * (low + high);
      int below = 0;
      for_each_magnitude(v, [&](double magnitude) { below += magnitude <= middle ? 1 : 0; });
      (4 * below >= 3 * count ? high : low) = middle;
    }
    scales[v] = pyronn::max(high / (quartile_of_normal * RowDifference::deviation), least);
  }

  template <class Use>
  PYRONN_HOST_DEVICE void for_each_magnitude(int v, Use const& use) const {
    constexpr RowDifference kind{RowDifference::fourth};
    int const columns = differences.extents[0];
    for (int u = 0; u < columns; ++u) {
      StripeDifference const& difference = differences(u, v, kind.kind);
      bool const is_known = difference.variance < MoveDifferences::unknown;
      if (is_known && kind.reaches(u, columns)) {
        use(pyronn::abs(static_cast<double>(difference.mean)));
      }
    }
  }
};

/// Adds single pixels with stripes beyond those of most pixels: where a stripe of a pixel alone
/// explains all the fourth differences around it. An edge of a body about the axis leaves at least
/// 5 % of their squares unexplained. An item is a pixel.
struct AddIsolated {
  using Block = BlockShape<128, 1, 1>;

  ArrayView<StripeDifference const, 3> differences;  ///< (u, v, kind)
  double const* scales;
  ArrayView<float const, 2> known;
  ArrayView<float, 2> isolated;  ///< other than `known`

  static constexpr int radius = 4;
  static constexpr double unexplained = 0.02;
  /// Of the squares that stripes of most pixels have.
  static constexpr double unexplained_of_others = 0.3;
  static constexpr double least_scales = 2.5;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    int const u = item[0];
    int const v = item[1];
    isolated(u, v) = known(u, v) + static_cast<float>(stripe(u, v));
  }

  PYRONN_HOST_DEVICE double stripe(int u, int v) const {
    constexpr RowDifference kind{RowDifference::fourth};
    int const columns = known.extents[0];
    if (!kind.reaches(u, columns)) return 0;
    auto const row = [&](int at) { return static_cast<double>(known(at, v)); };
    double product = 0;
    double weights = 0;
    double squares = 0;
    int count = 0;
    for (int offset = -radius; offset <= radius; ++offset) {
      int const at = u + offset;
      if (!kind.reaches(at, columns)) continue;
      StripeDifference const& difference = differences(at, v, kind.kind);
      if (!(difference.variance < MoveDifferences::unknown)) return 0;
      double const value = static_cast<double>(difference.mean) - kind.of(row, at, columns);
      squares += value * value;
      ++count;
      if (pyronn::abs(offset) > kind.reach()) continue;
      double const weight = kind.weight<double>(offset);
      product += weight * value;
      weights += weight * weight;
    }
    double const found = product / weights;
    double const explained = product * found;
    double const scale = scales[v];
    double const allowed = unexplained * explained +
                           unexplained_of_others * count * RowDifference::square * scale * scale;
    double const is_alone = smooth_step(2 - (squares - explained) / allowed);
    return is_alone * smooth_step(pyronn::abs(found) / (least_scales * scale) - 1) * found;
  }
};

}  // namespace pyronn::detail
