// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans as PYRO-NN (C. Syben et al., Med. Phys. 46, 2019) describes them. Its lists have the
/// slowest axis first: (v, u) and (z, y, x). Versions 0.1 (TensorFlow) and 1.1 differ in the sense
/// of rotation, the sign of the depth and the middle of the detector, so that each has a header of
/// its own: pyro_nn_v0.hpp and pyro_nn_v1.hpp. All matrices map world mm to pixel indices, as
/// ConeBeam::from_matrices needs them, which takes either sign of the depth. The functions throw
/// InvalidArgument where Detector::validate, CircularOrbit::validate or Grid::validate does.
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/fan_vectors.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/parallel_vectors.hpp>
#include <pyronn/geometry/projection_matrix.hpp>

namespace pyronn::pyro_nn {

/// PYRO-NN's default for detector_origin, with which the central ray meets the middle of the panel
/// [mm].
inline double centered_origin(int shape, double spacing) { return -(shape - 1.0) / 2.0 * spacing; }

/// The grid of volume_shape, volume_spacing and volume_origin, all (z, y, x); lengths are in mm.
inline Grid grid(std::array<int, 3> const& volume_shape,
                 std::array<double, 3> const& volume_spacing,
                 std::array<double, 3> const& volume_origin) {
  return Grid::from_origin({volume_shape[2], volume_shape[1], volume_shape[0]},
                           {volume_spacing[2], volume_spacing[1], volume_spacing[0]},
                           {volume_origin[2], volume_origin[1], volume_origin[0]});
}

/// The same in 2D, where lists are (y, x): one slice, 1 mm thick, at z = 0.
inline Grid grid_2d(std::array<int, 2> const& volume_shape,
                    std::array<double, 2> const& volume_spacing,
                    std::array<double, 2> const& volume_origin) {
  return grid({1, volume_shape[0], volume_shape[1]}, {1, volume_spacing[0], volume_spacing[1]},
              {0, volume_origin[0], volume_origin[1]});
}

/// The matrices of a trajectory of shape (views, 3, 4), float or double, for
/// ConeBeam::from_matrices. Throws InvalidArgument unless there are 12 numbers for each of one or
/// more views, all finite.
template <class T>
std::vector<ProjectionMatrix> matrices(std::vector<T> const& trajectory) {
  detail::expects(!trajectory.empty() && trajectory.size() % 12 == 0,
                  "pyro_nn::matrices: ", trajectory.size(),
                  " numbers must be 12 for each of one or more views");
  for (std::size_t i = 0; i < trajectory.size(); ++i) {
    detail::expects(std::isfinite(trajectory[i]), "pyro_nn::matrices: number ", i % 12, " of view ",
                    i / 12, " is ", trajectory[i], " and must be finite");
  }
  std::vector<ProjectionMatrix> result;
  result.reserve(trajectory.size() / 12);
  for (std::size_t first = 0; first < trajectory.size(); first += 12) {
    result.push_back(ProjectionMatrix::from_rows(&trajectory[first]));
  }
  return result;
}

/// A circular cone-beam scan by the names of PYRO-NN. Views are at equal angular steps, the end of
/// the range excluded.
struct CircularScan {
  int number_of_projections;               ///< number of views
  std::array<double, 2> angular_range;     ///< (begin, end) [rad]
  std::array<int, 2> detector_shape;       ///< (v, u)
  std::array<double, 2> detector_spacing;  ///< (v, u) [mm]
  double source_isocenter_distance;        ///< [mm]
  double source_detector_distance;         ///< [mm]

  /// The position (v, u) of pixel (0, 0) [mm] for a panel that the central ray meets in the middle.
  [[nodiscard]] std::array<double, 2> centered_detector_origin() const {
    return {centered_origin(detector_shape[0], detector_spacing[0]),
            centered_origin(detector_shape[1], detector_spacing[1])};
  }
};

/// The detector of a 2D scan.
struct LineDetector {
  int detector_shape;       ///< number of pixels
  double detector_spacing;  ///< distance between pixel centres [mm]
  double detector_origin;   ///< from the central ray to pixel 0 [mm]; see centered_origin

  /// The distance from the central ray to the line's middle [mm], which is the offset of
  /// pyronn::LineDetector.
  [[nodiscard]] double middle() const {
    return detector_origin - centered_origin(detector_shape, detector_spacing);
  }

