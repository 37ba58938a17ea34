// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ArcFanBeam: fan-beam scans of the plane with a curved detector.
#include <algorithm>
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/detail/view_list.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/ray.hpp>

namespace pyronn {

/// One view of a fan whose pixels lie on an arc about the source, at equal angles.
class ArcFanView {
 public:
  ArcFanView() = default;

  /// `frame` has the view's directions and `radius` is the arc's radius [mm]; `first` is the angle
  /// from the central ray towards u at which pixel 0 lies, `step` the angle between pixels [rad].
  ArcFanView(OrbitFrame const& frame, double source_isocenter_distance, double radius, double first,
             double step)
      : source_{source_isocenter_distance * frame.outward},
        central_{-frame.outward},
        across_{frame.u},
        radius_{radius},
        first_{first},
        step_{step} {}

  /// The line that pixel (u, v) sees, in world mm; indices need not be whole.
  [[nodiscard]] PYRONN_HOST_DEVICE Ray<double> ray(double u, double v) const {
    double const angle = fan_angle(u);
    Vec3d direction = std::cos(angle) * central_ + std::sin(angle) * across_;
    direction[2] = v / radius_;
    return {source_, direction, 0.0, radius_};
  }

  /// Pixel indices and depth of a world point [mm]. The depth is the point's distance from the
  /// source in the plane [mm]: it is the same for all points of an arc about the source.
  [[nodiscard]] PYRONN_HOST_DEVICE DetectorPoint<float> project(Vec3f const& point) const {
    Vec3f const arm = point - vec_cast<float>(source_);
    float const ahead = dot(arm, vec_cast<float>(central_));
    float const aside = dot(arm, vec_cast<float>(across_));
    float const distance = std::sqrt(ahead * ahead + aside * aside);
    float const angle = std::atan2(aside, ahead);
    return {(angle - static_cast<float>(first_)) / static_cast<float>(step_),
            arm[2] * static_cast<float>(radius_) / distance, distance};
  }

  /// The source, where rays start [mm].
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d const& source() const { return source_; }

  /// The angle between a pixel's ray and the central ray, which grows with u [rad].
  [[nodiscard]] PYRONN_HOST_DEVICE double fan_angle(double u) const { return first_ + u * step_; }

  /// The angle between the rays of neighbouring pixels [rad].
  [[nodiscard]] PYRONN_HOST_DEVICE double fan_angle_step() const { return step_; }

  /// The direction from the source to the isocentre, of unit length.
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d const& central_direction() const { return central_; }

  /// The direction, of unit length and perpendicular to the central one, towards which u grows.
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d const& across_direction() const { return across_; }

 private:
  Vec3d source_;
  Vec3d central_;
  Vec3d across_;
  double radius_;
  double first_;
  double step_;
};

/// A scan of the plane with a point source and pixels at equal angles on an arc about it. The class
/// is a value that is cheap to copy; its views are set up once, in double precision, and never
/// change.
class ArcFanBeam : public detail::ViewList<ArcFanView, 2> {
 public:
  /// The source turns on a circle about the origin; the detector's spacing and offset are measured
  /// along the arc [mm]. Throws InvalidArgument where CircularOrbit::validate or
  /// LineDetector::validate does, and for pixels 90 degrees or more off the central ray.
  static ArcFanBeam circular(CircularOrbit const& orbit, LineDetector const& detector) {
    orbit.validate();
    detail::check_turns("ArcFanBeam", orbit.angles);
    detector.validate();
    double const radius = orbit.source_detector_distance;
    double const step = detector.spacing / radius;
    double const first = detector.offset / radius - 0.5 * (detector.columns - 1) * step;
    double const last = first + (detector.columns - 1) * step;
    double const widest = std::max(std::abs(first), std::abs(last));
    detail::expects(widest < 0.5 * pi, "ArcFanBeam: the outermost pixel is ", widest * 180.0 / pi,
                    " degrees off the central ray; it must be less than 90");
    return {"ArcFanBeam", {detector.columns, 1}, orbit.angles, [&](double angle) {
              return ArcFanView{orbit_frame(angle, orbit.rotation), orbit.source_isocenter_distance,
                                radius, first, step};
            }};
  }

 private:
  using ViewList::ViewList;
};

}  // namespace pyronn
