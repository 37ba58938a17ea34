// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The distances between the pixels of a map's images, which penalties of slopes need.
#include <cmath>
#include <optional>
#include <utility>

#include <pyronn/core/detail/detected.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/recon/solver/slices_beside.hpp>

namespace pyronn::detail {

template <class Map>
using GridSpacingOf = decltype(Vec3d{std::declval<Map const&>().grid().spacing});

/// The one that was given, else that of the map's grid, else 1. Throws InvalidArgument unless it is
/// positive and finite.
template <class Map>
Vec3d spacing_of_slabs(char const* solver, Map const& map, std::optional<Vec3d> const& given) {
  Vec3d result{1, 1, 1};
  if (given.has_value()) {
    result = *given;
  } else if constexpr (is_detected_v<GridSpacingOf, Map>) {
    result = map.grid().spacing;
  }
  for (int axis = 0; axis < 3; ++axis) {
    expects(result[axis] > 0 && std::isfinite(result[axis]), solver, ": spacing ", result,
            " must be positive and finite on every axis");
  }
  return result;
}

/// The same for solvers that must have all neighbours of a pixel.
template <class Map>
Vec3d pixel_spacing(char const* solver, Map const& map, std::optional<Vec3d> const& given) {
  static_assert(!has_slices_beside_v<Map>,
                "Of solvers that look at neighbouring pixels FistaTv alone works on slabs of an "
                "image, as several ranks have them.");
  return spacing_of_slabs(solver, map, given);
}

}  // namespace pyronn::detail
