// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How views of a scan share the circle.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// Which part of a circle points cover, and what each of them stands for: half the way to either
/// neighbour, at the ends of an arc for as much outwards. Points at the same place share.
struct AngularSampling {
  std::vector<double> angles;  ///< of each point from the start of the range [rad]
  std::vector<double> shares;  ///< [rad]; they sum to the range
  double range;                ///< [rad]; 2 pi where the circle is closed
  double widest_step;          ///< between neighbours within the range [rad]
  double usual_step;           ///< steps up to this one cover a third of the range [rad]
  bool is_closed;              ///< no gap is wider than three usual steps
};

/// Of the steps between places in order. A median in which each counts by its length: views that
/// come close together in twos or threes do not make the steps between them look wide.
inline double usual_step(std::vector<double> const& places) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < places.size(); ++i) steps.push_back(places[i] - places[i - 1]);
  std::sort(steps.begin(), steps.end());
  double const third = 1.0 / 3.0 * (places.back() - places.front());
  double covered = 0.0;
  for (double const step : steps) {
    covered += step;
    if (covered >= third) return step;
  }
  return steps.back();
}

/// The points in order round the circle, beginning after the widest gap.
inline std::vector<std::size_t> order_from_widest_gap(std::vector<double> const& angles) {
  std::vector<std::size_t> order(angles.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return angles[a] < angles[b]; });
  double widest = angles[order.front()] - angles[order.back()] + 2.0 * pi;
  std::size_t first = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    double const gap = angles[order[i]] - angles[order[i - 1]];
    if (gap > widest) {
      widest = gap;
      first = i;
    }
  }
  std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first), order.end());
  return order;
}

/// From angles within 2 pi of one another [rad]. Throws InvalidArgument for fewer than three
/// different ones.
inline AngularSampling sample_angles(char const* function, std::vector<double> const& angles) {
  constexpr double same = 1e-6;
  std::vector<std::size_t> const order = order_from_widest_gap(angles);
  std::vector<double> places;  // the different ones, from the first
  std::vector<std::size_t> place_of(angles.size());
  std::vector<double> sharers;
  for (std::size_t const n : order) {
    double const turned = angles[n] - angles[order.front()];
    double const place = turned < 0 ? turned + 2.0 * pi : turned;
    if (places.empty() || place - places.back() > same) {
      places.push_back(place);
      sharers.push_back(0);
    }
    place_of[n] = places.size() - 1;
    sharers[place_of[n]] += 1;
  }
  std::size_t const count = places.size();
  expects(count >= 3, function, ": ", count, " different angles are too few for a circular scan");

  AngularSampling result{angles, angles, 0.0, 0.0, 0.0, false};
  for (std::size_t i = 1; i < count; ++i) {
    result.widest_step = std::max(result.widest_step, places[i] - places[i - 1]);
  }
  double const opening = 2.0 * pi - places.back();
  result.usual_step = usual_step(places);
  result.is_closed = opening <= 3.0 * result.usual_step;
  double const before = result.is_closed ? opening : places[1];
  double const after = result.is_closed ? opening : places[count - 1] - places[count - 2];
  double const inner = places.back();
  result.range = result.is_closed ? 2.0 * pi : inner + 0.5 * (before + after);
  for (std::size_t n = 0; n < angles.size(); ++n) {
    std::size_t const i = place_of[n];
    double const left = i == 0 ? before : places[i] - places[i - 1];
    double const right = i + 1 == count ? after : places[i + 1] - places[i];
    result.angles[n] = places[i] + 0.5 * before;
    result.shares[n] = 0.5 * (left + right) / sharers[i];
  }
  return result;
}

}  // namespace pyronn::detail