  /// Throws InvalidArgument where pyronn::Detector::validate does.
  void validate() const {
    Detector{{detector_shape, 1}, {detector_spacing, 1}, {detector_origin, 0}}.validate();
  }
};

namespace detail {

using pyronn::detail::expects;

inline std::vector<double> angles(int count, std::array<double, 2> const& range) {
  expects(std::isfinite(range[0]) && std::isfinite(range[1]), "pyro_nn: angular_range (", range[0],
          ", ", range[1], ") must be finite [rad]");
  return equal_angles(count, range[0], range[1] - range[0]);
}

/// The directions of a view, of unit length, and the sign of its depth.
struct Camera {
  Vec3d outward;  ///< from the isocenter to the source
  Vec3d u;
  Vec3d v;
  double sign;  ///< the sign of the depth in front of the source
};

/// Where the central ray meets the detector [pixel index].
using PrincipalPoint = Vec2d;

inline ProjectionMatrix matrix(CircularScan const& scan, Camera const& camera,
                               PrincipalPoint const& principal) {
  Vec3d const depth = -camera.outward;
  double const focal[2] = {scan.source_detector_distance / scan.detector_spacing[1],
                           scan.source_detector_distance / scan.detector_spacing[0]};
  Vec3d const rows[3] = {focal[0] * camera.u + principal[0] * depth,
                         focal[1] * camera.v + principal[1] * depth, depth};
  ProjectionMatrix result{};
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 3; ++c) result.row[r][c] = camera.sign * rows[r][c];
    double const weight = r == 2 ? 1.0 : principal[r];
    result.row[r][3] = camera.sign * weight * scan.source_isocenter_distance;
  }
  return result;
}

inline ConeVectors vectors(CircularScan const& scan, Camera const& camera,
                           PrincipalPoint const& principal) {
  double const behind = scan.source_detector_distance - scan.source_isocenter_distance;
  Vec3d const u_step = scan.detector_spacing[1] * camera.u;
  Vec3d const v_step = scan.detector_spacing[0] * camera.v;
  return {scan.source_isocenter_distance * camera.outward,
          -behind * camera.outward + (0.5 * (scan.detector_shape[1] - 1) - principal[0]) * u_step +
              (0.5 * (scan.detector_shape[0] - 1) - principal[1]) * v_step,
          u_step, v_step};
}

/// Calls make(angle) for every view of a scan, and returns the results. Throws InvalidArgument for
/// a scan that is not valid.
template <class Make>
auto for_each_angle(CircularScan const& scan, Make const& make) {
  std::vector<double> const views = angles(scan.number_of_projections, scan.angular_range);
  CircularOrbit{scan.source_isocenter_distance, scan.source_detector_distance, views}.validate();
  Detector{{scan.detector_shape[1], scan.detector_shape[0]},
           {scan.detector_spacing[1], scan.detector_spacing[0]}}
      .validate();
  std::vector<decltype(make(0.0))> result;
  result.reserve(views.size());
  for (double const angle : views) result.push_back(make(angle));
  return result;
}

inline void expect_ray(Vec2d const& ray) {
  expects(std::isfinite(dot(ray, ray)) && std::abs(length(ray) - 1.0) < 1e-3,
          "pyro_nn: central ray ", ray, " must have unit length");
}

}  // namespace detail

/// The views of a fan-beam scan in the plane. `central_rays` (views, 2) is as in
/// central_ray_vectors: a ray runs from the source at -source_isocenter_distance * ray to the
/// detector, whose u is (-ray_y, ray_x). Throws InvalidArgument for rays that are not of unit
/// length.
inline std::vector<FanVectors> fan_vectors(std::vector<Vec2d> const& central_rays,
                                           LineDetector const& detector,
                                           double source_isocenter_distance,
                                           double source_detector_distance) {
  detector.validate();
  CircularOrbit{source_isocenter_distance, source_detector_distance, {0.0}}.validate();
  detail::expects(!central_rays.empty(), "pyro_nn::fan_vectors: there must be at least one view");
  std::vector<FanVectors> views;
  views.reserve(central_rays.size());
  for (Vec2d const& ray : central_rays) {
    detail::expect_ray(ray);
    Vec2d const u{-ray[1], ray[0]};
    views.push_back(
        {-source_isocenter_distance * ray,
         (source_detector_distance - source_isocenter_distance) * ray + detector.middle() * u,
         detector.detector_spacing * u});
  }
  return views;
}

/// The views of a parallel-beam scan in the plane, with the same rays and the same u; the detector
/// lies in the origin.
inline std::vector<ParallelVectors2D> parallel_vectors(std::vector<Vec2d> const& ray_vectors,
                                                       LineDetector const& detector) {
  detector.validate();
  detail::expects(!ray_vectors.empty(),
                  "pyro_nn::parallel_vectors: there must be at least one view");
  std::vector<ParallelVectors2D> views;
  views.reserve(ray_vectors.size());
  for (Vec2d const& ray : ray_vectors) {
    detail::expect_ray(ray);
    Vec2d const u{-ray[1], ray[0]};
    views.push_back({ray, detector.middle() * u, detector.detector_spacing * u});
  }
  return views;
}

}  // namespace pyronn::pyro_nn
