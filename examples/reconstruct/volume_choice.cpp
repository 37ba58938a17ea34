// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "volume_choice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/scan/volume_of_scan.hpp>

#include "bad_input.hpp"

namespace example {
namespace {

using pyronn::Grid;

/// Of other voxels, the same space as nearly as whole voxels allow.
Grid with_voxels(Grid const& grid, pyronn::Vec3d voxel) {
  pyronn::Extents<3> size{};
  for (int axis = 0; axis < 3; ++axis) {
    double const count = std::round(grid.size[axis] * grid.spacing[axis] / voxel[axis]);
    if (!(count <= std::numeric_limits<int>::max())) {
      throw BadInput("--voxel: " + std::to_string(voxel[axis]) + " mm makes too many voxels");
    }
    size[axis] = std::max(1, static_cast<int>(count));
  }
  return Grid::centered(size, voxel, grid.center());
}

Grid part_of(Grid const& grid, pyronn::Vec<int, 3> first, pyronn::Vec<int, 3> last) {
  pyronn::Extents<3> size{};
  pyronn::Vec3d index;
  for (int axis = 0; axis < 3; ++axis) {
    size[axis] = last[axis] - first[axis] + 1;
    index[axis] = first[axis];
  }
  return Grid::from_origin(size, grid.spacing, grid.to_world(index));
}

[[noreturn]] void refuse_region(char const* option, int axis, double from, double to,
                                std::string const& whole) {
  std::string const name(1, "xyz"[axis]);
  throw BadInput(std::string{option} + ": " + name + " from " + std::to_string(from) + " to " +
                 std::to_string(to) + " is no part of the volume, which has " + whole);
}

Grid region_of_voxels(Grid const& grid, std::vector<int> const& ends) {
  pyronn::Vec<int, 3> first{};
  pyronn::Vec<int, 3> last{};
  for (int axis = 0; axis < 3; ++axis) {
    first[axis] = ends[static_cast<std::size_t>(2 * axis)];
    last[axis] = ends[static_cast<std::size_t>(2 * axis + 1)];
    if (first[axis] < 0 || last[axis] < first[axis] || last[axis] >= grid.size[axis]) {
      refuse_region("--region", axis, first[axis], last[axis],
                    std::to_string(grid.size[axis]) + " voxels");
    }
  }
  return part_of(grid, first, last);
}

/// The voxels whose centres lie in the region.
Grid region_of_mm(Grid const& grid, std::vector<double> const& ends) {
  pyronn::Vec<int, 3> first{};
  pyronn::Vec<int, 3> last{};
  for (int axis = 0; axis < 3; ++axis) {
    double const from = ends[static_cast<std::size_t>(2 * axis)];
    double const to = ends[static_cast<std::size_t>(2 * axis + 1)];
    double const spacing = grid.spacing[axis];
    double const begin = std::max(0.0, std::ceil((from - grid.origin[axis]) / spacing - 1e-9));
    double const end =
        std::min(grid.size[axis] - 1.0, std::floor((to - grid.origin[axis]) / spacing + 1e-9));
    if (!(from <= to && begin <= end)) {
      refuse_region("--region-mm", axis, from, to,
                    "centres of voxels from " + std::to_string(grid.origin[axis]) + " to " +
                        std::to_string(grid.origin[axis] + (grid.size[axis] - 1) * spacing) +
                        " mm");
    }
    first[axis] = static_cast<int>(begin);
    last[axis] = static_cast<int>(end);
  }
  return part_of(grid, first, last);
}

/// The file's volume, or what the scan sees.
Grid usual_volume(Options const& options, pyronn::Scan const& scan) {
  if (scan.grid) return *scan.grid;
  if (scan.circle) return pyronn::volume_of_scan(*scan.circle);
  throw BadInput(options.scan.string() + ": volume: is missing; name one with --size and --voxel");
}

pyronn::Vec3d voxel_of(std::vector<double> const& voxel) {
  bool const is_cube = voxel.size() == 1;
  return {voxel[0], is_cube ? voxel[0] : voxel[1], is_cube ? voxel[0] : voxel[2]};
}

Grid whole_volume(Options const& options, pyronn::Scan const& scan) {
  bool const has_size = !options.size.empty();
  bool const has_voxel = !options.voxel_mm.empty();
  bool const has_middle = !options.middle_mm.empty();
  pyronn::Vec3d middle{};
  if (has_middle) middle = {options.middle_mm[0], options.middle_mm[1], options.middle_mm[2]};
  pyronn::Extents<3> size{};
  if (has_size) size = {options.size[0], options.size[1], options.size[2]};
  bool const is_known = scan.grid || scan.circle;
  if (has_size && has_voxel && (has_middle || !is_known)) {
    return Grid::centered(size, voxel_of(options.voxel_mm), middle);
  }
  Grid grid = usual_volume(options, scan);
  if (!has_middle) middle = grid.center();
  if (has_voxel && has_size) return Grid::centered(size, voxel_of(options.voxel_mm), middle);
  if (has_voxel) grid = with_voxels(grid, voxel_of(options.voxel_mm));
  return Grid::centered(has_size ? size : grid.size, grid.spacing, middle);
}

}  // namespace

Grid choose_volume(Options const& options, pyronn::Scan const& scan) {
  bool const is_named =
      options.size.empty() && options.voxel_mm.empty() && options.middle_mm.empty() && scan.grid;
  Grid const whole = is_named ? *scan.grid : whole_volume(options, scan);
  if (scan.is_plane() && whole.size[2] != 1) {
    throw BadInput("--size: a scan of the plane has one slice, not " +
                   std::to_string(whole.size[2]));
  }
  if (!options.region_voxels.empty()) return region_of_voxels(whole, options.region_voxels);
  if (!options.region_mm.empty()) return region_of_mm(whole, options.region_mm);
  return whole;
}

}  // namespace example
