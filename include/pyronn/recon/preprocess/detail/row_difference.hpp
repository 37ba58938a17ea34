// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RowDifference: what a number of a row has more than its neighbours let expect.
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>

namespace pyronn::detail {

/// The fourth or the second difference, as a part of the number: what it has more than the cubic
/// through its two neighbours to either side, or the straight line through one; or what it has more
/// than the mean of its two neighbours to either side.
struct RowDifference {
  static constexpr int kinds = 3;
  static constexpr int most_reach = 2;
  /// Neighbouring views, which see much the same of an object: how far such groups disagree tells
  /// what of a difference is the object's.
  static constexpr int views_of_group = 8;
  static constexpr int fourth = 0;
  static constexpr int second = 1;
  static constexpr int mean = 2;
  /// Of fourth differences: the sum of the squares of their weights, and its root.
  static constexpr double square = 70.0 / 36.0;
  static constexpr double deviation = 1.3944333775567928;

  int kind;

  [[nodiscard]] PYRONN_HOST_DEVICE constexpr int reach() const { return kind == second ? 1 : 2; }

  /// Of a neighbour that is so far away, at most `most_reach`.
  template <class Number>
  [[nodiscard]] PYRONN_HOST_DEVICE constexpr Number weight(int offset) const {
    int const distance = offset < 0 ? -offset : offset;
    if (distance == 0) return Number{1};
    if (kind == fourth) return distance == 1 ? Number{-2} / Number{3} : Number{1} / Number{6};
    if (kind == mean) return Number{-1} / Number{4};
    return distance == 1 ? Number{-1} / Number{2} : Number{0};
  }

  /// Whether a column of a row has all the neighbours.
  [[nodiscard]] PYRONN_HOST_DEVICE constexpr bool reaches(int u, int columns) const {
    return u >= reach() && u < columns - reach();
  }

  /// `row(u)` answers for columns 0 to columns - 1; 0 where there are too few neighbours.
  template <class Row>
  [[nodiscard]] PYRONN_HOST_DEVICE auto of(Row const& row, int u, int columns) const {
    using Number = decltype(row(u));
    if (!reaches(u, columns)) return Number{0};
    Number const near = row(u) + weight<Number>(1) * (row(u - 1) + row(u + 1));
    return kind != second ? near + weight<Number>(2) * (row(u - 2) + row(u + 2)) : near;
  }
};

}  // namespace pyronn::detail
