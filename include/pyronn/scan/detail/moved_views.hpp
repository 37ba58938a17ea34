// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Scans whose panel stands elsewhere in each view.
#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <variant>
#include <vector>

#include <pyronn/core/error.hpp>
#include <pyronn/scan/scan_geometry.hpp>

namespace pyronn::detail {

/// Where the panel of a view is after it was moved by pixels along its rows and columns.
template <class View>
Vec3d moved_center(View const& view, Extents<2> size, Vec2d const& shift) {
  auto const& rays = view.projective_rays();
  Vec3d const corner = rays.diverge ? rays.origin + rays.direction : rays.origin;
  return corner + (0.5 * (size[0] - 1) + shift[0]) * rays.along_u +
         (0.5 * (size[1] - 1) + shift[1]) * rays.along_v;
}

/// A scan in space with the panel of each view moved by a number of pixels (columns, rows); rays
/// come from where they came from, or have the direction that they had. What was in column c of an
/// image is then where column c + shift was. There must be a shift for each view.
inline ScanGeometry moved_views(ScanGeometry const& geometry, std::vector<Vec2d> const& shifts) {
  return std::visit(
      [&shifts](auto const& scan) -> ScanGeometry {
        using Geometry = std::decay_t<decltype(scan)>;
        if constexpr (is_plane_geometry_v<Geometry>) {
          throw InvalidArgument("pyronn::moved_views: is for scans in space");
        } else {
          constexpr bool is_cone = std::is_same_v<Geometry, ConeBeam>;
          std::vector<std::conditional_t<is_cone, ConeVectors, ParallelVectors>> vectors;
          Extents<2> const size = scan.detector_size();
          for (std::size_t n = 0; n < shifts.size(); ++n) {
            auto const& view = scan.view(static_cast<int>(n));
            auto const& rays = view.projective_rays();
            vectors.push_back({is_cone ? rays.origin : rays.direction,
                               moved_center(view, size, shifts[n]), rays.along_u, rays.along_v});
          }
          return Geometry::from_vectors(size, vectors);
        }
      },
      geometry);
}

/// What a row shows where it is moved by a number of pixels to higher columns, between pixels
/// linearly; beyond its ends as there.
inline void move_row(float* row, int columns, double shift) {
  std::vector<float> const still(row, row + columns);
  for (int column = 0; column < columns; ++column) {
    double const place = std::clamp(column - shift, 0.0, columns - 1.0);
    auto const before = static_cast<std::size_t>(place);
    std::size_t const behind = std::min(before + 1, still.size() - 1);
    auto const weight = static_cast<float>(place - static_cast<double>(before));
    row[column] = (1 - weight) * still[before] + weight * still[behind];
  }
}

}  // namespace pyronn::detail
