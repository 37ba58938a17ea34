// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The volume that a scan on a circle sees.
#include <algorithm>
#include <cmath>

#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/scan/circular_scan.hpp>

namespace pyronn {

namespace detail {

/// How far from the axis the ray passes that is seen so many columns from it, in columns as they
/// are seen at the axis. A straight detector sees its outermost rays pass a little nearer.
inline double columns_aside(CircularScan const& scan, double columns) {
  if (scan.shape != DetectorShape::arc) return columns;
  double const step = scan.pixel[0] / scan.source_detector;
  return std::sin(std::min(columns * step, 0.5 * pi)) / step;
}

}  // namespace detail

/// The grid whose voxels are as large as pixels are seen at the axis, and which holds all that is
/// seen: across the axis what all views see, or on a full turn with the axis aside what half of
/// them see; along it as far as the rows reach at the axis, in the plane one slice. Throws
/// InvalidArgument where the scan's geometry is none, and where the axis is not seen at all.
[[nodiscard]] inline Grid volume_of_scan(CircularScan const& scan) {
  static_cast<void>(scan.geometry());
  double const before = scan.column_of_axis() + 0.5;  // columns to either side of the axis
  double const behind = scan.size[0] - before;
  detail::expects(before > 0 && behind > 0, "volume_of_scan: the axis is seen in column ",
                  detail::rounded(scan.column_of_axis()), ", outside of ", scan.size[0],
                  " columns; name a volume");
  auto const [least, most] = std::minmax_element(scan.angles.begin(), scan.angles.end());
  constexpr double full_turn = 1.75 * pi;  // less a step, which may be a large one
  bool const is_full = *most - *least >= full_turn;
  double const radius = is_full ? std::max(before, behind) : std::min(before, behind);
  double const diameter = 2 * detail::columns_aside(scan, radius);
  int const across = std::max(1, static_cast<int>(std::floor(diameter + 1e-6)));
  Vec2d const voxel = scan.pixel_at_axis();
  if (scan.is_plane()) return Grid::flat({across, across}, {voxel[0], voxel[0]});
  double const middle = (0.5 * (scan.size[1] - 1.0) - scan.row_of_isocenter()) * voxel[1];
  return Grid::centered({across, across, scan.size[1]}, {voxel[0], voxel[0], voxel[1]},
                        {0, 0, middle});
}

}  // namespace pyronn
