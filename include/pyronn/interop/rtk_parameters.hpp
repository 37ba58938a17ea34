// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The geometry of RTK, the Reconstruction Toolkit (ThreeDCircularProjectionGeometry, after
/// IEC 61217). RTK's gantry turns about y: at gantry angle 0 the source is on +z, and it turns
/// towards +x. <pyronn/interop/rtk_xml.hpp> reads its files.
#include <array>
#include <cmath>
#include <limits>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/cone_view.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/parallel_vectors.hpp>
#include <pyronn/geometry/projection_matrix.hpp>

namespace pyronn::rtk {

/// The nine numbers of one projection, with angles in rad (degrees in RTK).
struct Projection {
  double source_to_isocenter_distance = 0;  ///< [mm]
  double source_to_detector_distance = 0;   ///< [mm]; 0: parallel rays
  double gantry_angle = 0;                  ///< about y
  double out_of_plane_angle = 0;            ///< about x
  double in_plane_angle = 0;                ///< about z
  double source_offset_x = 0;               ///< along the detector's u [mm]
  double source_offset_y = 0;               ///< along the detector's v [mm]
  double projection_offset_x = 0;           ///< offset of the projection's origin along u [mm]
  double projection_offset_y = 0;           ///< offset of the projection's origin along v [mm]

  /// Whether rays are parallel.
  [[nodiscard]] bool is_parallel() const { return source_to_detector_distance == 0; }

  /// Throws InvalidArgument unless all numbers are finite and both distances are positive.
  void validate() const {
    detail::expects(std::isfinite(source_to_isocenter_distance) && source_to_isocenter_distance > 0,
                    "rtk::Projection: SourceToIsocenterDistance ", source_to_isocenter_distance,
                    " must be positive and finite [mm]");
    detail::expects(std::isfinite(source_to_detector_distance) && source_to_detector_distance > 0,
                    "rtk::Projection: SourceToDetectorDistance ", source_to_detector_distance,
                    " must be positive and finite [mm]; 0 means parallel rays, not a cone beam");
    validate_place();
  }

  /// Throws InvalidArgument unless the angles and offsets are finite.
  void validate_place() const {
    for (double const number : {gantry_angle, out_of_plane_angle, in_plane_angle, source_offset_x,
                                source_offset_y, projection_offset_x, projection_offset_y}) {
      detail::expects(std::isfinite(number), "rtk::Projection: the angles and offsets must be ",
                      "finite, but one is ", number);
    }
  }
};

/// The jaws that collimate the rays of a projection. A ray meets the plane of the isocentre that is
/// perpendicular to the line from there to the source within them [mm].
struct Jaws {
  /// There is no jaw.
  static constexpr double open = std::numeric_limits<double>::infinity();
  /// What RTK calls them.
  static constexpr std::array<char const*, 4> names{"CollimationUInf", "CollimationUSup",
                                                    "CollimationVInf", "CollimationVSup"};

