// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ScanGeometry: any of the geometries that pyronn has.
#include <utility>
#include <variant>

#include <pyronn/geometry/arc_fan_beam.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/geometry/detector_part.hpp>
#include <pyronn/geometry/fan_beam.hpp>
#include <pyronn/geometry/parallel_beam_2d.hpp>
#include <pyronn/geometry/parallel_beam_3d.hpp>

namespace pyronn {

/// Any of the geometries that pyronn has.
using ScanGeometry = std::variant<ParallelBeam2D, FanBeam, ArcFanBeam, ParallelBeam3D, ConeBeam>;

/// Whether a geometry is one of the plane: then a view is one row of pixels, and a volume an image.
template <class Geometry>
inline constexpr bool is_plane_geometry_v =
    decltype(std::declval<Geometry const&>().extents())::rank == 2;

/// detector_part of whichever it is. Throws where that does.
[[nodiscard]] inline ScanGeometry detector_part(ScanGeometry const& geometry, int first_column,
                                                int columns, int first_row, int rows) {
  return std::visit(
      [&](auto const& beam) -> ScanGeometry {
        return pyronn::detector_part(beam, first_column, columns, first_row, rows);
      },
      geometry);
}

}  // namespace pyronn
