// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// The line that one pixel sees: the points `origin + t * direction` with t from `begin` to `end`.
/// Coordinates in mm where a geometry hands it out, in voxel indices inside the kernels. The
/// direction need not have unit length.
template <class T>
struct Ray {
  Vec<T, 3> origin;                            ///< the point at t = 0
  Vec<T, 3> direction;                         ///< the way while t grows by 1
  T begin = T{0};                              ///< first t; may be minus infinity
  T end = std::numeric_limits<T>::infinity();  ///< last t
};

/// Where a world point lands on the detector.
template <class T>
struct DetectorPoint {
  T u;      ///< pixel index along a row; pixel centres are at integers
  T v;      ///< pixel index across the rows
  T depth;  ///< distance from the source along the detector's normal [mm]; not positive: not seen
};

}  // namespace pyronn