  /// In the order of `names`: what passes is between -UInf and USup along u, -VInf and VSup along
  /// v.
  std::array<double, 4> places{open, open, open, open};
};

/// A projection, and what its jaws let through.
struct CollimatedProjection {
  Projection projection;  ///< the nine numbers
  Jaws jaws;              ///< open, where a file has none
};

/// The directions of a detector in RTK's world, of unit length.
struct Axes {
  Vec3d u;        ///< along the rows
  Vec3d v;        ///< across the rows
  Vec3d outward;  ///< to the source
};

/// The axes of the detector: the rows of Rz(-in_plane) Rx(-out_of_plane) Ry(-gantry), the rotation
/// from RTK's world to the detector.
inline Axes axes(Projection const& projection) {
  double const cg = std::cos(projection.gantry_angle);
  double const sg = std::sin(projection.gantry_angle);
  double const co = std::cos(projection.out_of_plane_angle);
  double const so = std::sin(projection.out_of_plane_angle);
  double const ci = std::cos(projection.in_plane_angle);
  double const si = std::sin(projection.in_plane_angle);
  Vec3d const across{cg, 0, -sg};
  Vec3d const along{so * sg, co, so * cg};
  return {ci * across + si * along, -si * across + ci * along, {co * sg, -so, co * cg}};
}

/// RTK's Matrix, from its world [mm] to coordinates of the projection image [mm]. Its third row
/// gives negative numbers in front of the source.
inline ProjectionMatrix matrix(Projection const& projection) {
  projection.validate();
  Axes const to = axes(projection);
  double const offsets[2] = {projection.source_offset_x, projection.source_offset_y};
  double const shifts[2] = {offsets[0] - projection.projection_offset_x,
                            offsets[1] - projection.projection_offset_y};
  Vec3d const directions[2] = {to.u, to.v};
  double const sid = projection.source_to_isocenter_distance;
  double const sdd = projection.source_to_detector_distance;
  ProjectionMatrix result{};
  for (int c = 0; c < 3; ++c) {
    for (int r = 0; r < 2; ++r) {
      result.row[r][c] = -sdd * directions[r][c] + shifts[r] * to.outward[c];
    }
    result.row[2][c] = to.outward[c];
  }
  for (int r = 0; r < 2; ++r) result.row[r][3] = sdd * offsets[r] - shifts[r] * sid;
  result.row[2][3] = -sid;
  return result;
}

/// The vectors of a view in RTK's own world. RTK describes the panel in the projection images:
/// `detector.size` and `spacing` are theirs, and `detector.offset` is the middle of the image in
/// its own coordinates, Origin + (size - 1) / 2 * spacing [mm].
inline ConeVectors vectors(Projection const& projection, Detector const& detector) {
  projection.validate();
  detector.validate();
  Axes const to = axes(projection);
  double const sid = projection.source_to_isocenter_distance;
  return {projection.source_offset_x * to.u + projection.source_offset_y * to.v + sid * to.outward,
          (projection.projection_offset_x + detector.offset[0]) * to.u +
              (projection.projection_offset_y + detector.offset[1]) * to.v +
              (sid - projection.source_to_detector_distance) * to.outward,
          detector.spacing[0] * to.u, detector.spacing[1] * to.v};
}

/// RTK's Matrix of parallel rays: its third row is (0, 0, 0, 1), and distances and offsets of the
/// source have no part in it.
inline ProjectionMatrix parallel_matrix(Projection const& projection) {
  projection.validate_place();
  Axes const to = axes(projection);
  ProjectionMatrix result{};
  for (int c = 0; c < 3; ++c) {
    result.row[0][c] = to.u[c];
    result.row[1][c] = to.v[c];
  }
  result.row[0][3] = -projection.projection_offset_x;
  result.row[1][3] = -projection.projection_offset_y;
  result.row[2][3] = 1;
  return result;
}

/// The vectors of a view with parallel rays in RTK's own world, with a detector as of `vectors`.
inline ParallelVectors parallel_vectors(Projection const& projection, Detector const& detector) {
  projection.validate_place();
  detector.validate();
  Axes const to = axes(projection);
  return {-to.outward,
          (projection.projection_offset_x + detector.offset[0]) * to.u +
              (projection.projection_offset_y + detector.offset[1]) * to.v,
          detector.spacing[0] * to.u, detector.spacing[1] * to.v};
}

/// Which rays jaws let through, of the one to a point of the detector in RTK's own world: whether
/// its place on the plane of the isocentre is within them.
inline bool passes(Jaws const& jaws, Projection const& projection, Vec3d const& source,
                   Vec3d const& pixel) {
  Vec3d const outward = 1 / length(source) * source;
  Vec3d const along = source - pixel;
  Vec3d const met = source - length(source) / dot(along, outward) * along;
  Vec3d const across = cross(axes(projection).v, outward);
  Vec3d const u = 1 / length(across) * across;
  double const places[] = {dot(u, met), dot(cross(outward, u), met)};
  return places[0] > -jaws.places[0] && places[0] < jaws.places[1] && places[1] > -jaws.places[2] &&
         places[1] < jaws.places[3];
}

/// A point of RTK's world in ours: RTK's z, x, y become x, y, z, which is a rotation. The gantry
/// angle becomes the angle of CircularOrbit, and RTK's axis y our z.
inline Vec3d rotated_to_z_up(Vec3d const& point) { return {point[2], point[0], point[1]}; }

/// A view of RTK's world in ours. The array of an RTK volume, [z][y][x], is [x][z][y] in our world:
/// it must be transposed, too. Without transposing it, use the views of `vectors`.
inline ConeVectors rotated_to_z_up(ConeVectors const& view) {
  return {rotated_to_z_up(view.source), rotated_to_z_up(view.detector_center),
          rotated_to_z_up(view.u_step), rotated_to_z_up(view.v_step)};
}
/// The same with parallel rays.
inline ParallelVectors rotated_to_z_up(ParallelVectors const& view) {
  return {rotated_to_z_up(view.direction), rotated_to_z_up(view.detector_center),
          rotated_to_z_up(view.u_step), rotated_to_z_up(view.v_step)};
}

}  // namespace pyronn::rtk
