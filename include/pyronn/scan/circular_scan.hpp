// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CircularScan: a scan on a circle as scanners' files describe it.
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/detector.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/orbit/circular_orbit.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>
#include <pyronn/scan/detail/moved_views.hpp>
#include <pyronn/scan/scan_geometry.hpp>

namespace pyronn {

/// What measures the rays of a scan on a circle.
enum class DetectorShape {
  panel,  ///< flat, of rows and columns
  line,   ///< one straight row: a scan of the plane
  arc     ///< one row of pixels at equal angles about the source: a fan of the plane
};

/// A detector that turns about the z axis, with a source or with parallel rays: what files say of
/// it, and what a search for the axis varies. A scan of the plane is one of a single row.
struct CircularScan {
  /// Parallel rays have their source at infinity.
  static constexpr double at_infinity = std::numeric_limits<double>::infinity();

  Extents<2> size{};                      ///< columns, rows
  Vec2d pixel{};                          ///< distance between pixel centres along (u, v) [mm]
  std::vector<double> angles{};           ///< of each view [rad]
  double source_isocenter = at_infinity;  ///< distance of the source from the axis [mm]
  double source_detector = at_infinity;   ///< along the central ray [mm]
  /// Where the axis is seen; centres are at integers. Not given: in the panel's middle.
  std::optional<double> axis_column{};
  /// Where the plane z = 0 of the source is seen. Not given: in the panel's middle.
  std::optional<double> central_row{};
  /// The panel's turn about its normal [rad], around the pixel in which the isocenter is seen: u
  /// and v become cos u + sin v and cos v - sin u.
  double roll = 0;
  Rotation rotation = Rotation::counter_clockwise;  ///< the sense in which angles grow
  /// By how many pixels along (u, v) the panel stands elsewhere in each view, so that column c is
  /// where column c + shift would be; empty: nowhere. `axis_column` is without them.
  std::vector<Vec2d> shifts{};
  DetectorShape shape = DetectorShape::panel;  ///< of the plane: neither rolled nor shifted

  /// Whether the source is at infinity.
  [[nodiscard]] bool is_parallel() const { return source_isocenter == at_infinity; }

  /// Whether it is a scan of the plane.
  [[nodiscard]] bool is_plane() const { return shape != DetectorShape::panel; }

  /// `axis_column`, or the panel's middle.
  [[nodiscard]] double column_of_axis() const {
    return axis_column.value_or(0.5 * (size[0] - 1.0));
  }

  /// `central_row`, or the panel's middle.
  [[nodiscard]] double row_of_isocenter() const {
    return central_row.value_or(0.5 * (size[1] - 1.0));
  }

  /// Distances between pixels as they are seen at the axis [mm].
  [[nodiscard]] Vec2d pixel_at_axis() const {
    return is_parallel() ? pixel : source_isocenter / source_detector * pixel;
  }

  /// The scan of a part of the panel, or of a larger one: of the pixels from (first_column,
  /// first_row) on, which may be negative.
  [[nodiscard]] CircularScan part(int first_column, int columns, int first_row, int rows) const {
    CircularScan result = *this;
    result.size = {columns, rows};
    result.axis_column = column_of_axis() - first_column;
    result.central_row = row_of_isocenter() - first_row;
    return result;
  }

  /// The rays of all views. Throws InvalidArgument where the orbit or the detector does, for a roll
  /// that is not finite, where there are shifts, but not one a view, and in the plane for more rows
  /// than one, a roll, shifts, and parallel rays on an arc.
  [[nodiscard]] ScanGeometry geometry() const {
    if (is_plane()) return geometry_of_plane();
    if (shifts.empty()) return geometry_without_shifts();
    detail::expects(shifts.size() == angles.size(),
                    "CircularScan: ", detail::counted(shifts.size(), "shift"), " of ",
                    detail::counted(angles.size(), "view"));
    return detail::moved_views(geometry_without_shifts(), shifts);
  }

 private:
  [[nodiscard]] ScanGeometry geometry_of_plane() const {
    detail::expects(size[1] == 1 && roll == 0 && shifts.empty(),
                    "CircularScan: a scan of the plane has one row, no roll and no shifts, not ",
                    detail::counted(size[1], "row"), ", a roll of ", roll, " and ",
                    detail::counted(shifts.size(), "shift"));
    bool const is_arc = shape == DetectorShape::arc;
    detail::expects(
        !(is_arc && is_parallel()),
        "CircularScan: an arc lies about a source, which parallel rays have not; a line",
        " measures them");
    LineDetector const detector{size[0], pixel[0], offset(0, column_of_axis())};
    if (is_parallel()) return ParallelBeam2D::circular({angles, rotation}, detector);
    CircularOrbit const orbit{source_isocenter, source_detector, angles, rotation};
    if (is_arc) return ArcFanBeam::circular(orbit, detector);
    return FanBeam::circular(orbit, detector);
  }
  [[nodiscard]] ScanGeometry geometry_without_shifts() const {
    Detector const detector{
        size, pixel, {offset(0, column_of_axis()), offset(1, row_of_isocenter())}};
    detector.validate();
    detail::expects(std::isfinite(roll), "CircularScan: roll ", roll, " must be finite [rad]");
    if (is_parallel()) {
      ParallelOrbit const orbit{angles, rotation};
      if (roll == 0) return ParallelBeam3D::circular(orbit, detector);
      orbit.validate();
      std::vector<ParallelVectors> views;
      for (double const angle : angles) {
        OrbitFrame const frame = orbit_frame(angle, rotation);
        auto const [u, v] = rolled(frame);
        views.push_back({-frame.outward, detector.offset[0] * u + detector.offset[1] * v,
                         pixel[0] * u, pixel[1] * v});
      }
      return ParallelBeam3D::from_vectors(size, views);
    }
    CircularOrbit const orbit{source_isocenter, source_detector, angles, rotation};
    if (roll == 0) return ConeBeam::circular(orbit, detector);
    orbit.validate();
    std::vector<ConeVectors> views;
    for (double const angle : angles) {
      OrbitFrame const frame = orbit_frame(angle, rotation);
      auto const [u, v] = rolled(frame);
      Vec3d const foot = (source_isocenter - source_detector) * frame.outward;
      views.push_back({source_isocenter * frame.outward,
                       foot + detector.offset[0] * u + detector.offset[1] * v, pixel[0] * u,
                       pixel[1] * v});
    }
    return ConeBeam::from_vectors(size, views);
  }

  [[nodiscard]] double offset(int axis, double index) const {
    return detail::offset_of_axis_column("CircularScan", index, size[axis], pixel[axis]);
  }

  struct PanelAxes {
    Vec3d u;
    Vec3d v;
  };
  [[nodiscard]] PanelAxes rolled(OrbitFrame const& frame) const {
    double const c = std::cos(roll);
    double const s = std::sin(roll);
    return {c * frame.u + s * frame.v, c * frame.v - s * frame.u};
  }
};

}  // namespace pyronn
