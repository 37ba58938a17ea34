// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RowSmoother: weights of straight lines that are fitted to pieces of a row.
#include <cstddef>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/detail/launch_table.hpp>

namespace pyronn::detail {

/// The value in a column of the straight line that is fitted to the columns around it, up to
/// `radius` to either side, with weights (1 - (distance / (radius + 1))^2)^2. Away from the ends of
/// a row it is a moving average. Local regression after W. S. Cleveland, J. Am. Stat. Assoc. 74
/// (1979).
struct RowSmoother {
  static constexpr int most_radius = 30;

  int radius;
  /// Row n has the weights of column n for columns 0 to n + radius; the last row is that of columns
  /// away from the ends.
  LaunchTable<float, (most_radius + 1) * (2 * most_radius + 1)> weights{};

  explicit RowSmoother(int radius_) : radius{radius_} {
    for (int column = 0; column <= radius; ++column) fit(column);
  }

  /// Of the column that lies `column` from the nearer end of its row, towards that end first; or
  /// those of column `radius` for all columns farther away.
  [[nodiscard]] PYRONN_HOST_DEVICE float const* of(int column) const {
    return weights.entries + std::ptrdiff_t{pyronn::min(column, radius)} * (2 * radius + 1);
  }

 private:
  void fit(int column) {
    auto const weight = [&](int offset) {
      double const part = static_cast<double>(offset) / (radius + 1);
      return (1 - part * part) * (1 - part * part);
    };
    double moments[3] = {};
    for (int offset = -column; offset <= radius; ++offset) {
      moments[0] += weight(offset);
      moments[1] += weight(offset) * offset;
      moments[2] += weight(offset) * offset * offset;
    }
    double const scale = 1 / (moments[0] * moments[2] - moments[1] * moments[1]);
    int const first = column * (2 * radius + 1);
    for (int offset = -column; offset <= radius; ++offset) {
      weights[first + column + offset] =
          static_cast<float>(weight(offset) * (moments[2] - moments[1] * offset) * scale);
    }
  }
};

/// What is left of a row in a column when it is smoothed: `row(u)` answers for columns 0 to
/// columns - 1.
template <class Row>
PYRONN_HOST_DEVICE float row_residual(RowSmoother const& smoother, Row const& row, int u,
                                      int columns) {
  int const radius = smoother.radius;
  bool const is_left = 2 * u < columns;
  int const from_end = pyronn::min(is_left ? u : columns - 1 - u, radius);
  int const step = is_left ? 1 : -1;
  float const* const weights = smoother.of(from_end);
  float smooth = 0;
  int at = u - step * from_end;
  for (int n = 0; n <= from_end + radius; ++n, at += step) smooth += weights[n] * row(at);
  return row(u) - smooth;
}

}  // namespace pyronn::detail
