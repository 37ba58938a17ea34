// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How much of a block's work there is where rays miss the volume, or voxels the detector: by some
/// of its rays, and of its voxels.
#include <algorithm>
#include <cmath>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/shadow.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/detail/clip.hpp>
#include <pyronn/operators/detail/view_indices.hpp>
#include <pyronn/operators/part.hpp>

namespace pyronn::detail {

/// Points that fill a cube of four sides evenly, and each of its sides: the sequence R of
/// M. Roberts, multiples of powers of a root of x^5 = x + 1, without their whole parts.
struct EvenPoints {
  static constexpr int count = 1024;

  /// One of the numbers [first, first + size).
  static int number(int point, int side, int first, int size) {
    constexpr double steps[] = {0.8566748838545029, 0.7338918566271260, 0.6287067210378087,
                                0.5385972572236101};
    double const at = 0.5 + point * steps[side];
    return first + std::min(size - 1, static_cast<int>((at - std::floor(at)) * size));
  }
};

/// The voxels that a ray passes along its main axis within some slices of a grid.
template <class T>
double steps_of(Ray<T> const& ray, Grid const& grid, Slab const& slices) {
  int const first[] = {0, 0, slices.first_slice};
  int const count[] = {grid.size[0], grid.size[1], slices.num_slices};
  auto low = static_cast<double>(ray.begin);
  auto high = static_cast<double>(ray.end);
  double most = 0;
  for (int axis = 0; axis < 3; ++axis) {
    double const slope = static_cast<double>(ray.direction[axis]) / grid.spacing[axis];
    double const base =
        (static_cast<double>(ray.origin[axis]) - grid.origin[axis]) / grid.spacing[axis];
    clip(base, slope, first[axis] - 0.5, first[axis] + count[axis] - 0.5, low, high);
    most = std::max(most, std::abs(slope));
  }
  double const steps = (high - low) * most;
  return std::isfinite(steps) ? std::max(steps, 0.0) : 0;
}

/// The mean of that over rays of some rows and views. Where a geometry has no rays, that of rays
/// along x.
template <class Geometry>
double mean_steps(Geometry const& geometry, Grid const& grid, Slab const& slices,
                  DetectorRows const& rows, ViewIndices const& views) {
  if constexpr (is_traceable_geometry_v<Geometry>) {
    using Number = pixel_scalar_t<view_t<Geometry>>;
    int const columns = geometry.detector_size()[0];
    double sum = 0;
    for (int n = 0; n < EvenPoints::count; ++n) {
      auto const view = geometry.view(views[EvenPoints::number(n, 0, 0, views.count)]);
      auto const u = static_cast<Number>(EvenPoints::number(n, 1, 0, columns));
      auto const v = static_cast<Number>(EvenPoints::number(n, 2, rows.first, rows.count));
      sum += steps_of(view.ray(u, v), grid, slices);
    }
    return sum / EvenPoints::count;
  } else {
    return static_cast<double>(grid.size[0]) * slices.num_slices / grid.size[2];
  }
}

/// Whether the detector of a view sees a point.
template <class View>
bool is_seen(View const& view, Extents<2> const& detector, Vec3d const& point) {
  auto const at = view.project(vec_cast<projection_scalar_t<View>>(point));
  auto const is_within = [](double pixel, int pixels) { return pixel > -1 && pixel < pixels; };
  return at.depth > 0 && is_within(static_cast<double>(at.u), detector[0]) &&
         is_within(static_cast<double>(at.v), detector[1]);
}

/// The share of pairs of a voxel of some slices and a view whose detector sees it. All where a
/// geometry does not project.
template <class Geometry>
double seen_share(Geometry const& geometry, Grid const& grid, Slab const& slices,
                  ViewIndices const& views) {
  if constexpr (is_projectable_geometry_v<Geometry>) {
    int seen = 0;
    for (int n = 0; n < EvenPoints::count; ++n) {
      auto const view = geometry.view(views[EvenPoints::number(n, 0, 0, views.count)]);
      Vec3d index;
      for (int axis = 0; axis < 3; ++axis) {
        int const first = axis == 2 ? slices.first_slice : 0;
        int const size = axis == 2 ? slices.num_slices : grid.size[axis];
        index[axis] = EvenPoints::number(n, axis + 1, first, size);
      }
      if (is_seen(view, geometry.detector_size(), grid.to_world(index))) ++seen;
    }
    return static_cast<double>(seen) / EvenPoints::count;
  } else {
    return 1;
  }
}

}  // namespace pyronn::detail
