// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/recon/circle_fit.hpp>

namespace pyronn {

/// What FDK multiplies the pixels of one view with before filtering.
struct FdkWeight {
  Vec2f principal_point;  ///< pixel that the detector's normal through the source meets (u, v)
  Vec2f per_pixel;        ///< 1 / distance from source to detector, in pixels along (u, v)
  float factor;           ///< the view's share of the circle and all that makes the result 1/mm

  /// The cosine of the angle between ray and detector normal, times the factor.
  [[nodiscard]] PYRONN_HOST_DEVICE float operator()(int u, int v) const {
    float const a = (static_cast<float>(u) - principal_point[0]) * per_pixel[0];
    float const b = (static_cast<float>(v) - principal_point[1]) * per_pixel[1];
    return factor / std::sqrt(1.0F + a * a + b * b);
  }
};

namespace detail {

/// From a normalised projection matrix: its rows hold the distance to the detector in pixels along
/// u and v, and the principal point. `isocenter` [mm], `angle` the view's share of the circle
/// [rad].
inline FdkWeight fdk_weight(ProjectionMatrix const& matrix, Vec3d const& isocenter, double angle) {
  Vec3d const normal = matrix.direction(2);
  Vec2d principal_point{};
  Vec2d distance{};
  for (int axis = 0; axis < 2; ++axis) {
    Vec3d const row = matrix.direction(axis);
    principal_point[axis] = dot(row, normal);
    distance[axis] = length(row - principal_point[axis] * normal);
  }
  // On the detector moved to the isocentre, pixels are depth / distance mm apart; the ramp filter
  // takes one over that, the backprojection (depth / w)^2, and a circle sees each ray twice.
  double const depth = matrix(isocenter)[2];
  return {vec_cast<float>(principal_point),
          vec_cast<float>(Vec2d{1.0 / distance[0], 1.0 / distance[1]}),
          static_cast<float>(0.5 * angle * depth * distance[0])};
}

/// Throws InvalidArgument unless the rows of a detector run in the plane of the orbit, in which the
/// ramp filter works, but for a few degrees.
inline void check_rows(ProjectionMatrix const& matrix, Circle const& circle, int view) {
  Vec3d const row = cross(matrix.direction(1), matrix.direction(2));  // along u on the detector
  double const tilt = std::asin(std::min(1.0, std::abs(dot(row, circle.normal)) / length(row)));
  constexpr double most = 6.0;
  expects(tilt * 180.0 / pi <= most,
          "Fdk: detector rows must run in the plane of the orbit, but in ", "view ", view, " u is ",
          tilt * 180.0 / pi, " degrees out of it; are u and v swapped?");
}

/// The weights of every view of a full circle. Throws InvalidArgument for any other orbit.
template <class Geometry>
std::vector<FdkWeight> fdk_weights(Geometry const& geometry) {
  static_assert(is_projective_view_v<view_t<Geometry>> && has_projective_rays_v<view_t<Geometry>>,
                "Fdk needs views with 'projection_matrix()' and 'projective_rays()': a flat "
                "detector and a point source.");
  std::vector<Vec3d> sources;
  for (int n = 0; n < geometry.num_views(); ++n) {
    sources.push_back(geometry.view(n).projective_rays().origin);
  }
  Circle const circle = fit_circle(sources);
  std::vector<double> const angles = full_circle_shares(circle);
  std::vector<FdkWeight> weights;
  for (int n = 0; n < geometry.num_views(); ++n) {
    check_rows(geometry.view(n).projection_matrix(), circle, n);
    weights.push_back(fdk_weight(geometry.view(n).projection_matrix(), circle.center,
                                 angles[static_cast<std::size_t>(n)]));
  }
  return weights;
}

}  // namespace detail
}  // namespace pyronn
