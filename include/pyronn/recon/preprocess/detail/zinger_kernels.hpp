// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel that finds zingers.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>

namespace pyronn::detail {

/// A few numbers in order; what is not finite is not taken.
template <int Most>
class SortedNumbers {
 public:
  PYRONN_HOST_DEVICE void add(float value) {
    constexpr float most = 1e30F;
    if (!(pyronn::abs(value) < most)) return;
    int at = count_++;
    for (; at > 0 && numbers_[at - 1] > value; --at) numbers_[at] = numbers_[at - 1];
    numbers_[at] = value;
  }
  [[nodiscard]] PYRONN_HOST_DEVICE int count() const { return count_; }
  /// There must be one.
  [[nodiscard]] PYRONN_HOST_DEVICE float median() const {
    return 0.5F * (numbers_[(count_ - 1) / 2] + numbers_[count_ / 2]);
  }
  /// The standard deviation of normally distributed numbers, from the middle half of them.
  [[nodiscard]] PYRONN_HOST_DEVICE float spread() const {
    constexpr float quartiles_apart = 1.349F;
    int const quarter = count_ / 4;
    return (numbers_[count_ - 1 - quarter] - numbers_[quarter]) / quartiles_apart;
  }

 private:
  float numbers_[Most];
  int count_ = 0;
};

/// Copies line integrals, but replaces those of zingers; an item is a pixel of a view.
struct RemoveZingers {
  using Block = BlockShape<128, 1, 1>;
  static constexpr int columns_away = 2;
  static constexpr int rows_away = 1;
  static constexpr int views_away = 2;
  using InView = SortedNumbers<(2 * columns_away + 1) * (2 * rows_away + 1) - 1>;
  using InTime = SortedNumbers<2 * views_away>;

  ProjectionView<float const> lines;
  float least;
  float deviations;
  ProjectionView<float> cleaned;

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> item) const {
    float const line = lines(item[0], item[1], item[2]);
    cleaned(item[0], item[1], item[2]) = is_suspect(item, line) ? judged(item, line) : line;
  }

  /// What most pixels are not, with little effort: lower than a neighbour in the row and in time.
  [[nodiscard]] PYRONN_HOST_DEVICE bool is_suspect(Vec<int, 3> at, float line) const {
    float const bound = line + least;
    auto const is_higher = [&](int u, int view) {
      bool const is_there = u >= 0 && u < lines.extents[0] && view >= 0 && view < lines.extents[2];
      return is_there && lines(u, at[1], view) > bound;
    };
    bool const in_row = is_higher(at[0] - 2, at[2]) || is_higher(at[0] - 1, at[2]) ||
                        is_higher(at[0] + 1, at[2]) || is_higher(at[0] + 2, at[2]) ||
                        lines.extents[0] == 1;
    if (!in_row || lines.extents[2] == 1) return in_row;
    return is_higher(at[0], at[2] - 1) || is_higher(at[0], at[2] + 1) ||
           is_higher(at[0], at[2] - 2) || is_higher(at[0], at[2] + 2);
  }

  [[nodiscard]] PYRONN_HOST_DEVICE float judged(Vec<int, 3> at, float line) const {
    InView in_view;
    gather_view(at, in_view);
    InTime in_time;
    gather_time(at, in_time);
    if (in_view.count() < 2 && in_time.count() < 2) return line;
    float const bound = line + least;
    bool const is_low_in_view =
        in_view.count() < 2 ||
        in_view.median() > pyronn::max(bound, line + deviations * in_view.spread());
    bool const is_low_in_time =
        in_time.count() < 2 ||
        in_time.median() > pyronn::max(bound, line + deviations * in_time.spread());
    if (!is_low_in_view || !is_low_in_time) return line;
    if (in_time.count() < 2) return in_view.median();
    if (in_view.count() < 2) return in_time.median();
    return 0.5F * (in_view.median() + in_time.median());
  }

  PYRONN_HOST_DEVICE void gather_view(Vec<int, 3> at, InView& numbers) const {
    int const first = pyronn::max(0, at[0] - columns_away);
    int const last = pyronn::min(lines.extents[0] - 1, at[0] + columns_away);
    for (int v = pyronn::max(0, at[1] - rows_away);
         v <= pyronn::min(lines.extents[1] - 1, at[1] + rows_away); ++v) {
      for (int u = first; u <= last; ++u) {
        if (u != at[0] || v != at[1]) numbers.add(lines(u, v, at[2]));
      }
    }
  }

  PYRONN_HOST_DEVICE void gather_time(Vec<int, 3> at, InTime& numbers) const {
    for (int view = pyronn::max(0, at[2] - views_away);
         view <= pyronn::min(lines.extents[2] - 1, at[2] + views_away); ++view) {
      if (view != at[2]) numbers.add(lines(at[0], at[1], view));
    }
  }
};

}  // namespace pyronn::detail
