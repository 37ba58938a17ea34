// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What is wrong with the measures of a panel, as where files or people take another unit.
#include <algorithm>
#include <string>

#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/scan/circular_scan.hpp>

namespace pyronn::detail {

/// Of the distances between pixels [mm]; empty: nothing.
inline std::string fault_of_pixel(Vec2d const& pixel) {
  for (double const side : {pixel[0], pixel[1]}) {
    constexpr double shortest = 1e-9;
    constexpr double longest = 1e4;
    if (side >= shortest && side <= longest) continue;
    return message("pixels of ", pixel[0], " x ", pixel[1],
                   " mm are none of a detector's; are they in another "
                   "unit?");
  }
  constexpr double most = 50;  // binned rows and single lines are longer than wide, but not so much
  double const ratio = std::max(pixel[0], pixel[1]) / std::min(pixel[0], pixel[1]);
  if (ratio <= most) return "";
  return message("pixels of ", pixel[0], " x ", pixel[1], " mm have sides whose ratio is ",
                 rounded(ratio), "; is one of them in another unit?");
}

/// Of a panel's pixels, and of its width beside the distance of its source; empty: nothing.
inline std::string fault_of_panel(CircularScan const& scan) {
  if (scan.is_plane()) return "";
  std::string fault = fault_of_pixel(scan.pixel);
  if (!fault.empty()) return fault;
  double const width = scan.size[0] * scan.pixel[0];
  if (scan.is_parallel()) {
    constexpr double widest = 1e4;
    if (width <= widest) return "";
    return message("a panel of ", rounded(width), " mm, ", scan.size[0], " pixels of ",
                   scan.pixel[0], " mm, is too wide for any beam; are they in another unit?");
  }
  constexpr double most_magnification = 1e6;
  double const magnification = scan.source_detector / scan.source_isocenter;
  if (!(magnification <= most_magnification)) {
    return message("a source ", scan.source_isocenter, " mm from the axis and ",
                   scan.source_detector, " mm from the panel magnifies by ", rounded(magnification),
                   "; is one of them in another unit?");
  }
  constexpr double most = 20;  // of both sides half as much: 84 degrees
  if (width <= most * scan.source_detector) return "";
  return message("a panel of ", rounded(width), " mm, ", scan.size[0], " pixels of ", scan.pixel[0],
                 " mm, is too wide for a source ", scan.source_detector,
                 " mm away; is one of them in another unit?");
}

}  // namespace pyronn::detail
