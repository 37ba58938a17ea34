// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Orbits of source and detector, each a small value that makes the views of
/// ConeBeam::from_vectors. Each is built on a CircularOrbit, which has distances, angles and sense
/// of rotation. Making views throws InvalidArgument where CircularOrbit::validate or
/// Detector::validate does, and for the orbit's own numbers where they are not finite. In every
/// view u x v points at the source.
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/orbit/look_at.hpp>

namespace pyronn {

/// `vector` turned about `axis`, of any length but 0, by `angle` [rad], counter-clockwise seen from
/// the axis's tip (Rodrigues' formula). Throws InvalidArgument for an axis of length 0 and for
/// numbers that are not finite.
inline Vec3d rotated(Vec3d const& vector, Vec3d const& axis, double angle) {
  double const size = length(axis);
  detail::expects(std::isfinite(size) && size > 0 && std::isfinite(angle), "rotated: axis ", axis,
                  " must be finite and not 0, and angle ", angle, " finite [rad]");
  Vec3d const unit = 1.0 / size * axis;
  return std::cos(angle) * vector + std::sin(angle) * cross(unit, vector) +
         (1.0 - std::cos(angle)) * dot(unit, vector) * unit;
}

/// A view turned as a whole about an axis through the isocenter. Throws InvalidArgument where the
/// function above does.
inline ConeVectors rotated(ConeVectors const& view, Vec3d const& axis, double angle) {
  return {rotated(view.source, axis, angle), rotated(view.detector_center, axis, angle),
          rotated(view.u_step, axis, angle), rotated(view.v_step, axis, angle)};
}

/// A circle whose plane is turned about an axis through the isocenter.
struct TiltedCircle {
  CircularOrbit circle;  ///< the circle before it is tilted
  Vec3d axis;            ///< the axis of the tilt, of any length but 0
  double tilt;  ///< the angle of the tilt, counter-clockwise seen from the axis's tip [rad]

  /// A view for each angle, in their order. Throws InvalidArgument as every orbit here does.
  [[nodiscard]] std::vector<ConeVectors> vectors(Detector const& detector) const {
    circle.validate();
    detector.validate();
    std::vector<ConeVectors> views;
    views.reserve(circle.angles.size());
    for (double const angle : circle.angles) {
      views.push_back(rotated(circle.vectors(angle, detector), axis, tilt));
    }
    return views;
  }
};

/// The views of several circles, one circle after the other. Throws InvalidArgument for an empty
/// list.
inline std::vector<ConeVectors> several_circles(std::vector<TiltedCircle> const& circles,
                                                Detector const& detector) {
  detail::expects(!circles.empty(), "several_circles: there must be at least one circle");
  std::vector<ConeVectors> views;
  for (TiltedCircle const& circle : circles) {
    std::vector<ConeVectors> const more = circle.vectors(detector);
    views.insert(views.end(), more.begin(), more.end());
  }
  return views;
}

/// A helix about the z axis: a circle that moves along z in proportion to its angles, which may
/// span many turns. The central ray is perpendicular to the z axis and meets it; v = +z.
struct HelicalOrbit {
  CircularOrbit circle;  ///< distances, angles and sense of rotation
  double pitch;          ///< the way along z while the angle grows by 2 pi [mm]; negative: down
  double start_z = 0.0;  ///< z of the first view's source and panel [mm]

