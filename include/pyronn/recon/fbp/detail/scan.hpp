// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What filtered backprojection multiplies pixels with before filtering, from the rays of the views
/// alone.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/detail/circle_fit.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/recon/fbp/detail/angular_sampling.hpp>
#include <pyronn/recon/fbp/detail/view.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/fbp/traits.hpp>
#include <pyronn/recon/redundancy/detail/choice.hpp>

namespace pyronn::detail {

/// Throws InvalidArgument unless the rows of a detector run in the plane of the orbit, in which the
/// ramp filter works, but for a few degrees.
inline void check_rows(char const* function, Vec3d const& row, Vec3d const& normal, int view) {
  double const tilt = std::asin(std::min(1.0, std::abs(dot(row, normal)) / length(row)));
  constexpr double most = 6.0;
  expects(tilt / degree <= most, function,
          ": detector rows must run in the plane of the orbit, but in view ", view, " u is ",
          tilt / degree, " degrees out of it; are u and v swapped?");
}

/// Throws InvalidArgument where opposite rays of an offset detector, which complete one another,
/// lie on rows that are turned against each other.
inline void check_offset_rows(char const* function, FlatFbpView const& view) {
  double const tilt =
      std::asin(static_cast<double>(std::abs(view.along_u[2]) / length(view.along_u)));
  expects(
      tilt / degree <= 1.0, function,
      ": with Redundancy::wang, detector rows must run in the plane of the orbit, but they are ",
      tilt / degree, " degrees out of it");
}
template <class FbpView>
void check_offset_rows(char const*, FbpView const&) {}

inline FanFrame fan_frame(Vec3d const& source, Circle const& circle) {
  Vec3d const arm = circle.center - source;
  Vec3d const flat = arm - dot(arm, circle.normal) * circle.normal;
  double const radius = length(flat);
  Vec3d const inward = 1.0 / radius * flat;
  return {cross(circle.normal, inward), inward, circle.normal, radius};
}

/// A flat detector and a source on a circle. In the plane of the circle, with the detector at
/// distance d from the source and its pixels s apart, the reconstruction is the integral over the
/// source's angle of d / w^2 times the rows that were multiplied with R cos(fan angle) and filtered
/// with the ramp at distance s, R the distance from source to axis, w the depth (Kak and Slaney,
/// section 3.4.2, for a detector at any angle). A row that lies at another distance d' than the
/// depth d of the detector's normal has w' = w d' / d in its plane: d^2 / (d' w^2).
template <class View>
FlatFbpView fan_view(char const* function, View const& view, Circle const& circle, int number) {
  ProjectiveRays const rays = view.projective_rays();
  expects(rays.diverge, function, ": the rays of view ", number,
          " must come from a source, as those of view 0 do");
  check_rows(function, rays.along_u, circle.normal, number);
  FanFrame const frame = fan_frame(rays.origin, circle);
  Vec3d const detector_normal = cross(rays.along_u, rays.along_v);
  double const area = length(detector_normal);
  double const depth = std::abs(dot(detector_normal, rays.direction)) / area;
  auto const components = [&](Vec3d const& vector) {
    return vec_cast<float>(
        1.0 / depth *
        Vec3d{dot(vector, frame.across), dot(vector, frame.inward), dot(vector, frame.normal)});
  };
  double const factor = frame.radius * depth / length(rays.along_u);
  return {components(rays.direction),
          components(rays.along_u),
          components(rays.along_v),
          {static_cast<float>(factor)}};
}

/// Pixels at equal fan angles, `step` apart, and a source on a circle: the integral of 1 / L^2, L
/// the distance from the source, times the rows that were multiplied with R cos(fan angle) and
/// filtered at distance `step` (Kak and Slaney, section 3.4.1).
template <class View>
ArcFbpView arc_view(View const& view, Circle const& circle) {
  FanFrame const frame = fan_frame(view.source(), circle);
  Vec3d const central = view.central_direction();
  double const turned = std::atan2(dot(central, frame.across), dot(central, frame.inward));
  double const sign = dot(view.across_direction(), frame.across) < 0 ? -1.0 : 1.0;
  double const factor = frame.radius / view.fan_angle_step();
  return {static_cast<float>(turned + sign * view.fan_angle(0)),
          static_cast<float>(sign * view.fan_angle_step()),
          {static_cast<float>(factor)}};
}

/// Throws InvalidArgument unless there is a finite weight for each view, or none at all.
inline void check_angular_weights(char const* function, std::vector<double> const& weights,
                                  std::size_t count) {
  expects(weights.empty() || weights.size() == count, function, ": there are ", weights.size(),
          " angular weights for ", count, " views");
  for (double const weight : weights) {
    expects(std::isfinite(weight), function, ": angular weight ", weight, " must be finite [rad]");
  }
}

/// Where the rays of a view come from.
template <class View>
Vec3d source_of(View const& view) {
  if constexpr (has_fbp_traits_v<View>) {
    return FbpTraits<View>::source(view);
  } else if constexpr (is_arc_view_v<View>) {
    return view.source();
  } else {
    return view.projective_rays().origin;
  }
}

/// How the rays of a view from a circle count, but for its share of the circle.
template <class View>
auto circle_view(char const* function, View const& view, Circle const& circle, int number) {
  if constexpr (has_fbp_traits_v<View>) {
    using Traits = FbpTraits<View>;
    FanFrame const frame = fan_frame(Traits::source(view), circle);
    auto const factor = static_cast<float>(Traits::factor(view, frame));
    return CustomFbpView{Traits::rays(view, frame), ViewWeight{factor}};
  } else if constexpr (is_arc_view_v<View>) {
    return arc_view(view, circle);
  } else {
    return fan_view(function, view, circle, number);
  }
}

/// Views of a source on a circle.
template <class Geometry>
std::vector<fbp_view_t<Geometry>> fan_scan(char const* function, Geometry const& geometry,
                                           FbpOptions const& options) {
  std::vector<Vec3d> sources;
  sources.reserve(static_cast<std::size_t>(geometry.num_views()));
  for (int n = 0; n < geometry.num_views(); ++n) sources.push_back(source_of(geometry.view(n)));
  Circle const circle = fit_circle(function, sources);
  AngularSampling const sampling = sample_angles(function, circle.angles);
  std::vector<double> const& shares =
      options.angular_weights.empty() ? sampling.shares : options.angular_weights;
  std::vector<fbp_view_t<Geometry>> views;
  for (std::size_t n = 0; n < sources.size(); ++n) {
    int const number = static_cast<int>(n);
    views.push_back(circle_view(function, geometry.view(number), circle, number));
    views.back().share.factor *= static_cast<float>(shares[n]);
    views.back().share.angle = static_cast<float>(sampling.angles[n]);
  }
  FanExtent const extent = fan_extent(views, geometry.detector_size());
  RedundancyWeight const redundancy =
      fan_redundancy(function, options.redundancy, sampling, extent);
  for (auto& view : views) {
    view.share.redundancy =
        simplified(redundancy, static_cast<double>(view.share.angle), extent.widest);
    if (redundancy.kind == Redundancy::wang) check_offset_rows(function, view);
  }
  return views;
}

/// The axis about which parallel rays turn, of unit length: across all of their directions. Throws
/// InvalidArgument where there is none.
inline Vec3d axis_across(char const* function, std::vector<Vec3d> const& directions) {
  Vec3d scatter[3] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
  for (Vec3d const& direction : directions) {
    for (int row = 0; row < 3; ++row) scatter[row] += direction[row] * direction;
  }
  Vec3d const axis = plane_normal(scatter);
  expects(length(axis) > 0, function, ": the rays of all views are parallel to one another");
  for (std::size_t n = 0; n < directions.size(); ++n) {
    double const tilt = std::asin(std::min(1.0, std::abs(dot(directions[n], axis))));
    expects(tilt / degree <= 1.0, function,
            ": parallel rays must run across one axis, but in view ", n, " they are ",
            tilt / degree, " degrees off");
  }
  return axis;
}

/// Parallel rays across an axis through the world's origin, as from a source so far away that
/// floats cannot tell it from infinity. Rows are filtered with the ramp at the distance between
/// their lines.
inline FlatFbpView parallel_view(ProjectiveRays const& rays, Vec3d const& axis,
                                 Extents<2> detector) {
  Vec3d const across = cross(axis, rays.direction);
  Vec3d const unit_across = 1.0 / length(across) * across;
  double const first = dot(rays.origin, unit_across);
  double const step_u = dot(rays.along_u, unit_across);
  double const step_v = dot(rays.along_v, unit_across);
  double const reach =
      std::abs(first) + detector[0] * std::abs(step_u) + detector[1] * std::abs(step_v);
  double const far = 1e5;
  auto const at_distance = [&](double place, double depth) {
    return vec_cast<float>(Vec3d{place / (far * reach), depth, 0});
  };
  return {at_distance(first, 1),
          at_distance(step_u, 0),
          at_distance(step_v, 0),
          {static_cast<float>(1.0 / std::abs(step_u))}};
}

/// Views of parallel rays.
template <class Geometry>
std::vector<FlatFbpView> parallel_scan(char const* function, Geometry const& geometry,
                                       FbpOptions const& options) {
  std::vector<Vec3d> directions;
  for (int n = 0; n < geometry.num_views(); ++n) {
    ProjectiveRays const rays = geometry.view(n).projective_rays();
    expects(!rays.diverge, function, ": the rays of view ", n,
            " must be parallel, as those of view 0");
    directions.push_back(1.0 / length(rays.direction) * rays.direction);
  }
  Vec3d const axis = axis_across(function, directions);
  Vec3d const second = cross(axis, directions.front());
  std::vector<double> angles;
  std::vector<double> doubled;
  std::vector<FlatFbpView> views;
  for (int n = 0; n < geometry.num_views(); ++n) {
    ProjectiveRays const rays = geometry.view(n).projective_rays();
    Vec3d const direction = directions[static_cast<std::size_t>(n)];
    check_rows(function, rays.along_u, axis, n);
    angles.push_back(std::atan2(dot(direction, second), dot(direction, directions.front())));
    doubled.push_back(std::remainder(2.0 * angles.back(), 2.0 * pi));
    views.push_back(parallel_view(rays, axis, geometry.detector_size()));
  }
  AngularSampling const turn = sample_angles(function, angles);
  AngularSampling const half_turn = sample_angles(function, doubled);
  RedundancyWeight const redundancy = parallel_redundancy(
      function, options.redundancy, turn, half_turn, fan_extent(views, geometry.detector_size()));
  // Every line counts 1/2 and half a turn of them as the whole.
  std::vector<double> const& shares =
      redundancy.kind == Redundancy::wang ? turn.shares : half_turn.shares;
  for (std::size_t n = 0; n < views.size(); ++n) {
    double const share =
        options.angular_weights.empty() ? shares[n] : 2.0 * options.angular_weights[n];
    views[n].share.factor *= static_cast<float>(share);
    views[n].share.redundancy = redundancy;
  }
  return views;
}

/// All views of a scan and how their rays count. Throws InvalidArgument for other orbits than
/// circles, for detectors whose rows do not run in the orbit's plane, for angular weights of
/// another number than views and for a redundancy that the scan cannot have.
template <class Geometry>
std::vector<fbp_view_t<Geometry>> fbp_scan(char const* function, Geometry const& geometry,
                                           FbpOptions const& options = {}) {
  check_fbp_geometry<Geometry>();
  check_angular_weights(function, options.angular_weights,
                        static_cast<std::size_t>(geometry.num_views()));
  if constexpr (is_flat_view_v<view_t<Geometry>>) {
    if (!geometry.view(0).projective_rays().diverge)
      return detail::parallel_scan(function, geometry, options);
  }
  return detail::fan_scan(function, geometry, options);
}

}  // namespace pyronn::detail
