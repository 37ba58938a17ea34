// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// WorldAxes: what the axes of a grid are called in the world of another program.
#include <array>
#include <cstddef>

namespace pyronn {

/// Which axes of another program's world the axes x, y, z of a grid are. A file of a volume that
/// says so lies where that program's own volumes do, in the same array.
enum class WorldAxes {
  xyz,  ///< the same
  zxy   ///< its z, x, y, as with RTK, whose source turns about y
};

namespace detail {

/// The index of the axis of that world which each axis of a grid is.
inline std::array<int, 3> axis_indices(WorldAxes axes) {
  return axes == WorldAxes::zxy ? std::array<int, 3>{2, 0, 1} : std::array<int, 3>{0, 1, 2};
}

/// The same vector with the components of that world.
template <class Vector>
Vector to_world_axes(WorldAxes axes, Vector const& vector) {
  Vector result{};
  for (int i = 0; i < 3; ++i) result[axis_indices(axes)[static_cast<std::size_t>(i)]] = vector[i];
  return result;
}

}  // namespace detail

}  // namespace pyronn
