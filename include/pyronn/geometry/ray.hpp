// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ray and DetectorPoint: what the views of geometries return.
#include <limits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/vec.hpp>

namespace pyronn {

/// The line that one pixel sees: the points `origin + t * direction` with t from `begin` to `end`.
/// A geometry's rays are in world mm; kernels use voxel indices. The direction need not have unit
/// length.
template <class T>
struct Ray {
  Vec<T, 3> origin;                            ///< the point at t = 0
  Vec<T, 3> direction;                         ///< what is added while t grows by 1
  T begin = T{0};                              ///< first t; may be minus infinity
  T end = std::numeric_limits<T>::infinity();  ///< last t
};

namespace detail {

/// Every number of a ray as another type, rounded as static_cast rounds.
template <class To, class From>
PYRONN_HOST_DEVICE constexpr Ray<To> ray_cast(Ray<From> const& ray) {
  return {vec_cast<To>(ray.origin), vec_cast<To>(ray.direction), static_cast<To>(ray.begin),
          static_cast<To>(ray.end)};
}

}  // namespace detail

/// The projection of a world point onto the detector.
template <class T>
struct DetectorPoint {
  T u;  ///< pixel index along a row; pixel centres are at integers
  T v;  ///< pixel index across the rows
  /// DistanceWeighted divides by its square. It is for a flat detector the distance from the source
  /// along the detector's normal [mm], for an arc about the source the distance from it [mm], for
  /// parallel rays 1. A point whose depth is not positive is not seen.
  T depth;
};

}  // namespace pyronn
