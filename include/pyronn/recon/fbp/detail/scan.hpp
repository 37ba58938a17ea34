// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What filtered backprojection multiplies pixels with before filtering, from the rays of the views
/// alone.
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/detail/circle_fit.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/recon/fbp/detail/angular_sampling.hpp>
#include <pyronn/recon/fbp/detail/parallel_scan.hpp>
#include <pyronn/recon/fbp/detail/row_checks.hpp>
#include <pyronn/recon/fbp/detail/view.hpp>
#include <pyronn/recon/fbp/options.hpp>
#include <pyronn/recon/fbp/traits.hpp>
#include <pyronn/recon/redundancy/detail/choice.hpp>

namespace pyronn::detail {

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
/// depth d of the detector's normal has w' = w d' / d in its plane: d^2 / (d' w^2). Of rows that
/// leave the plane s is the distance of pixels within it.
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
  Vec3d const flat_u = rays.along_u - dot(rays.along_u, circle.normal) * circle.normal;
  double const factor = frame.radius * depth / length(flat_u);
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

/// Throws InvalidArgument unless there is a weight for each view, finite and at least 0, or none at
/// all.
inline void check_angular_weights(char const* function, std::vector<double> const& weights,
                                  std::size_t count) {
  expects(weights.empty() || weights.size() == count, function, ": ",
          counted(weights.size(), "angular weight"), " for ", counted(count, "view"));
  for (double const weight : weights) {
    expects(std::isfinite(weight) && weight >= 0, function, ": angular weight ", weight,
            " must be finite and at least 0 [rad]");
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
  for (int n = 0; n < geometry.num_views(); ++n)
    sources.push_back(detail::source_of(geometry.view(n)));
  Circle const circle = fit_circle(function, sources);
  AngularSampling const sampling = sample_angles(function, circle.angles);
  std::vector<fbp_view_t<Geometry>> views;
  views.reserve(sources.size());
  for (int n = 0; n < geometry.num_views(); ++n) {
    views.push_back(detail::circle_view(function, geometry.view(n), circle, n));
  }
  ScanReach const reach = detail::scan_reach(function, views, geometry.detector_size());
  ScanWeights const scan =
      fan_weights(function, options.redundancy, sampling, circle.angles, reach);
  std::vector<double> const& shares =
      options.angular_weights.empty() ? scan.shares : options.angular_weights;
  for (std::size_t n = 0; n < views.size(); ++n) {
    ViewWeight& share = views[n].share;
    share.factor *= static_cast<float>(shares[n]);
    share.angle = static_cast<float>(sampling.angles[n]);
    share.redundancy = simplified(scan.weights[n], sampling.angles[n], reach.widest());
    if (scan.kind == Redundancy::wang) {
      detail::check_offset_rows(function, geometry.view(static_cast<int>(n)), circle.normal, n);
    }
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
