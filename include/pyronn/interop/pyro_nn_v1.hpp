// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans of PYRO-NN, version 1.1.
#include <array>
#include <cmath>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/interop/pyro_nn.hpp>

/// Scans of PYRO-NN 1.1. In 3D the source turns clockwise seen from +z, and v points along -z;
/// detector_origin (v, u) is the position of pixel 0, counted from the central ray [mm].
namespace pyronn::pyro_nn_v1 {

/// The argument swap_detector_axis. In 3D, `kept` means negative depths and a u that points along
/// -y at angle 0, `swapped` positive depths and a u that points along +y. In 2D `swapped` reverses
/// the sense of rotation.
enum class DetectorAxis { kept, swapped };

namespace detail {

inline pyro_nn::detail::Camera camera(double angle, DetectorAxis axis) {
  double const c = std::cos(angle);
  double const s = std::sin(angle);
  double const sign = axis == DetectorAxis::swapped ? 1.0 : -1.0;
  return {{c, -s, 0}, sign * Vec3d{s, c, 0}, {0, 0, -1}, sign};
}

inline Vec2d principal_point(pyro_nn::CircularScan const& scan,
                             std::array<double, 2> const& detector_origin) {
  pyronn::detail::expects(std::isfinite(detector_origin[0]) && std::isfinite(detector_origin[1]),
                          "pyro_nn_v1: detector_origin (", detector_origin[0], ", ",
                          detector_origin[1], ") must be finite [mm]");
  return {-detector_origin[1] / scan.detector_spacing[1],
          -detector_origin[0] / scan.detector_spacing[0]};
}

}  // namespace detail

/// The matrices that circular_trajectory_3d returns.
inline std::vector<ProjectionMatrix> circular_matrices(pyro_nn::CircularScan const& scan,
                                                       std::array<double, 2> const& detector_origin,
                                                       DetectorAxis axis) {
  return pyro_nn::detail::for_each_angle(scan, [&](double angle) {
    return pyro_nn::detail::matrix(scan, detail::camera(angle, axis),
                                   detail::principal_point(scan, detector_origin));
  });
}

/// The same scan as vectors, which also tell where the detector stands.
inline std::vector<ConeVectors> circular_vectors(pyro_nn::CircularScan const& scan,
                                                 std::array<double, 2> const& detector_origin,
                                                 DetectorAxis axis) {
  return pyro_nn::detail::for_each_angle(scan, [&](double angle) {
    return pyro_nn::detail::vectors(scan, detail::camera(angle, axis),
                                    detail::principal_point(scan, detector_origin));
  });
}

/// The central rays that circular_trajectory_2d returns: (cos t, sin t), or (cos t, -sin t) for
/// `swapped`.
inline std::vector<Vec2d> circular_rays(int number_of_projections,
                                        std::array<double, 2> const& angular_range,
                                        DetectorAxis axis) {
  double const sign = axis == DetectorAxis::swapped ? -1.0 : 1.0;
  std::vector<Vec2d> rays;
  for (double const angle : pyro_nn::detail::angles(number_of_projections, angular_range)) {
    rays.push_back({std::cos(angle), sign * std::sin(angle)});
  }
  return rays;
}

}  // namespace pyronn::pyro_nn_v1
