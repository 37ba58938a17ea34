// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the rows of a detector must be for filters that work along them.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include <pyronn/core/error.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/recon/fbp/traits.hpp>
#include <pyronn/recon/redundancy/detail/reach.hpp>

namespace pyronn::detail {

/// By how much a row leaves the plane with this normal [rad].
inline double row_tilt(Vec3d const& row, Vec3d const& normal) {
  return std::asin(std::min(1.0, std::abs(dot(row, normal)) / length(row)));
}

/// Throws InvalidArgument unless the rows of a detector run in the plane of the orbit, in which the
/// ramp filter works, but for a few degrees.
inline void check_rows(char const* function, Vec3d const& row, Vec3d const& normal, int view) {
  double const tilt = row_tilt(row, normal) / degree;
  constexpr double most = 6.0;
  expects(tilt <= most, function,
          ": detector rows must run in the plane of the orbit, but in view ", view, " u is ",
          rounded(tilt), " degrees out of it; are u and v swapped?");
}

/// Throws InvalidArgument where opposite rays of an offset detector, which complete one another,
/// lie on rows that are turned against each other. What a program says of its own views is not
/// looked at.
template <class View>
void check_offset_rows(char const* function, View const& view, Vec3d const& normal,
                       std::size_t number) {
  if constexpr (is_flat_view_v<View>) {
    double const tilt = row_tilt(view.projective_rays().along_u, normal) / degree;
    expects(
        tilt <= 1.0, function,
        ": with Redundancy::wang, detector rows must run in the plane of the orbit, but those of "
        "view ",
        number, " are ", rounded(tilt), " degrees out of it; the limit is 1 degree");
  }
}

}  // namespace pyronn::detail
