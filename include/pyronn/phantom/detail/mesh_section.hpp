// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How planes and lines cut triangles, so that no line passes between two that share an edge.
///
/// A point (x, y, z) stands for one that lies beyond it by an infinitely small step along every
/// axis: a plane cuts edges that begin at or below it and end above, never a vertex or a flat edge.
/// Where it cuts an edge is computed from the lower end in every triangle that has the edge, so the
/// cuts of a closed surface are closed polygons to the last bit. Lines cut polygons alike. So on
/// every line a closed surface is entered as often as it is left, whatever is rounded.
#include <algorithm>
#include <optional>

#include <pyronn/core/vec.hpp>

namespace pyronn::detail {

/// The part of a plane z = const that lies in a triangle: it runs from the edge that rises through
/// the plane to the edge that falls, both (x, y) [mm].
struct Section {
  Vec2d rising;
  Vec2d falling;

  [[nodiscard]] double lower_y() const { return std::min(rising[1], falling[1]); }
  [[nodiscard]] double upper_y() const { return std::max(rising[1], falling[1]); }

  /// 1 where a line along x enters the body, whose triangles are counter-clockwise seen from
  /// outside; -1 where it leaves.
  [[nodiscard]] int sign() const { return rising[1] < falling[1] ? 1 : -1; }

  /// Where a line along x crosses, for lower_y() <= y < upper_y().
  [[nodiscard]] double x_at(double y) const {
    Vec2d const& low = rising[1] < falling[1] ? rising : falling;
    Vec2d const& high = rising[1] < falling[1] ? falling : rising;
    return low[0] + (y - low[1]) / (high[1] - low[1]) * (high[0] - low[0]);
  }
};

/// Where an edge crosses a height, for low[2] <= z < high[2].
inline Vec2d edge_at(Vec3d const& low, Vec3d const& high, double z) {
  double const fraction = (z - low[2]) / (high[2] - low[2]);
  return {low[0] + fraction * (high[0] - low[0]), low[1] + fraction * (high[1] - low[1])};
}

/// Nothing where the plane does not cut the triangle.
inline std::optional<Section> section(Vec3d const& a, Vec3d const& b, Vec3d const& c, double z) {
  Section result{};
  bool is_cut = false;
  Vec3d const* const ends[] = {&a, &b, &c, &a};
  for (int side = 0; side < 3; ++side) {
    Vec3d const& from = *ends[side];
    Vec3d const& to = *ends[side + 1];
    if (from[2] <= z && z < to[2]) {
      result.rising = edge_at(from, to, z);
      is_cut = true;
    } else if (to[2] <= z && z < from[2]) {
      result.falling = edge_at(to, from, z);
    }
  }
  if (!is_cut) return std::nullopt;
  return result;
}

}  // namespace pyronn::detail
