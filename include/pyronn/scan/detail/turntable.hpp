// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A source and a panel that stand still, and an axis beside the line between them.
#include <cmath>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/scan/circular_scan.hpp>

namespace pyronn::detail {

/// The source is at 0 and the panel's middle before it, at (0, 0, -source_detector): coordinates
/// are along columns, rows and towards the source, which is a right-handed frame. The axis meets
/// the plane of the middle row at (axis_offset, 0, -source_object). It is along the rows, from
/// first to last, when it was turned by the roll towards the columns and then by the tilt towards
/// the source.
struct Turntable {
  Extents<2> size;             ///< columns, rows
  Vec2d pixel;                 ///< [mm]
  double source_object;        ///< to the axis, along the panel's normal [mm]
  double source_detector;      ///< along the panel's normal [mm]
  double axis_offset;          ///< [mm]
  double roll;                 ///< [rad]
  double tilt;                 ///< [rad]
  std::vector<double> angles;  ///< of each view [rad]
  Rotation rotation;           ///< seen from where the axis points to

  /// The circle that the scan is; with a tilt or an offset of the axis the panel is turned against
  /// that of the circle, which is seen alike near the axis.
  [[nodiscard]] CircularScan circle() const {
    Axis const axis = find_axis();
    CircularScan circle{size, pixel, angles};
    circle.source_isocenter = length(axis.to_source);
    Vec3d const towards = -axis.to_source;  // the central ray
    double const reach = source_detector / -towards[2];
    circle.source_detector = reach * circle.source_isocenter;
    circle.axis_column = 0.5 * (size[0] - 1.0) + reach * towards[0] / pixel[0];
    circle.central_row = 0.5 * (size[1] - 1.0) + reach * towards[1] / pixel[1];
    circle.roll = std::atan2(axis.along[0], axis.along[1]);
    circle.rotation = rotation;
    return circle;
  }

  /// Whether the circle is all that there is to the scan.
  [[nodiscard]] bool is_circle() const { return axis_offset == 0 && tilt == 0; }

  /// The rays. Throws InvalidArgument where CircularScan::geometry does.
  [[nodiscard]] ScanGeometry geometry() const {
    CircularScan const near = circle();
    ScanGeometry geometry = near.geometry();
    if (is_circle()) return geometry;
    Axis const axis = find_axis();
    Vec3d const out = 1.0 / length(axis.to_source) * axis.to_source;
    Vec3d const across = cross(axis.along, out);
    std::vector<ConeVectors> views;
    for (double const angle : angles) {
      OrbitFrame const frame = orbit_frame(angle, rotation);
      auto const turned = [&](Vec3d const& vector) {
        return dot(vector, out) * frame.outward + dot(vector, across) * frame.u +
               dot(vector, axis.along) * frame.v;
      };
      Vec3d const middle = axis.to_source + Vec3d{0, 0, -source_detector};
      views.push_back({turned(axis.to_source), turned(middle), turned({pixel[0], 0, 0}),
                       turned({0, pixel[1], 0})});
    }
    return ConeBeam::from_vectors(size, views);
  }

 private:
  struct Axis {
    Vec3d along;      ///< of unit length
    Vec3d to_source;  ///< from its nearest point
  };
  [[nodiscard]] Axis find_axis() const {
    Vec3d const along{std::sin(roll), std::cos(roll) * std::cos(tilt),
                      std::cos(roll) * std::sin(tilt)};
    Vec3d const to_source{-axis_offset, 0, source_object};
    return {along, to_source - dot(to_source, along) * along};
  }
};

}  // namespace pyronn::detail