  /// A view for each angle, in their order. Throws InvalidArgument as every orbit here does.
  [[nodiscard]] std::vector<ConeVectors> vectors(Detector const& detector) const {
    circle.validate();
    detector.validate();
    detail::expects(std::isfinite(pitch), "HelicalOrbit: pitch ", pitch, " must be finite [mm]");
    detail::expects(std::isfinite(start_z), "HelicalOrbit: start_z ", start_z,
                    " must be finite [mm]");
    std::vector<ConeVectors> views;
    views.reserve(circle.angles.size());
    for (double const angle : circle.angles) {
      double const turns = (angle - circle.angles.front()) / (2.0 * pi);
      Vec3d const lift{0, 0, start_z + pitch * turns};
      views.push_back(circle.vectors(angle, detector));
      views.back().source += lift;
      views.back().detector_center += lift;
    }
    return views;
  }
};

namespace detail {

/// The views of sources above the points of a circle, at z = height(b) [mm] for the angle b, whose
/// central rays all run through the isocenter.
template <class Height>
std::vector<ConeVectors> lifted_circle(CircularOrbit const& circle, Detector const& detector,
                                       Height const& height) {
  circle.validate();
  detector.validate();
  std::vector<ConeVectors> views;
  views.reserve(circle.angles.size());
  for (double const angle : circle.angles) {
    Vec3d source = circle.vectors(angle, detector).source;
    source[2] = height(angle);
    views.push_back(
        look_at(source, {0, 0, 0}, {0, 0, 1}, circle.source_detector_distance, detector));
  }
  return views;
}

}  // namespace detail

/// Sources on the cylinder over the circle, at z = amplitude * sin(periods * b) for the angle b.
/// Every central ray runs through the isocenter, and v is as close to +z as that allows. The
/// circle's source_isocenter_distance is the cylinder's radius, its source_detector_distance is
/// measured along the central ray.
struct SinusoidalOrbit {
  CircularOrbit circle;  ///< distances, angles and sense of rotation
  double amplitude;      ///< the largest distance from the plane z = 0 [mm]
  double periods;        ///< periods of the sine in one turn

  /// A view for each angle, in their order. Throws InvalidArgument as every orbit here does.
  [[nodiscard]] std::vector<ConeVectors> vectors(Detector const& detector) const {
    detail::expects(std::isfinite(amplitude), "SinusoidalOrbit: amplitude ", amplitude,
                    " must be finite [mm]");
    detail::expects(std::isfinite(periods), "SinusoidalOrbit: periods ", periods,
                    " must be finite");
    return detail::lifted_circle(
        circle, detector, [this](double angle) { return amplitude * std::sin(periods * angle); });
  }
};

/// Sources on the cylinder over the circle, at z = height * cos(2 b) for the angle b: a saddle
/// (J. D. Pack, F. Noo, H. Kudo, "Investigation of saddle trajectories for cardiac CT imaging in
/// cone-beam geometry", Phys. Med. Biol. 49, 2004). The detector stands as in SinusoidalOrbit.
struct SaddleOrbit {
  CircularOrbit circle;  ///< distances, angles and sense of rotation
  double height;         ///< the largest distance from the plane z = 0 [mm]

  /// A view for each angle, in their order. Throws InvalidArgument as every orbit here does.
  [[nodiscard]] std::vector<ConeVectors> vectors(Detector const& detector) const {
    detail::expects(std::isfinite(height), "SaddleOrbit: height ", height, " must be finite [mm]");
    return detail::lifted_circle(circle, detector,
                                 [this](double angle) { return height * std::cos(2.0 * angle); });
  }
};

/// `count` sources spread nearly evenly over a sphere, from the top to the bottom: source n has
/// z / R = 1 - (2 n + 1) / count and stands n golden sections of a turn round (R. Swinbank, R. J.
/// Purser, Q. J. R. Meteorol. Soc. 132, 2006). Every central ray runs through the isocenter, and v
/// is as close to +z as that allows.
struct FibonacciSphere {
  double source_isocenter_distance;  ///< R, the radius of the sphere [mm]
  double source_detector_distance;   ///< along the central ray [mm]
  int count;                         ///< number of views, up to 10^7

  /// A view for each source, from the top down. Throws InvalidArgument where
  /// CircularOrbit::validate does for the distances, where Detector::validate does, and for a count
  /// out of range.
  [[nodiscard]] std::vector<ConeVectors> vectors(Detector const& detector) const {
    constexpr int most_views = 10000000;
    detail::expects(count >= 1 && count <= most_views, "FibonacciSphere: count ", count,
                    " must be from 1 to ", most_views);
    CircularOrbit{source_isocenter_distance, source_detector_distance, {0.0}}.validate();
    double const golden_section = (std::sqrt(5.0) - 1.0) / 2.0;
    std::vector<ConeVectors> views;
    views.reserve(static_cast<std::size_t>(count));
    for (int n = 0; n < count; ++n) {
      double const z = 1.0 - (2.0 * n + 1.0) / count;
      double const radius = std::sqrt(1.0 - z * z);
      double const angle = 2.0 * pi * std::fmod(n * golden_section, 1.0);
      Vec3d const outward{radius * std::cos(angle), radius * std::sin(angle), z};
      views.push_back(look_at(source_isocenter_distance * outward, {0, 0, 0}, {0, 0, 1},
                              source_detector_distance, detector));
    }
    return views;
  }
};

}  // namespace pyronn
