// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans of PYRO-NN, version 0.1.
#include <cmath>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/interop/pyro_nn.hpp>

/// Scans of PYRO-NN 0.1. The source turns counter-clockwise seen from +z, from angle 0 on. The
/// depth is positive, u points in the sense of rotation and v along -z. The central ray meets the
/// panel at the pixel index shape / 2, half a pixel beyond its middle. detector_origin has no
/// effect in 3D.
namespace pyronn::pyro_nn_v0 {
namespace detail {

inline pyro_nn::detail::Camera camera(double angle) {
  double const c = std::cos(angle);
  double const s = std::sin(angle);
  return {{c, s, 0}, {-s, c, 0}, {0, 0, -1}, 1.0};
}

inline Vec2d principal_point(pyro_nn::CircularScan const& scan) {
  pyronn::detail::expects(scan.angular_range[0] == 0, "pyro_nn_v0: angular_range begins at ",
                          scan.angular_range[0], " but must begin at 0, as in version 0.1 [rad]");
  return {0.5 * scan.detector_shape[1], 0.5 * scan.detector_shape[0]};
}

}  // namespace detail

/// The matrices that circular_trajectory_3d returns.
inline std::vector<ProjectionMatrix> circular_matrices(pyro_nn::CircularScan const& scan) {
  Vec2d const principal = detail::principal_point(scan);
  return pyro_nn::detail::for_each_angle(scan, [&](double angle) {
    return pyro_nn::detail::matrix(scan, detail::camera(angle), principal);
  });
}

/// The same scan as vectors, which also tell where the detector stands.
inline std::vector<ConeVectors> circular_vectors(pyro_nn::CircularScan const& scan) {
  Vec2d const principal = detail::principal_point(scan);
  return pyro_nn::detail::for_each_angle(scan, [&](double angle) {
    return pyro_nn::detail::vectors(scan, detail::camera(angle), principal);
  });
}

/// The central rays that circular_trajectory_2d returns: (cos t, sin t).
inline std::vector<Vec2d> circular_rays(int number_of_projections, double angular_range) {
  std::vector<Vec2d> rays;
  for (double const angle : pyro_nn::detail::angles(number_of_projections, {0, angular_range})) {
    rays.push_back({std::cos(angle), std::sin(angle)});
  }
  return rays;
}

}  // namespace pyronn::pyro_nn_v0
