// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <pyronn/core/eigen.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn::detail {

/// A circle through points, and where on it each lies.
struct Circle {
  Vec3d center;                ///< [mm]
  double radius;               ///< [mm]
  std::vector<double> angles;  ///< of the points, in (-pi, pi]
};

/// The circle of least squares: in the plane of the two main axes of the points, the solution of
/// 2 c.p + (r^2 - c^2) = p.p (I. Kasa, IEEE Trans. Instrum. Meas. 25, 1976). Throws InvalidArgument
/// for fewer than three points and for points more than a hundredth of the radius off the circle.
inline Circle fit_circle(std::vector<Vec3d> const& points) {
  expects(points.size() >= 3, "Fdk: ", points.size(), " views are too few for a circle");
  auto const count = static_cast<Eigen::Index>(points.size());
  Eigen::Matrix3Xd offsets(3, count);
  for (Eigen::Index n = 0; n < count; ++n) {
    Vec3d const& point = points[static_cast<std::size_t>(n)];
    offsets.col(n) = Eigen::Vector3d{point[0], point[1], point[2]};
  }
  Eigen::Vector3d const mean = offsets.rowwise().mean();
  offsets.colwise() -= mean;
  Eigen::Matrix3d const scatter = offsets * offsets.transpose();
  Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> const axes{scatter};
  Eigen::Matrix<double, 3, 2> const plane = axes.eigenvectors().rightCols<2>();
  Eigen::Matrix2Xd const flat = plane.transpose() * offsets;

  Eigen::MatrixX3d equations(count, 3);
  equations.leftCols<2>() = 2.0 * flat.transpose();
  equations.col(2).setOnes();
  Eigen::VectorXd const squares = flat.colwise().squaredNorm().transpose();
  Eigen::Vector3d const solution = equations.colPivHouseholderQr().solve(squares);
  Eigen::Vector2d const center = solution.head<2>();
  double const radius = std::sqrt(std::max(0.0, solution[2] + center.squaredNorm()));

  Eigen::Vector3d const world = mean + plane * center;
  Circle circle{{world[0], world[1], world[2]}, radius, {}};
  double worst = 0.0;
  for (Eigen::Index n = 0; n < count; ++n) {
    Eigen::Vector2d const arm = flat.col(n) - center;
    double const out_of_plane = (offsets.col(n) - plane * flat.col(n)).norm();
    worst = std::max(worst, std::hypot(arm.norm() - radius, out_of_plane));
    circle.angles.push_back(std::atan2(arm[1], arm[0]));
  }
  expects(worst <= 0.01 * radius, "Fdk: the sources must lie on a circle, but one is ", worst,
          " mm off the best one, of radius ", radius, " mm");
  return circle;
}

/// The share of the full circle that each point stands for: half the way to either neighbour [rad].
/// Throws InvalidArgument where a gap shows that the circle is not closed.
inline std::vector<double> full_circle_shares(Circle const& circle) {
  std::size_t const count = circle.angles.size();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return circle.angles[a] < circle.angles[b]; });
  std::vector<double> shares(count, 0.0);
  double widest = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    bool const is_last = i + 1 == count;
    std::size_t const here = order[i];
    std::size_t const next = order[is_last ? 0 : i + 1];
    double const gap = circle.angles[next] - circle.angles[here] + (is_last ? 2.0 * pi : 0.0);
    widest = std::max(widest, gap);
    shares[here] += 0.5 * gap;
    shares[next] += 0.5 * gap;
  }
  double const even = 2.0 * pi / static_cast<double>(count);
  expects(widest <= 8.0 * even,
          "Fdk: the views must go once round the circle, but between two "
          "neighbours there are ",
          widest * 180.0 / pi, " degrees");
  return shares;
}

}  // namespace pyronn::detail
