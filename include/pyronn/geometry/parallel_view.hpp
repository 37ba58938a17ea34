// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ParallelView: one view of parallel rays and a flat detector.
#include <cmath>
#include <limits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/parallel_vectors.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

/// One view of parallel rays with a flat detector, in double precision. The depth of every point is
/// 1, without a unit: all points are equally far from a source at infinity, so that weights of the
/// distance do nothing.
class ParallelView {
 public:
  static constexpr bool has_parallel_rays = true;  ///< read by operators

  ParallelView() = default;

  /// The view of these vectors. Throws InvalidArgument for numbers that are not finite, for pixel
  /// steps without area and for rays parallel to the detector.
  ParallelView(ParallelVectors const& vectors, Extents<2> detector_size) {
    Vec3d const direction = 1.0 / length(vectors.direction) * vectors.direction;
    Vec3d const corner = vectors.detector_center - 0.5 * (detector_size[0] - 1) * vectors.u_step -
                         0.5 * (detector_size[1] - 1) * vectors.v_step;
    Vec3d const normal = cross(vectors.u_step, vectors.v_step);
    double const determinant = dot(normal, direction);
    double const scale = length(vectors.u_step) * length(vectors.v_step);
    detail::expects(std::isfinite(determinant) && std::isfinite(dot(corner, corner)) &&
                        std::abs(determinant) > 1e-9 * scale,
                    "ParallelView: direction ", vectors.direction, ", detector centre ",
                    vectors.detector_center, ", u step ", vectors.u_step, " and v step ",
                    vectors.v_step, " must be finite, with rays that cross the detector's plane");
    detail::expects(length(corner) <= 1e12 * min(length(vectors.u_step), length(vectors.v_step)),
                    "ParallelView: detector centre ", vectors.detector_center,
                    " is too far away for pixels of ", length(vectors.u_step), " x ",
                    length(vectors.v_step), " mm");
    constexpr double infinity = std::numeric_limits<double>::infinity();
    rays_ = {corner, direction, vectors.u_step, vectors.v_step, -infinity, infinity, false};
    // X = corner + u along_u + v along_v + t direction, solved for u and v.
    Vec3d const rows[2] = {1.0 / determinant * cross(vectors.v_step, direction),
                           1.0 / determinant * cross(direction, vectors.u_step)};
    for (int r = 0; r < 2; ++r) {
      for (int c = 0; c < 3; ++c) matrix_.row[r][c] = rows[r][c];
      matrix_.row[r][3] = -dot(rows[r], corner);
    }
    for (int c = 0; c < 4; ++c) matrix_.row[2][c] = c == 3 ? 1.0 : 0.0;
  }

  /// The same rays and points, with pixels counted from pixel (column, row), which need not be on
  /// the detector.
  [[nodiscard]] ParallelView counted_from(int column, int row) const {
    ParallelView view = *this;
    view.matrix_ = matrix_.counted_from(column, row);
    view.rays_ = rays_.counted_from(column, row);
    return view;
  }

  /// The same scan by pixels of so many columns and rows each, from pixel (0, 0) on.
  [[nodiscard]] ParallelView binned(int columns, int rows) const {
    ParallelView view = *this;
    view.matrix_ = matrix_.binned(columns, rows);
    view.rays_ = rays_.binned(columns, rows);
    return view;
  }

  /// The line that pixel (u, v) sees, in world mm; indices need not be whole.
  [[nodiscard]] PYRONN_HOST_DEVICE Ray<double> ray(double u, double v) const {
    return rays_.ray(u, v);
  }

  /// Pixel indices of a world point [mm], and the depth 1.
  [[nodiscard]] PYRONN_HOST_DEVICE DetectorPoint<double> project(Vec3d const& point) const {
    Vec3d const pixel = matrix_(point);
    return {pixel[0], pixel[1], pixel[2]};
  }

  /// The matrix from world mm to pixel indices; its last row is (0, 0, 0, 1).
  [[nodiscard]] PYRONN_HOST_DEVICE ProjectionMatrix const& projection_matrix() const {
    return matrix_;
  }

  /// The rays that `ray` returns, in closed form.
  [[nodiscard]] PYRONN_HOST_DEVICE ProjectiveRays const& projective_rays() const { return rays_; }

 private:
  ProjectionMatrix matrix_;
  ProjectiveRays rays_;
};

}  // namespace pyronn
