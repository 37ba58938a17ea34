// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The least squares of the differences of lines that a panel measures twice.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/math.hpp>
#include <pyronn/scan/detail/panel_fit_kernel.hpp>
#include <pyronn/scan/detail/panel_kernels.hpp>

namespace pyronn::detail {

/// A change of place, or the variances of one.
struct PlaceChange {
  double column;
  double roll;
};

/// The normal equations of all pairs, without what lines that cross differ by.
class NormalEquations {
 public:
  explicit NormalEquations(FitSums const& sums) : sums_{sums} {
    if (sums.matrix[2][2] > 0) crossing_ = 1 / sums.matrix[2][2];
    for (int i = 0; i < 2; ++i) {
      for (int j = i; j < 2; ++j) {
        matrix_[i][j] = sums.matrix[i][j] - crossing_ * sums.matrix[i][2] * sums.matrix[j][2];
      }
    }
    determinant_ = matrix_[0][0] * matrix_[1][1] - matrix_[0][1] * matrix_[0][1];
  }

  [[nodiscard]] bool is_solvable() const {
    double const most = matrix_[0][0] * matrix_[1][1];
    return std::isfinite(most) && determinant_ > 1e-9 * most;
  }

  /// The change that makes the differences least, if they are linear, of all pairs or a part.
  [[nodiscard]] PlaceChange step_of(FitSums const& part) const {
    double right[2];
    double const left = crossing_ * sums_.right[2];
    for (int i = 0; i < 2; ++i) {
      double const own = part.right[i] - left * part.matrix[i][2];
      right[i] = own - crossing_ * sums_.matrix[i][2] * (part.right[2] - left * part.matrix[2][2]);
    }
    return {(matrix_[0][1] * right[1] - matrix_[1][1] * right[0]) / determinant_,
            (matrix_[0][1] * right[0] - matrix_[0][0] * right[1]) / determinant_};
  }
  [[nodiscard]] PlaceChange step() const { return step_of(sums_); }

  /// Variances of the solution by how much parts of all pairs, alike but for chance, scatter.
  [[nodiscard]] PlaceChange variances(std::vector<FitSums> const& parts) const {
    PlaceChange result{0, 0};
    double count = 0;
    for (FitSums const& part : parts) {
      if (part.pairs.count == 0) continue;
      ++count;
      PlaceChange const by = step_of(part);
      result.column += by.column * by.column;
      result.roll += by.roll * by.roll;
    }
    // Two unknowns were fitted to the parts.
    double const factor = count > 2 ? count / (count - 2) : 0;
    return {factor * result.column, factor * result.roll};
  }

 private:
  FitSums sums_;
  double matrix_[2][2] = {};
  double crossing_ = 0;
  double determinant_;
};

/// The sums of rows about the axis and, the slower, views.
struct FitTable {
  int rows;
  int views;
  std::vector<FitSums> sums;

  /// Of parts, of which `part_of` tells for a row and a view.
  template <class Function>
  [[nodiscard]] std::vector<FitSums> parts(int count, Function const& part_of) const {
    std::vector<FitSums> result(static_cast<std::size_t>(count));
    for (int view = 0; view < views; ++view) {
      for (int row = 0; row < rows; ++row) {
        auto const at = static_cast<std::size_t>(view) * static_cast<std::size_t>(rows);
        result[static_cast<std::size_t>(part_of(row, view))] +=
            sums[at + static_cast<std::size_t>(row)];
      }
    }
    return result;
  }
  [[nodiscard]] FitSums all() const {
    return parts(1, [](int, int) { return 0; }).front();
  }
  /// Of neighbours, as smoothing and an object make these alike.
  [[nodiscard]] std::vector<FitSums> blocks_of_rows() const {
    int const count = std::min(rows, 8);
    return parts(count, [&](int row, int) { return row * count / rows; });
  }
  [[nodiscard]] std::vector<FitSums> arcs_of_views() const {
    int const count = std::min(views, 18);
    return parts(count, [&](int, int view) { return view * count / views; });
  }
};

}  // namespace pyronn::detail
