// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What FDK multiplies pixels with before filtering, from the rays of the views alone.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <variant>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/recon/angular_sampling.hpp>
#include <pyronn/recon/circle_fit.hpp>
#include <pyronn/recon/fbp_options.hpp>
#include <pyronn/recon/redundancy.hpp>

namespace pyronn::detail {

/// One view of a circular scan. Rays have components across (as the source moves at larger angles
/// but turned half round: where positive fan angles lie), towards the axis, and normal to the
/// circle's plane.
struct FdkView {
  Vec3f corner;  ///< the ray of pixel (u, v) is corner + u along_u + v along_v, of any length
  Vec3f along_u;
  Vec3f along_v;
  float factor;  ///< the view's share of the circle and all that makes the result 1/mm
  float angle;   ///< of the source from the start of the range [rad]

  [[nodiscard]] PYRONN_HOST_DEVICE Vec3f ray(float u, float v) const {
    return corner + u * along_u + v * along_v;
  }
};

PYRONN_HOST_DEVICE inline float redundancy_of(UniformWeight const& weight, float, Vec3f const&) {
  return weight();
}
template <class Weight>
PYRONN_HOST_DEVICE float redundancy_of(Weight const& weight, float angle, Vec3f const& ray) {
  return weight(angle, std::atan2(ray[0], ray[1]));
}

/// The cosine of the angle between a ray and the central one.
struct CosineWeight {
  PYRONN_HOST_DEVICE float operator()(FdkView const&, Vec3f const& ray) const {
    return ray[1] / length(ray);
  }
};

template <class Weight>
struct RedundancyWeight {
  Weight weight;
  PYRONN_HOST_DEVICE float operator()(FdkView const& view, Vec3f const& ray) const {
    return redundancy_of(weight, view.angle, ray);
  }
};

template <class Weight>
struct FdkWeight {
  Weight weight;
  PYRONN_HOST_DEVICE float operator()(FdkView const& view, Vec3f const& ray) const {
    return view.factor * CosineWeight{}(view, ray) * redundancy_of(weight, view.angle, ray);
  }
};

/// The weights of some views, as they travel in a launch.
template <class Weight>
struct ViewWeightTable {
  static constexpr int capacity = 512;

  FdkView views[capacity];
  Weight weight;

  PYRONN_HOST_DEVICE float operator()(float u, float v, int n) const {
    return weight(views[n], views[n].ray(u, v));
  }
};

/// The same where they were set up, on the host.
template <class Weight>
struct ViewWeights {
  static constexpr int capacity = ViewWeightTable<Weight>::capacity;

  FdkView const* views;
  Weight weight;

  float operator()(float u, float v, int n) const { return weight(views[n], views[n].ray(u, v)); }

  /// The views [first, first + count); count is at most `capacity`.
  [[nodiscard]] ViewWeightTable<Weight> table(int first, int count) const {
    ViewWeightTable<Weight> result;
    std::copy_n(views + first, count, result.views);
    result.weight = weight;
    return result;
  }
};

/// How far fans reach to either side of the axis [rad].
struct FanReach {
  double low = -pi;     ///< every view reaches down to here
  double high = pi;     ///< and up to here
  double widest = 0.0;  ///< no view reaches beyond this to either side

