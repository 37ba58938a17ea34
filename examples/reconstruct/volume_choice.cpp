// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "volume_choice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <variant>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/scan/volume_of_scan.hpp>

#include "bad_input.hpp"
#include "number_text.hpp"

namespace example {
namespace {

using pyronn::Grid;

/// Of other voxels, the same space as nearly as whole voxels allow; `axes` of them are other ones.
Grid with_voxels(Grid const& grid, pyronn::Vec3d voxel, int axes) {
  pyronn::Extents<3> size = grid.size;
  for (int axis = 0; axis < axes; ++axis) {
    double const seen = grid.size[axis] * grid.spacing[axis];
    double const count = std::round(seen / voxel[axis]);
    if (axis < 2 && count < 1) {  // slices of few rows may be thick
      throw BadInput("--voxel: " + number_text(voxel[axis]) +
                     " mm is more than all that is seen, " + number_text(seen) + " mm");
    }
    if (!(count <= std::numeric_limits<int>::max())) {
      throw BadInput("--voxel: " + number_text(voxel[axis]) + " mm makes too many voxels");
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
  throw BadInput(std::string{option} + ": " + name + " from " + number_text(from) + " to " +
                 number_text(to) + " is no part of the volume, which has " + whole);
}

Grid region_of_voxels(Grid const& grid, std::vector<int> const& ends) {
  pyronn::Vec<int, 3> first{};
  pyronn::Vec<int, 3> last{};
  for (int axis = 0; axis < 3; ++axis) {
    first[axis] = ends[2 * static_cast<std::size_t>(axis)];
    last[axis] = ends[2 * static_cast<std::size_t>(axis) + 1];
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
    double const from = ends[2 * static_cast<std::size_t>(axis)];
    double const to = ends[2 * static_cast<std::size_t>(axis) + 1];
    double const spacing = grid.spacing[axis];
    double const begin = std::max(0.0, std::ceil((from - grid.origin[axis]) / spacing - 1e-9));
    double const end =
        std::min(grid.size[axis] - 1.0, std::floor((to - grid.origin[axis]) / spacing + 1e-9));
    if (!(from <= to && begin <= end)) {
      refuse_region("--region-mm", axis, from, to,
                    "centres of voxels from " + number_text(grid.origin[axis]) + " to " +
                        number_text(grid.origin[axis] + (grid.size[axis] - 1) * spacing) + " mm");
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
  int const axes = scan.is_plane() ? 2 : 3;
  if (has_voxel) grid = with_voxels(grid, voxel_of(options.voxel_mm), axes);
  return Grid::centered(has_size ? size : grid.size, grid.spacing, middle);
}

/// How far from the axis what is seen at the ends of rows is [mm].
double radius_of(pyronn::CircularScan const& circle) {
  double const before = circle.column_of_axis() + 0.5;
  return std::max(before, circle.size[0] - before) * circle.pixel_at_axis()[0];
}

/// Whether a grid comes nearer to the axis than that: what lies farther out is seen in passing by a
/// few views.
bool is_near_axis(double radius, Grid const& grid) {
  double nearest[2];
  for (int axis = 0; axis < 2; ++axis) {
    double const begin = grid.origin[axis] - 0.5 * grid.spacing[axis];
    nearest[axis] = std::clamp(0.0, begin, begin + grid.size[axis] * grid.spacing[axis]);
  }
  return std::hypot(nearest[0], nearest[1]) < radius;
}

/// Whether the shadow of a grid falls on the detector in some view: that of the box about the
/// projections of its corners.
bool is_seen(pyronn::ScanGeometry const& scan, Grid const& grid) {
  return std::visit(
      [&](auto const& geometry) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        auto const detector = geometry.detector_size();
        bool const is_plane = pyronn::is_plane_geometry_v<std::decay_t<decltype(geometry)>>;
        for (int n = 0; n < geometry.num_views(); ++n) {
          pyronn::Vec2d least{infinity, infinity};
          pyronn::Vec2d most{-infinity, -infinity};
          for (int corner = 0; corner < 8; ++corner) {
            pyronn::Vec3d index;
            for (int axis = 0; axis < 3; ++axis) {
              index[axis] = (corner >> axis & 1) == 0 ? -0.5 : grid.size[axis] - 0.5;
            }
            auto const point = geometry.view(n).project(grid.to_world(index));
            if (!(point.depth > 0 && std::isfinite(point.u + point.v))) return true;
            least = {std::min(least[0], point.u), std::min(least[1], point.v)};
            most = {std::max(most[0], point.u), std::max(most[1], point.v)};
          }
          bool const is_beside = most[0] < -0.5 || least[0] > detector[0] - 0.5;
          bool const is_off = !is_plane && (most[1] < -0.5 || least[1] > detector[1] - 0.5);
          if (!is_beside && !is_off) return true;
        }
        return false;
      },
      scan);
}

/// "x from -1 to 1, y from -1 to 1, z from 0 to 3 mm"
std::string text_of_space(Grid const& grid) {
  std::string text;
  for (int axis = 0; axis < 3; ++axis) {
    double const begin = grid.origin[axis] - 0.5 * grid.spacing[axis];
    text += (axis > 0 ? ", " : "") + std::string(1, "xyz"[axis]) + " from " + number_text(begin) +
            " to " + number_text(begin + grid.size[axis] * grid.spacing[axis]);
  }
  return text + " mm";
}

/// Refuses a picture of nothing; of a circle, what is seen lies within `radius`.
void check_is_seen(Options const& options, pyronn::Scan const& scan, double radius,
                   Grid const& grid) {
  bool const is_near = !scan.circle || is_near_axis(radius, grid);
  if (is_near && is_seen(scan.geometry, grid)) return;
  std::string const name = !options.region_voxels.empty() ? "--region"
                           : !options.region_mm.empty()   ? "--region-mm"
                           : !options.middle_mm.empty()   ? "--middle"
                                                          : options.scan.string() + ": volume";
  std::string message = name + ": what is seen holds nothing of " + text_of_space(grid);
  if (!is_near) {
    message += scan.is_plane() ? "; it is a disc" : "; it is a cylinder";
    message += " about the axis, x = y = 0, with a radius of " + number_text(radius) + " mm";
  } else if (scan.circle) {
    message += "; the scan sees " + text_of_space(pyronn::volume_of_scan(*scan.circle));
  }
  throw BadInput(message);
}

Grid part_of_volume(Options const& options, Grid const& whole) {
  if (!options.region_voxels.empty()) return region_of_voxels(whole, options.region_voxels);
  if (!options.region_mm.empty()) return region_of_mm(whole, options.region_mm);
  return whole;
}

Grid all_of_volume(Options const& options, pyronn::Scan const& scan) {
  bool const is_named =
      options.size.empty() && options.voxel_mm.empty() && options.middle_mm.empty() && scan.grid;
  Grid const whole = is_named ? *scan.grid : whole_volume(options, scan);
  if (scan.is_plane() && whole.size[2] != 1) {
    throw BadInput("--size: a scan of the plane has one slice, not " +
                   std::to_string(whole.size[2]));
  }
  return whole;
}

/// The space of a region in one voxel, within the volume's. Throws BadInput where they do not meet.
Grid space_of_region(Grid const& whole, std::vector<double> const& ends) {
  pyronn::Vec3d begin;
  pyronn::Vec3d voxel;
  for (int axis = 0; axis < 3; ++axis) {
    double const from = ends[2 * static_cast<std::size_t>(axis)];
    double const to = ends[2 * static_cast<std::size_t>(axis) + 1];
    double const first = whole.origin[axis] - 0.5 * whole.spacing[axis];
    double const last = first + whole.size[axis] * whole.spacing[axis];
    if (!(from <= to && from <= last && to >= first)) {
      refuse_region("--region-mm", axis, from, to,
                    "space from " + number_text(first) + " to " + number_text(last) + " mm");
    }
    begin[axis] = std::max(from, first);
    voxel[axis] = std::max(std::min(to, last) - begin[axis], whole.spacing[axis]);
  }
  return Grid::from_origin({1, 1, 1}, voxel, begin + 0.5 * voxel);
}

}  // namespace

Grid choose_volume(Options const& options, pyronn::Scan const& scan) {
  Grid const grid = part_of_volume(options, all_of_volume(options, scan));
  check_is_seen(options, scan, scan.circle ? radius_of(*scan.circle) : 0, grid);
  return grid;
}

Grid largest_volume(Options const& options, pyronn::Scan const& widest, double reach) {
  Grid const whole = all_of_volume(options, widest);
  if (!options.region_voxels.empty()) return region_of_voxels(whole, options.region_voxels);
  bool const has_region = !options.region_mm.empty();
  Grid const space = has_region ? space_of_region(whole, options.region_mm) : whole;
  // What a panel that is turned sees along the axis is not known yet.
  if (options.roll != "auto") check_is_seen(options, widest, reach, space);
  return whole;
}

}  // namespace example
