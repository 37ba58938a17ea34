// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where the pixels of RTK's projections are.
#include <optional>
#include <utility>
#include <vector>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/interop/rtk_parameters.hpp>
#include <pyronn/scan/circular_scan.hpp>

namespace pyronn::detail {

using RtkViews = std::vector<rtk::CollimatedProjection>;

/// Where the pixels of projection images lie in RTK's coordinates of them [mm].
struct RtkPixels {
  Extents<2> size;
  Vec2d middle;  ///< of the image
  Vec2d u_step;  ///< from a pixel to the next along a row
  Vec2d v_step;  ///< from a row to the next

  /// Whether rows and columns run along the coordinates.
  [[nodiscard]] bool is_upright() const {
    return u_step[0] > 0 && u_step[1] == 0 && v_step[0] == 0 && v_step[1] > 0;
  }
};

/// Puts the steps of these pixels in the place of unit steps along RTK's coordinates.
template <class Vectors>
Vectors with_steps_of(RtkPixels const& pixels, Vectors vectors) {
  auto const [u, v] = std::pair{vectors.u_step, vectors.v_step};
  vectors.u_step = pixels.u_step[0] * u + pixels.u_step[1] * v;
  vectors.v_step = pixels.v_step[0] * u + pixels.v_step[1] * v;
  return vectors;
}

/// In RTK's own world.
inline ConeVectors cone_vectors_of(rtk::Projection const& view, RtkPixels const& pixels) {
  return with_steps_of(pixels, rtk::vectors(view, {pixels.size, {1, 1}, pixels.middle}));
}

/// In RTK's own world.
inline ParallelVectors parallel_vectors_of(rtk::Projection const& view, RtkPixels const& pixels) {
  return with_steps_of(pixels, rtk::parallel_vectors(view, {pixels.size, {1, 1}, pixels.middle}));
}

/// The circle that views with these images are on, if they are.
inline std::optional<CircularScan> circle_of_rtk(RtkViews const& views, RtkPixels const& pixels) {
  rtk::Projection const& first = views.front().projection;
  bool is_circle = pixels.is_upright();
  std::vector<double> angles;
  for (auto const& [view, jaws] : views) {
    is_circle = is_circle && view.out_of_plane_angle == 0 &&
                view.in_plane_angle == first.in_plane_angle &&
                view.projection_offset_x == first.projection_offset_x &&
                view.projection_offset_y == first.projection_offset_y;
    bool const is_plain = view.source_to_isocenter_distance == first.source_to_isocenter_distance &&
                          view.source_to_detector_distance == first.source_to_detector_distance &&
                          view.source_offset_x == 0 && view.source_offset_y == 0;
    is_circle = is_circle && (is_plain || first.is_parallel());
    angles.push_back(view.gantry_angle);
  }
  if (!is_circle) return std::nullopt;
  CircularScan circle{pixels.size, {pixels.u_step[0], pixels.v_step[1]}, std::move(angles)};
  circle.axis_column =
      circle.column_of_axis() - (first.projection_offset_x + pixels.middle[0]) / circle.pixel[0];
  circle.central_row =
      circle.row_of_isocenter() - (first.projection_offset_y + pixels.middle[1]) / circle.pixel[1];
  circle.roll = first.in_plane_angle;
  if (!first.is_parallel()) {
    circle.source_isocenter = first.source_to_isocenter_distance;
    circle.source_detector = first.source_to_detector_distance;
  }
  return circle;
}

}  // namespace pyronn::detail
