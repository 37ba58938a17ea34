// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The views of a circle in the order of their angles, and those next to an angle.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/buffer.hpp>
#include <pyronn/exec/host_copy.hpp>

namespace pyronn::detail {

/// Two views between which, or shortly behind which, lies an angle.
struct ViewsAround {
  bool found;
  int first;
  int second;
  double weight;  ///< of the second; beyond 0 and 1 where the angle is not between them
};

/// Views in the order of their angles, in an executor's memory.
struct CircleOfViews {
  int const* view;
  double const* angle;  ///< from 0 to 2 pi
  int count;
  double step;  ///< between most neighbours [rad]

  /// Views around an angle [rad]; none where there are none within two steps.
  [[nodiscard]] PYRONN_HOST_DEVICE ViewsAround around(double wanted) const {
    if (count < 3 || !(step > 0)) return {};
    wanted -= std::floor(wanted / (2 * pi)) * 2 * pi;
    int const behind = first_behind(wanted);
    int const next = behind % count;
    int const last = (behind + count - 1) % count;
    double const to_next = turn(angle[next] - wanted);
    double const from_last = turn(wanted - angle[last]);
    double const gap = to_next + from_last;
    if (gap > 0 && gap <= 2.5 * step) return {true, view[last], view[next], from_last / gap};
    if (from_last <= 2 * step) return beyond((last + count - 1) % count, last, from_last);
    if (to_next <= 2 * step) return beyond((next + 1) % count, next, to_next);
    return {};
  }

 private:
  PYRONN_HOST_DEVICE static double turn(double difference) {
    return difference < 0 ? difference + 2 * pi : difference;
  }

  [[nodiscard]] PYRONN_HOST_DEVICE int first_behind(double wanted) const {
    // Where views are equally far apart it is there.
    int const guess = pyronn::clamp(static_cast<int>((wanted - angle[0]) / step) + 1, 1, count - 1);
    if (angle[guess - 1] <= wanted && wanted < angle[guess]) return guess;
    int low = 0;
    int high = count;
    while (low < high) {
      int const middle = (low + high) / 2;
      if (angle[middle] > wanted) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// On a straight line through the last two views.
  [[nodiscard]] PYRONN_HOST_DEVICE ViewsAround beyond(int before, int end, double distance) const {
    double const gap = std::abs(angle[end] - angle[before]);
    if (!(gap > 0) || gap > 2.5 * step) return {};
    return {true, view[before], view[end], 1 + distance / gap};
  }
};

/// Owns what a CircleOfViews refers to.
template <class Executor>
class SortedViews {
 public:
  SortedViews(Executor const& executor, std::vector<double> const& angles)
      : view_{executor, 0}, angle_{executor, 0} {
    auto const turned = [&angles](int view) {
      double const angle = angles[static_cast<std::size_t>(view)];
      return angle - std::floor(angle / (2 * pi)) * 2 * pi;
    };
    std::vector<int> view(angles.size());
    std::iota(view.begin(), view.end(), 0);
    std::stable_sort(view.begin(), view.end(), [&](int a, int b) { return turned(a) < turned(b); });
    std::vector<double> sorted;
    for (int const n : view) sorted.push_back(turned(n));
    std::vector<double> steps;
    for (std::size_t i = 1; i < sorted.size(); ++i) steps.push_back(sorted[i] - sorted[i - 1]);
    if (!steps.empty()) {
      auto const middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
      std::nth_element(steps.begin(), middle, steps.end());
      step_ = *middle;
    }
    view_ = detail::in_memory_of(executor, view);
    angle_ = detail::in_memory_of(executor, sorted);
  }

  [[nodiscard]] CircleOfViews circle() const {
    return {view_.data(), angle_.data(), static_cast<int>(view_.size()), step_};
  }

 private:
  Buffer<int, Executor> view_;
  Buffer<double, Executor> angle_;
  double step_ = 0;
};

}  // namespace pyronn::detail
