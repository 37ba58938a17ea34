// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ArcFanBeam: fan-beam scans of the plane with a curved detector.
#include <cmath>
#include <type_traits>
#include <vector>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/detail/view_list.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/fan_vectors.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/ray.hpp>

namespace pyronn {

namespace detail {

/// Throws InvalidArgument for an outermost pixel that lies 90 degrees or more off the central ray.
inline void check_fan_angle(double angle) {
  expects(std::abs(angle) < 0.5 * pi, "ArcFanBeam: the outermost pixel is ",
          rounded(std::abs(angle) * 180.0 / pi),
          " degrees off the central ray; it must be less than 90");
}

}  // namespace detail

/// One view of a fan whose pixels lie on an arc about the source, at equal angles.
class ArcFanView {
 public:
  ArcFanView() = default;

  /// `frame` has the view's directions and `radius` is the arc's radius [mm]; `first` is the angle
  /// from the central ray towards u at which pixel 0 lies, `step` the angle between pixels [rad].
  ArcFanView(OrbitFrame const& frame, double source_isocenter_distance, double radius, double first,
             double step)
      : ArcFanView{source_isocenter_distance * frame.outward,
                   -frame.outward,
                   frame.u,
                   radius,
                   first,
                   step} {}

  /// The view of an arc of `columns` pixels about the source. Its central ray ends at the middle of
  /// the arc. Throws InvalidArgument for numbers that are not finite, for a source on the detector,
  /// for a step of length 0 or along the rays, and for pixels 90 degrees or more off the middle.
  static ArcFanView from_vectors(FanVectors const& vectors, int columns) {
    Vec3d const source = in_plane(vectors.source);
    Vec3d const u_step = in_plane(vectors.u_step);
    Vec3d const arm = in_plane(vectors.detector_center) - source;
    double const radius = length(arm);
    double const spacing = length(u_step);
    detail::expects(std::isfinite(length(source)) && std::isfinite(radius) && radius > 0 &&
                        std::isfinite(spacing) && spacing > 0,
                    "ArcFanView: source ", vectors.source, ", detector centre ",
                    vectors.detector_center, " and u step ", vectors.u_step,
                    " must be finite, with the source off the detector and a step longer than 0");
    detail::expects(length(source) + radius <= 1e12 * spacing, "ArcFanView: source ",
                    vectors.source, " and detector centre ", vectors.detector_center,
                    " are too far away for pixels of ", spacing,
                    " mm; parallel rays describe such a scan");
    Vec3d const central = 1.0 / radius * arm;
    Vec3d const left{-central[1], central[0], 0};
    double const aside = dot(u_step, left);
    double const ahead = std::abs(dot(u_step, central));
    detail::expects(
        ahead <= 1e-3 * spacing, "ArcFanView: u step ", vectors.u_step,
        " must be at right angles to the ray from source ", vectors.source, " to detector centre ",
        vectors.detector_center, ", as the arc is there, but is ",
        detail::rounded(std::atan2(ahead, std::abs(aside)) * 180.0 / pi), " degrees off");
    double const step = std::abs(aside) / radius;
    double const first = -0.5 * (columns - 1) * step;
    detail::check_fan_angle(first);
    return {source, central, aside < 0 ? -left : left, radius, first, step};
  }

  /// The same rays and points, with pixels counted from that of a column, which need not be on the
  /// detector.
  [[nodiscard]] ArcFanView counted_from(int column) const {
    ArcFanView view = *this;
    view.first_ = fan_angle(column);
    return view;
  }

  /// The same scan by pixels of so many columns each, from the first on.
  [[nodiscard]] ArcFanView binned(int columns) const {
    ArcFanView view = *this;
    view.first_ = fan_angle((columns - 1) / 2.0);
    view.step_ = columns * step_;
    return view;
  }

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
    auto const [angle, distance] = detail::polar_of(ahead, aside);
    return {detail::over_common(angle - static_cast<float>(first_), static_cast<float>(step_)),
            arm[2] * static_cast<float>(radius_) / distance, distance};
  }
  /// The same in double precision.
  template <class T, class = std::enable_if_t<std::is_same_v<T, double>>>
  [[nodiscard]] PYRONN_HOST_DEVICE DetectorPoint<T> project(Vec<T, 3> const& point) const {
    Vec<T, 3> const arm = point - source_;
    T const ahead = dot(arm, central_);
    T const aside = dot(arm, across_);
    T const distance = std::sqrt(ahead * ahead + aside * aside);
    return {(std::atan2(aside, ahead) - first_) / step_, arm[2] * radius_ / distance, distance};
  }

  /// The source, where rays start [mm].
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d const& source() const { return source_; }

  /// The angle between a pixel's ray and the central ray, which grows with u [rad].
  [[nodiscard]] PYRONN_HOST_DEVICE double fan_angle(double u) const { return first_ + u * step_; }

  /// The angle between the rays of neighbouring pixels [rad].
  [[nodiscard]] PYRONN_HOST_DEVICE double fan_angle_step() const { return step_; }

  /// The direction of the central ray, of unit length: in a circular scan to the isocentre.
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d const& central_direction() const { return central_; }

  /// The direction, of unit length and perpendicular to the central one, towards which u grows.
  [[nodiscard]] PYRONN_HOST_DEVICE Vec3d const& across_direction() const { return across_; }

 private:
  ArcFanView(Vec3d const& source, Vec3d const& central, Vec3d const& across, double radius,
             double first, double step)
      : source_{source},
        central_{central},
        across_{across},
        radius_{radius},
        first_{first},
        step_{step} {}

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
  /// LineDetector::validate does, for more than 25 turns, and for pixels 90 degrees or more off the
  /// central ray.
  static ArcFanBeam circular(CircularOrbit const& orbit, LineDetector const& detector) {
    orbit.validate();
    detail::check_turns("ArcFanBeam", orbit.angles);
    detector.validate();
    double const radius = orbit.source_detector_distance;
    double const step = detector.spacing / radius;
    double const first = detector.offset / radius - 0.5 * (detector.columns - 1) * step;
    detail::check_fan_angle(max(std::abs(first), std::abs(first + (detector.columns - 1) * step)));
    return {"ArcFanBeam", {detector.columns, 1}, orbit.angles, [&](double angle) {
              return ArcFanView{orbit_frame(angle, orbit.rotation), orbit.source_isocenter_distance,
                                radius, first, step};
            }};
  }

  /// A scan from source, middle of the arc and pixel step of every view [mm]: each arc lies about
  /// its view's source, its pixels as far apart along it as the step is long. Throws
  /// InvalidArgument where ArcFanView::from_vectors does; the message names the view.
  static ArcFanBeam from_vectors(int columns, std::vector<FanVectors> const& vectors) {
    return {"ArcFanBeam", {columns, 1}, vectors, [columns](FanVectors const& view) {
              return ArcFanView::from_vectors(view, columns);
            }};
  }

  /// A scan from the views of other scans. Throws InvalidArgument for an empty list, and for pixels
  /// 90 degrees or more off the central ray.
  static ArcFanBeam from_views(int columns, std::vector<ArcFanView> const& views) {
    return {"ArcFanBeam", {columns, 1}, views, [columns](ArcFanView const& view) {
              detail::check_fan_angle(
                  max(std::abs(view.fan_angle(0)), std::abs(view.fan_angle(columns - 1))));
              return view;
            }};
  }

 private:
  using ViewList::ViewList;
};

}  // namespace pyronn