  [[nodiscard]] double overlap() const { return std::min(-low, high); }
};

inline FanReach fan_reach(std::vector<FdkView> const& views, Extents<2> detector) {
  FanReach reach;
  for (FdkView const& view : views) {
    double low = pi;
    double high = -pi;
    for (int const u : {0, detector[0] - 1}) {
      for (int const v : {0, detector[1] - 1}) {
        Vec3d const ray = vec_cast<double>(view.ray(static_cast<float>(u), static_cast<float>(v)));
        double const fan_angle = std::atan2(ray[0], ray[1]);
        low = std::min(low, fan_angle);
        high = std::max(high, fan_angle);
      }
    }
    reach.low = std::max(reach.low, low);
    reach.high = std::min(reach.high, high);
    reach.widest = std::max({reach.widest, -low, high});
  }
  return reach;
}

/// What the scan asks for, where nothing else is said. Throws InvalidArgument for views too far
/// apart and for less than half a turn.
inline Redundancy automatic_redundancy(char const* who, AngularSampling const& sampling,
                                       FanReach const& reach) {
  if (sampling.is_closed) {
    bool const is_offset = reach.overlap() < 0.9 * std::max(-reach.low, reach.high);
    return is_offset ? Redundancy::wang : Redundancy::uniform;
  }
  constexpr double degree = pi / 180.0;
  expects(sampling.widest_step <= 8.0 * sampling.mean_step, who, ": the views cover ",
          sampling.range / degree, " degrees, but between two neighbours there are ",
          sampling.widest_step / degree, "; Redundancy::uniform takes them as they are");
  if (sampling.range >= pi + 2.0 * reach.widest) return Redundancy::parker;
  return Redundancy::riess;
}

using AnyRedundancyWeight =
    std::variant<UniformWeight, ParkerWeight<float>, RiessWeight<float>, WangWeight<float>>;

/// The weight that was chosen. Throws InvalidArgument where the scan cannot have it.
inline AnyRedundancyWeight redundancy_weight(char const* who, Redundancy choice,
                                             AngularSampling const& sampling,
                                             FanReach const& reach) {
  constexpr double degree = pi / 180.0;
  if (choice == Redundancy::automatic) choice = automatic_redundancy(who, sampling, reach);
  if (choice == Redundancy::wang) {
    expects(sampling.is_closed, who, ": Redundancy::wang needs a full turn, but the views cover ",
            sampling.range / degree, " degrees");
    expects(reach.overlap() > 0, who, ": a full turn needs a detector that sees both sides of the ",
            "axis; the fan angles that every view sees are ", reach.low / degree, " to ",
            reach.high / degree, " degrees");
    double const sign = reach.high >= -reach.low ? 1.0 : -1.0;
    return WangWeight<float>{static_cast<float>(sign * reach.overlap())};
  }
  if (choice == Redundancy::uniform) return UniformWeight{};
  // Half a turn in equal steps must not fail by rounding.
  expects(sampling.range >= pi - 1e-6, who, ": the views cover ", sampling.range / degree,
          " degrees of the circle, but at least 180 are needed; Redundancy::uniform takes a ",
          "limited angle as it is");
  float const range = static_cast<float>(std::max(sampling.range, pi));
  if (choice == Redundancy::parker) return ParkerWeight<float>{range};
  return RiessWeight<float>{range};
}

/// Throws InvalidArgument unless the rows of a detector run in the plane of the orbit, in which the
/// ramp filter works, but for a few degrees.
inline void check_rows(char const* who, Vec3d const& row, Vec3d const& normal, int view) {
  double const tilt = std::asin(std::min(1.0, std::abs(dot(row, normal)) / length(row)));
  constexpr double most = 6.0;
  expects(tilt * 180.0 / pi <= most, who,
          ": detector rows must run in the plane of the orbit, but in ", "view ", view, " u is ",
          tilt * 180.0 / pi, " degrees out of it; are u and v swapped?");
}

/// A view about its circle. In the plane of the circle, with the flat detector at distance d from
/// the source and its pixels s apart, the reconstruction is the integral over the source's angle of
/// d / w^2 times the rows that were multiplied with R cos(fan angle) and filtered with the ramp at
/// distance s, R the distance from source to axis, w the depth (Kak and Slaney, section 3.4.2, for
/// a detector at any angle). Both depths shrink alike where the detector's normal leaves the plane.
inline FdkView fdk_view(ProjectiveRays const& rays, Circle const& circle, double angle,
                        double share) {
  Vec3d const arm = circle.center - rays.origin;
  Vec3d const flat = arm - dot(arm, circle.normal) * circle.normal;
  double const radius = length(flat);
  Vec3d const inward = 1.0 / radius * flat;
  Vec3d const across = cross(circle.normal, inward);
  Vec3d const detector_normal = cross(rays.along_u, rays.along_v);
  double const area = length(detector_normal);
  double const depth = std::abs(dot(detector_normal, rays.direction)) / area;
  double const lift = dot(detector_normal, circle.normal) / area;
  auto const components = [&](Vec3d const& vector) {
    return vec_cast<float>(
        1.0 / depth * Vec3d{dot(vector, across), dot(vector, inward), dot(vector, circle.normal)});
  };
  double const factor =
      share * radius * depth / length(rays.along_u) * std::sqrt(std::max(0.0, 1.0 - lift * lift));
  return {components(rays.direction), components(rays.along_u), components(rays.along_v),
          static_cast<float>(factor), static_cast<float>(angle)};
}

/// All views of a scan and how their rays count.
struct FdkScan {
  std::vector<FdkView> views;
  AnyRedundancyWeight redundancy;
};

/// Throws InvalidArgument for other orbits than circles, for detectors whose rows do not run in the
/// orbit's plane, for angular weights of another number than views and for a redundancy that the
/// scan cannot have.
template <class Geometry>
FdkScan fdk_scan(char const* who, Geometry const& geometry, Redundancy redundancy,
                 std::vector<double> const& angular_weights = {}) {
  static_assert(is_projective_view_v<view_t<Geometry>> && has_projective_rays_v<view_t<Geometry>>,
                "Fdk needs views with 'projection_matrix()' and 'projective_rays()': a flat "
                "detector and a point source.");
  auto const count = static_cast<std::size_t>(geometry.num_views());
  expects(angular_weights.empty() || angular_weights.size() == count, who, ": there are ",
          angular_weights.size(), " angular weights for ", count, " views");
  std::vector<Vec3d> sources;
  sources.reserve(count);
  for (int n = 0; n < geometry.num_views(); ++n) {
    sources.push_back(geometry.view(n).projective_rays().origin);
  }
  Circle const circle = fit_circle(who, sources);
  AngularSampling const sampling = sample_angles(who, circle.angles);
  std::vector<double> const& shares = angular_weights.empty() ? sampling.shares : angular_weights;
  FdkScan scan;
  scan.views.reserve(count);
  for (std::size_t n = 0; n < count; ++n) {
    int const view = static_cast<int>(n);
    expects(std::isfinite(shares[n]), who, ": angular weight ", shares[n], " must be finite [rad]");
    ProjectiveRays const rays = geometry.view(view).projective_rays();
    expects(rays.diverge, who, ": the rays of view ", view, " must come from a source");
    check_rows(who, rays.along_u, circle.normal, view);
    scan.views.push_back(fdk_view(rays, circle, sampling.angles[n], shares[n]));
  }
  scan.redundancy =
      redundancy_weight(who, redundancy, sampling, fan_reach(scan.views, geometry.detector_size()));
  return scan;
}

}  // namespace pyronn::detail
