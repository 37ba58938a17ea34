// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Half a turn of parallel rays: its last views, and its first ones mirrored, go on from each
/// other. Both are continued to the angle in the middle between them, where they are compared.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// Views in the middle between the ends of half a turn: polynomials through the last two, three and
/// four views, and through as many first ones. What the three differ by is what continuing may err.
struct SeamViews {
  static constexpr int degrees = 3;
  static constexpr int count = 2 * degrees;  ///< those of the last views, then of the first
  static constexpr int most_taps = degrees + 1;

  int view[count][most_taps];
  float weight[count][most_taps];
  double sigma;  ///< smoothing along rows that makes views next to each other alike [columns]

  /// Angles that pair them: each lies opposite to the one of the other end.
  [[nodiscard]] static std::vector<double> angles() {
    std::vector<double> result(count);
    for (int n = 0; n < count; ++n) result[static_cast<std::size_t>(n)] = n * pi / degrees;
    return result;
  }
};

/// The weights by which a polynomial through the values at `at` gives the value at `wanted`.
inline void set_weights(double const* at, int taps, double wanted, float* weight) {
  for (int i = 0; i < taps; ++i) {
    double product = 1;
    for (int j = 0; j < taps; ++j) {
      if (j != i) product *= (wanted - at[j]) / (at[i] - at[j]);
    }
    weight[i] = static_cast<float>(product);
  }
}

/// The angle of a view from 0 to 2 pi.
inline double within_turn(double angle) { return angle - std::floor(angle / (2 * pi)) * 2 * pi; }

/// Views in the order of their angles.
struct ViewsOfArc {
  std::vector<std::size_t> order;  ///< from behind the widest gap on
  double arc;                      ///< from the first to the last [rad]
  double step;                     ///< the median between neighbours [rad]
};

inline ViewsOfArc views_of_arc(std::vector<double> const& angles) {
  auto const views = angles.size();
  ViewsOfArc result{std::vector<std::size_t>(views), 0, 0};
  auto& order = result.order;
  auto const turned = [&](std::size_t n) { return within_turn(angles[n]); };
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return turned(a) < turned(b); });
  std::vector<double> gaps;  // behind each view
  for (std::size_t i = 0; i < views; ++i) {
    double const gap = turned(order[(i + 1) % views]) - turned(order[i]);
    gaps.push_back(i + 1 < views ? gap : gap + 2 * pi);
  }
  auto const widest = std::max_element(gaps.begin(), gaps.end()) - gaps.begin();
  result.arc = 2 * pi - gaps[static_cast<std::size_t>(widest)];
  std::rotate(order.begin(), order.begin() + (widest + 1) % static_cast<std::ptrdiff_t>(views),
              order.end());
  std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(views / 2), gaps.end());
  result.step = gaps[views / 2];
  return result;
}

/// The views of half a turn, to two and a half steps, on a panel of some columns; none where
/// `angles` are another arc, are not apart at its ends, or are so close that what lies at the side
/// moves by less than `least_motion` columns from view to view: more pairs, with views a little
/// beyond the ends, then tell more.
inline std::optional<SeamViews> seam_of(std::vector<double> const& angles, int columns,
                                        double least_motion) {
  constexpr int taps = SeamViews::most_taps;
  auto const views = angles.size();
  if (views < std::size_t{2} * taps) return {};
  auto const [order, arc, step] = views_of_arc(angles);
  if (!(std::abs(arc - pi) <= 2.5 * step)) return {};
  // Angles from the end on, outwards positive.
  double ends[2][taps];
  SeamViews result{};
  for (int end = 0; end < 2; ++end) {
    for (int i = 0; i < taps; ++i) {
      std::size_t const place =
          end == 0 ? views - 1 - static_cast<std::size_t>(i) : static_cast<std::size_t>(i);
      std::size_t const outermost = end == 0 ? views - 1 : 0;
      double const from_outermost =
          std::abs(within_turn(angles[order[place]]) - within_turn(angles[order[outermost]]));
      ends[end][i] = -std::min(from_outermost, 2 * pi - from_outermost);
      double const gap = i == 0 ? step : ends[end][i - 1] - ends[end][i];
      if (!(gap > 0.2 * step && gap <= 2.5 * step)) return {};
      for (int power = 0; power < SeamViews::degrees; ++power) {
        result.view[end * SeamViews::degrees + power][i] = static_cast<int>(order[place]);
      }
    }
    for (int power = 0; power < SeamViews::degrees; ++power) {
      set_weights(ends[end], power + 2, 0.5 * (pi - arc),
                  result.weight[end * SeamViews::degrees + power]);
    }
  }
  // From view to view what lies at the side moves by this many columns.
  double const motion = step * 0.5 * columns;
  if (motion < least_motion) return {};
  result.sigma = std::clamp(motion, 2.5, std::max(2.5, columns / 32.0));
  return result;
}

/// Makes the views of a seam; an item is a pixel of one of them.
struct MakeSeamViews {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> lines;
  ProjectionView<float> made;
  SeamViews seam;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    float sum = 0;
    for (int tap = 0; tap < SeamViews::most_taps; ++tap) {
      sum += seam.weight[item[2]][tap] * lines(item[0], item[1], seam.view[item[2]][tap]);
    }
    made(item[0], item[1], item[2]) = sum;
  }
};

/// Smooths along rows by a normal distribution, to three standard deviations; an item is a pixel.
struct SmoothAlongRows {
  using Block = BlockShape<128, 1, 1>;

  ProjectionView<float const> lines;
  ProjectionView<float> smoothed;
  float const* weights;  ///< from the middle outwards
  int reach;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    float sum = 0;
    for (int place = -reach; place <= reach; ++place) {
      int const u = pyronn::clamp(item[0] + place, 0, lines.extents[0] - 1);
      sum += weights[place < 0 ? -place : place] * lines(u, item[1], item[2]);
    }
    smoothed(item[0], item[1], item[2]) = sum;
  }

  [[nodiscard]] static std::vector<float> normal_weights(double sigma) {
    std::vector<float> result;
    double sum = 0;
    for (int i = 0; i <= static_cast<int>(std::ceil(3 * sigma)); ++i) {
      double const value = std::exp(-0.5 * i * i / (sigma * sigma));
      sum += i == 0 ? value : 2 * value;
      result.push_back(static_cast<float>(value));
    }
    for (float& weight : result) weight /= static_cast<float>(sum);
    return result;
  }
};

}  // namespace pyronn::detail
