// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// look_at: a view whose central ray runs from a source through a point.
#include <cmath>

#include <pyronn/core/error.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/detector.hpp>

namespace pyronn {

/// The view of a source at `source` whose central ray runs through `target` [mm] and meets the
/// detector at right angles after `source_detector_distance` [mm]. The detector's v is as close to
/// `up`, of any length, as that allows; u x v points at the source. The detector's offset is
/// counted from the central ray. Throws InvalidArgument for numbers that are not finite, for a
/// distance that is not positive, where Detector::validate does, where source and target are the
/// same point, and where `up` is parallel to the central ray.
inline ConeVectors look_at(Vec3d const& source, Vec3d const& target, Vec3d const& up,
                           double source_detector_distance, Detector const& detector) {
  detector.validate();
  detail::expects(std::isfinite(source_detector_distance) && source_detector_distance > 0,
                  "look_at: source_detector_distance ", source_detector_distance,
                  " must be positive and finite [mm]");
  Vec3d const back = source - target;
  double const distance = length(back);
  detail::expects(std::isfinite(distance) && distance > 0, "look_at: source ", source,
                  " and target ", target, " must be finite and apart [mm]");
  Vec3d const outward = 1.0 / distance * back;
  Vec3d const across = cross(up, outward);
  detail::expects(std::isfinite(dot(up, up)) && length(across) > 1e-9 * length(up), "look_at: up ",
                  up, " must be finite and not along the central ray ", outward);
  Vec3d const u = 1.0 / length(across) * across;
  Vec3d const v = cross(outward, u);
  return {
      source,
      source - source_detector_distance * outward + detector.offset[0] * u + detector.offset[1] * v,
      detector.spacing[0] * u, detector.spacing[1] * v};
}

}  // namespace pyronn
