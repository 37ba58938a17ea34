// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ProjectionMatrix: the 3x4 matrix from world points to pixels.
#include <pyronn/core/config.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// A 3x4 matrix that maps world points [mm] to homogeneous pixel indices:
/// (u w, v w, w) = P (x, y, z, 1). Where the matrix is normalised, w is the depth in mm.
struct ProjectionMatrix {
  double row[3][4];  ///< the numbers, row by row

  /// A copy of any matrix that is indexed as `matrix(row, column)`, for example of an Eigen matrix.
  template <class Matrix>
  static ProjectionMatrix from(Matrix const& matrix) {
    ProjectionMatrix result{};
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 4; ++c) result.row[r][c] = static_cast<double>(matrix(r, c));
    }
    return result;
  }

  /// The matrix of twelve numbers, row after row.
  template <class T>
  static ProjectionMatrix from_rows(T const* numbers) {
    return from([numbers](int r, int c) { return numbers[4 * r + c]; });
  }

  /// The first three numbers of a row.
  [[nodiscard]] PYRONN_HOST_DEVICE constexpr Vec3d direction(int r) const {
    return {row[r][0], row[r][1], row[r][2]};
  }

  /// The matrix to the same pixels counted from (u, v), which becomes (0, 0).
  [[nodiscard]] constexpr ProjectionMatrix counted_from(double u, double v) const {
    ProjectionMatrix result = *this;
    for (int c = 0; c < 4; ++c) {
      result.row[0][c] -= u * row[2][c];
      result.row[1][c] -= v * row[2][c];
    }
    return result;
  }

  /// The matrix to pixels of so many columns and rows each.
  [[nodiscard]] constexpr ProjectionMatrix binned(int columns, int rows) const {
    ProjectionMatrix result = counted_from((columns - 1) / 2.0, (rows - 1) / 2.0);
    for (int c = 0; c < 4; ++c) {
      result.row[0][c] /= columns;
      result.row[1][c] /= rows;
    }
    return result;
  }

  /// (u w, v w, w) of a world point.
  [[nodiscard]] PYRONN_HOST_DEVICE constexpr Vec3d operator()(Vec3d const& point) const {
    return {dot(direction(0), point) + row[0][3], dot(direction(1), point) + row[1][3],
            dot(direction(2), point) + row[2][3]};
  }
};

}  // namespace pyronn
