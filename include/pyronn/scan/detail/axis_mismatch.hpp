// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How little two measurements of the same lines agree if the rotation axis is seen in a column.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/scan/circular_scan.hpp>

namespace pyronn::detail {

/// Two views between which, or shortly behind which, lies an angle.
struct ViewsAround {
  std::size_t first;
  std::size_t second;
  double weight;  ///< of the second; beyond 0 and 1 where the angle is not between them
};

/// The views of a circle in the order of their angles.
class SortedViews {
 public:
  explicit SortedViews(std::vector<double> const& angles) : view_(angles.size()) {
    auto const turned = [&angles](std::size_t view) {
      double const turns = angles[view] / (2 * pi);
      return angles[view] - std::floor(turns) * 2 * pi;
    };
    std::iota(view_.begin(), view_.end(), std::size_t{0});
    std::stable_sort(view_.begin(), view_.end(),
                     [&](std::size_t a, std::size_t b) { return turned(a) < turned(b); });
    for (std::size_t const view : view_) angle_.push_back(turned(view));
    std::vector<double> steps;
    for (std::size_t i = 1; i < angle_.size(); ++i) steps.push_back(angle_[i] - angle_[i - 1]);
    if (steps.empty()) return;
    auto const middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    step_ = *middle;
  }

  /// Views around an angle [rad]; nothing where there are none within two steps.
  [[nodiscard]] std::optional<ViewsAround> around(double angle) const {
    std::size_t const count = angle_.size();
    if (count < 3 || !(step_ > 0)) return std::nullopt;
    angle -= std::floor(angle / (2 * pi)) * 2 * pi;
    auto const behind = static_cast<std::size_t>(
        std::upper_bound(angle_.begin(), angle_.end(), angle) - angle_.begin());
    std::size_t const next = behind % count;
    std::size_t const last = (behind + count - 1) % count;
    double const to_next = turn(angle_[next] - angle);
    double const from_last = turn(angle - angle_[last]);
    double const gap = to_next + from_last;
    if (gap > 0 && gap <= 2.5 * step_) return pair(last, next, from_last / gap);
    if (from_last <= 2 * step_) return beyond((last + count - 1) % count, last, from_last);
    if (to_next <= 2 * step_) return beyond((next + 1) % count, next, to_next);
    return std::nullopt;
  }

 private:
  static double turn(double angle) { return angle < 0 ? angle + 2 * pi : angle; }

  [[nodiscard]] ViewsAround pair(std::size_t a, std::size_t b, double weight) const {
    return {view_[a], view_[b], weight};
  }

  /// On a straight line through the last two views.
  [[nodiscard]] std::optional<ViewsAround> beyond(std::size_t before, std::size_t end,
                                                  double distance) const {
    double const gap = std::abs(angle_[end] - angle_[before]);
    if (!(gap > 0) || gap > 2.5 * step_) return std::nullopt;
    return pair(before, end, 1 + distance / gap);
  }

  std::vector<std::size_t> view_;
  std::vector<double> angle_;
  double step_ = 0;
};

/// Sums over pairs of measurements of the same line.
struct PairSums {
  double squares = 0;  ///< of differences
  double first = 0;
  double second = 0;  ///< of squares of both
  double count = 0;

  void add(double a, double b) {
    squares += (a - b) * (a - b);
    first += a + b;
    second += a * a + b * b;
    count += 2;
  }

  /// What of the lines' variation about their mean is not the same in both.
  [[nodiscard]] double variation() const { return second - first * first / count; }
};

/// Lines that are measured twice: in a view at angle b by the pixel at fan angle g, and at b + pi -
/// 2 g by the pixel at -g (A. C. Kak and M. Slaney, Principles of Computerized Tomographic Imaging,
/// 1988, section 3.4.1). Rows are smoothed first, so that interpolation between columns smooths
/// little more.
class AxisMismatch {
 public:
  AxisMismatch(CircularScan const& scan, ProjectionView<float const> lines)
      : scan_{scan}, views_{scan.angles}, extents_{lines.extents} {
    smooth(lines);
    constexpr int most_views = 180;
    stride_ = std::max(1, extents_[2] / most_views);
  }

  /// Of every `groups`-th of the views that are compared, from number `group` on.
  [[nodiscard]] PairSums sums(double column, Rotation rotation, int group = 0,
                              int groups = 1) const {
    PairSums result;
    for (int view = group * stride_; view < extents_[2]; view += stride_ * groups) {
      add_view(view, column, rotation, result);
    }
    return result;
  }

  /// From 0, where both measurements are the same, to about 1, where they have nothing in common;
  /// infinite where too little of what varies is measured twice.
  [[nodiscard]] double operator()(double column, Rotation rotation) const {
    PairSums const found = sums(column, rotation);
    bool const is_enough = found.count > 0 && found.variation() > least_variation_ * found.count;
    return is_enough ? found.squares / found.variation() : std::numeric_limits<double>::infinity();
  }

 private:
  void smooth(ProjectionView<float const> lines) {
    int const columns = extents_[0];
    std::int64_t const rows = std::int64_t{extents_[1]} * extents_[2];
    smoothed_.resize(static_cast<std::size_t>(lines.count()));
    PairSums all;
    for (std::int64_t row = 0; row < rows; ++row) {
      float const* const in = lines.data + row * columns;
      float* const out = smoothed_.data() + row * columns;
      auto const at = [&](int u) { return in[std::clamp(u, 0, columns - 1)]; };
      for (int u = 0; u < columns; ++u) {
        out[u] = (at(u - 2) + at(u + 2) + 4 * (at(u - 1) + at(u + 1)) + 6 * at(u)) / 16;
        all.add(static_cast<double>(out[u]), static_cast<double>(out[u]));
      }
    }
    least_variation_ = 0.02 * all.variation() / all.count;
  }

  void add_view(int view, double column, Rotation rotation, PairSums& result) const {
    double const sense = rotation == Rotation::clockwise ? 1 : -1;
    double const angle = scan_.angles[static_cast<std::size_t>(view)];
    std::optional<ViewsAround> around;
    if (scan_.is_parallel()) {
      around = views_.around(angle + pi);
      if (!around) return;
    }
    constexpr int edge = 2;  // of columns that smoothing has extended
    for (int u = edge; u < extents_[0] - edge; ++u) {
      double const mirrored = 2 * column - u;
      if (mirrored < edge || mirrored >= extents_[0] - 1 - edge) continue;
      if (!scan_.is_parallel()) {
        double const fan = std::atan((u - column) * scan_.pixel[0] / scan_.source_detector);
        around = views_.around(angle + pi + sense * 2 * fan);
        if (!around) continue;
      }
      for (int row = 0; row < extents_[1]; ++row) {
        result.add(value(static_cast<std::size_t>(view), row, u),
                   (1 - around->weight) * between(around->first, row, mirrored) +
                       around->weight * between(around->second, row, mirrored));
      }
    }
  }

  [[nodiscard]] double value(std::size_t view, int row, int u) const {
    auto const at = (static_cast<std::int64_t>(view) * extents_[1] + row) * extents_[0] + u;
    return static_cast<double>(smoothed_[static_cast<std::size_t>(at)]);
  }
  [[nodiscard]] double between(std::size_t view, int row, double u) const {
    int const below = static_cast<int>(u);
    double const weight = u - below;
    return (1 - weight) * value(view, row, below) + weight * value(view, row, below + 1);
  }

  CircularScan const& scan_;
  SortedViews views_;
  Extents<3> extents_;
  std::vector<float> smoothed_;
  double least_variation_ = 0;
  int stride_;
};

}  // namespace pyronn::detail
