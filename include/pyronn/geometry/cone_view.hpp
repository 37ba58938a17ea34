// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ConeVectors and ConeView: one view of a point source and a flat detector.
#include <cmath>
#include <limits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn {

/// The positions of a source and a flat detector in one view, in world mm.
struct ConeVectors {
  Vec3d source;           ///< the point that rays start from
  Vec3d detector_center;  ///< the middle of the panel
  Vec3d u_step;           ///< the vector from one pixel to the next along a row
  Vec3d v_step;           ///< the vector from one row to the next

  /// The same rays with the detector `factor` times as far from the source. Rays end at the
  /// detector, so that a virtual detector within the object must be moved behind it.
  [[nodiscard]] ConeVectors farther(double factor) const {
    return {source, source + factor * (detector_center - source), factor * u_step, factor * v_step};
  }
};

/// One view of a cone-beam scan with a flat detector, in double precision.
class ConeView {
 public:
  ConeView() = default;

  /// The view of these vectors; its rays end at the detector. Throws InvalidArgument for numbers
  /// that are not finite, for pixel steps without area and for a source in the detector's plane.
  static ConeView from_vectors(ConeVectors const& vectors, Extents<2> detector_size) {
    ConeView view;
    Vec3d const corner = vectors.detector_center - 0.5 * (detector_size[0] - 1) * vectors.u_step -
                         0.5 * (detector_size[1] - 1) * vectors.v_step - vectors.source;
    view.rays_ = {vectors.source, corner, vectors.u_step, vectors.v_step, 0.0, 1.0, true};
    // X - source = w (corner + u along_u + v along_v), solved for (u w, v w, w).
    Vec3d const normal = cross(vectors.u_step, vectors.v_step);
    double const determinant = dot(normal, corner);
    double const scale = length(normal) * length(corner);
    detail::expects(std::isfinite(determinant) && std::abs(determinant) > 1e-9 * scale,
                    "ConeView: source ", vectors.source, ", detector centre ",
                    vectors.detector_center, ", u step ", vectors.u_step, " and v step ",
                    vectors.v_step, " must be finite, with the source off the detector's plane");
    detail::expects(length(vectors.source) + length(corner) <=
                        1e12 * min(length(vectors.u_step), length(vectors.v_step)),
                    "ConeView: source ", vectors.source, " and detector centre ",
                    vectors.detector_center, " are too far away for pixels of ",
                    length(vectors.u_step), " x ", length(vectors.v_step),
                    " mm; parallel rays describe such a scan");
    double const distance = std::abs(determinant) / length(normal);
    double const factor = distance / determinant;
    view.set_rows(factor * cross(vectors.v_step, corner), factor * cross(corner, vectors.u_step),
                  factor * normal);
    return view;
  }

  /// The view of a matrix of any scale and sign; `seen` is a point [mm] in front of the source,
  /// which fixes the sign. A matrix does not tell where the detector stands, so the rays have no
  /// end. Throws InvalidArgument for numbers that are not finite, for a left 3x3 part without
  /// inverse and where `seen` has depth 0.
  static ConeView from_matrix(ProjectionMatrix const& matrix, Vec3d const& seen) {
    Vec3d const u_row = matrix.direction(0);
    Vec3d const v_row = matrix.direction(1);
    Vec3d const depth_row = matrix.direction(2);
    double const determinant = dot(cross(u_row, v_row), depth_row);
    double const bound = length(u_row) * length(v_row) * length(depth_row);
    detail::expects(std::isfinite(bound) && std::abs(determinant) > 1e-12 * bound,
                    "ConeView: the left 3x3 part of a projection matrix must have an inverse; its "
                    "determinant is ",
                    determinant, " with rows ", u_row, ", ", v_row, ", ", depth_row);
    double const depth = matrix(seen)[2] / length(depth_row);
    detail::expects(std::isfinite(depth) && std::abs(depth) > 1e-9, "ConeView: the point ", seen,
                    " has depth ", depth,
                    " mm; name a point in front of the source, which fixes the matrix's sign");
    double const factor = (depth > 0 ? 1.0 : -1.0) / length(depth_row);
    ConeView view;
    Vec3d const translation{matrix.row[0][3], matrix.row[1][3], matrix.row[2][3]};
    Vec3d const inverse_u = 1.0 / determinant * cross(v_row, depth_row);
    Vec3d const inverse_v = 1.0 / determinant * cross(depth_row, u_row);
    Vec3d const inverse_w = 1.0 / determinant * cross(u_row, v_row);
    Vec3d const source =
        -(translation[0] * inverse_u + translation[1] * inverse_v + translation[2] * inverse_w);
    detail::expects(std::isfinite(dot(source, source)),
                    "ConeView: the last column of a projection matrix, ", translation,
                    ", must be finite");
    double const unit = 1.0 / factor;
    view.rays_ = {source,
                  unit * inverse_w,
                  unit * inverse_u,
                  unit * inverse_v,
                  0.0,
                  std::numeric_limits<double>::infinity(),
                  true};
    view.set_rows(factor * u_row, factor * v_row, factor * depth_row);
    return view;
  }

  /// The same rays and points, with pixels counted from pixel (column, row), which need not be on
  /// the detector.
  [[nodiscard]] ConeView counted_from(int column, int row) const {
    ConeView view = *this;
    view.matrix_ = matrix_.counted_from(column, row);
    view.rays_ = rays_.counted_from(column, row);
    return view;
  }

  /// The same scan by pixels of so many columns and rows each, from pixel (0, 0) on.
  [[nodiscard]] ConeView binned(int columns, int rows) const {
    ConeView view = *this;
    view.matrix_ = matrix_.binned(columns, rows);
    view.rays_ = rays_.binned(columns, rows);
    return view;
  }

  /// The line that pixel (u, v) sees, in world mm; indices need not be whole.
  [[nodiscard]] PYRONN_HOST_DEVICE Ray<double> ray(double u, double v) const {
    return rays_.ray(u, v);
  }

  /// Pixel indices and depth [mm] of a world point [mm].
  [[nodiscard]] PYRONN_HOST_DEVICE DetectorPoint<double> project(Vec3d const& point) const {
    Vec3d const homogeneous = matrix_(point);
    return {homogeneous[0] / homogeneous[2], homogeneous[1] / homogeneous[2], homogeneous[2]};
  }

  /// The matrix, normalised: w is the depth in mm, positive in front of the source.
  [[nodiscard]] PYRONN_HOST_DEVICE ProjectionMatrix const& projection_matrix() const {
    return matrix_;
  }

  /// The rays that `ray` returns, in closed form.
  [[nodiscard]] PYRONN_HOST_DEVICE ProjectiveRays const& projective_rays() const { return rays_; }

  /// The source, where rays start [mm].
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d const& source() const { return rays_.origin; }

 private:
  void set_rows(Vec3d const& u_row, Vec3d const& v_row, Vec3d const& depth_row) {
    Vec3d const rows[3] = {u_row, v_row, depth_row};
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) matrix_.row[r][c] = rows[r][c];
      matrix_.row[r][3] = -dot(rows[r], rays_.origin);
    }
  }

  ProjectionMatrix matrix_;
  ProjectiveRays rays_;
};

}  // namespace pyronn
