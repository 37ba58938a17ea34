// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Projective views as kernels use them: matrices and rays in voxel indices.
#include <cmath>
#include <limits>

#include <pyronn/core/config.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/projection_matrix.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>

namespace pyronn::detail {

/// A number of a view in voxels, or in pixels times mm. Throws InvalidArgument where its square has
/// no float; what kernels of float refuse, those of double do, too.
template <class Number>
Number in_range(double number) {
  expects(std::abs(number) <= 1e18,
          "View: in voxels and pixels of this grid and detector a distance is ", number,
          ", which is too much for single precision; are all lengths in mm?");
  return static_cast<Number>(number);
}
template <class Number>
Vec<Number, 3> in_range(Vec3d const& vec) {
  return {in_range<Number>(vec[0]), in_range<Number>(vec[1]), in_range<Number>(vec[2])};
}

/// The projection of a projective view, from voxel indices to (u w, v w, w).
template <class Number>
struct BasicIndexMap {
  Number row[3][4];

  static constexpr bool is_projective = true;

  template <class View>
  static BasicIndexMap make(View const& view, Grid const& grid) {
    ProjectionMatrix const matrix = view.projection_matrix();
    BasicIndexMap map{};
    Vec3d const offset = matrix(grid.origin);
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) {
        map.row[r][c] = in_range<Number>(matrix.row[r][c] * grid.spacing[c]);
      }
      map.row[r][3] = in_range<Number>(offset[r]);
    }
    return map;
  }

  PYRONN_HOST_DEVICE Vec<Number, 3> homogeneous(Vec<Number, 3> const& index) const {
    Vec<Number, 3> result{};
    for (int r = 0; r < 3; ++r) {
      result[r] =
          row[r][0] * index[0] + (row[r][1] * index[1] + (row[r][2] * index[2] + row[r][3]));
    }
    return result;
  }

  /// What one voxel further along an axis adds to the homogeneous coordinates.
  PYRONN_HOST_DEVICE Vec<Number, 3> step(int axis) const {
    return {row[0][axis], row[1][axis], row[2][axis]};
  }

  PYRONN_HOST_DEVICE DetectorPoint<Number> project(Vec<Number, 3> const& index) const {
    Vec<Number, 3> const point = homogeneous(index);
    Number const inverse = reciprocal(point[2]);
    return {point[0] * inverse, point[1] * inverse, point[2]};
  }
};
using IndexMap = BasicIndexMap<float>;

/// The projection of a z-aligned view, in which u and depth of a voxel do not depend on its z.
struct ZAlignedMap {
  float u[3];  ///< u w from x, y and 1
  float v[4];  ///< v w from x, y, z and 1
  float w[3];  ///< w from x, y and 1

  static constexpr bool is_projective = true;

  template <class View>
  static ZAlignedMap make(View const& view, Grid const& grid) {
    IndexMap const map = IndexMap::make(view, grid);
    auto const& row = map.row;
    return {{row[0][0], row[0][1], row[0][3]},
            {row[1][0], row[1][1], row[1][2], row[1][3]},
            {row[2][0], row[2][1], row[2][3]}};
  }

  PYRONN_HOST_DEVICE Vec3f homogeneous(Vec3f const& index) const {
    return {u[0] * index[0] + (u[1] * index[1] + u[2]),
            v[0] * index[0] + (v[1] * index[1] + (v[2] * index[2] + v[3])),
            w[0] * index[0] + (w[1] * index[1] + w[2])};
  }

  /// What one voxel further along x or y adds to the homogeneous coordinates.
  PYRONN_HOST_DEVICE Vec3f step(int axis) const { return {u[axis], v[axis], w[axis]}; }

  /// Whether a view is z-aligned. The entries that must vanish are compared to 1e-12 of their row:
  /// matrices that were computed in double precision, for example by inversion, have such residues.
  template <class View>
  static bool fits(View const& view, Grid const&, Extents<2>) {
    ProjectionMatrix const matrix = view.projection_matrix();
    auto const is_zero = [&matrix](int r) {
      return std::abs(matrix.row[r][2]) <= 1e-12 * length(matrix.direction(r));
    };
    return is_zero(0) && is_zero(2);
  }
};

/// The projection of a projective view of the plane, from indices (x, y) to (u w, w).
struct PlaneMap {
  float u[3];  ///< u w from x, y and 1
  float w[3];  ///< w from x, y and 1

  static constexpr bool is_projective = true;

  template <class View>
  static PlaneMap make(View const& view, Grid const& grid) {
    IndexMap const map = IndexMap::make(view, grid);
    auto const& row = map.row;
    return {{row[0][0], row[0][1], row[0][3]}, {row[2][0], row[2][1], row[2][3]}};
  }

  template <class View>
  static bool fits(View const&, Grid const&, Extents<2>) {
    return true;
  }
};

/// The rays of a projective view, in voxel indices. The parameter of a ray is counted from where it
/// crosses the plane through the grid's middle that is parallel to the detector, so that the
/// numbers from which positions are computed are as small as the volume, however far the source is.
template <class Number>
struct BasicIndexRays {
  Vec<Number, 3> middle;
  Vec<Number, 3> direction;
  Vec<Number, 3> along_u;
  Vec<Number, 3> along_v;
  Number origin_weight;     ///< weight of along_u and along_v in the origins of the rays
  Number direction_weight;  ///< weight of along_u and along_v in the directions of the rays
  Number begin;
  Number end;

  static constexpr bool is_projective = true;

  template <class View>
  static BasicIndexRays make(View const& view, Grid const& grid) {
    ProjectiveRays const rays = view.projective_rays();
    auto const to_index = [&grid](Vec3d vec) {
      for (int axis = 0; axis < 3; ++axis) vec[axis] /= grid.spacing[axis];
      return in_range<Number>(vec);
    };
    Vec3d const normal = cross(rays.along_u, rays.along_v);
    // Where the rays cross the plane. It is rounded before it is used, so that all members agree.
    auto const depth =
        in_range<Number>(dot(grid.center() - rays.origin, normal) / dot(rays.direction, normal));
    auto const moved = static_cast<double>(depth);
    return {to_index(rays.origin + moved * rays.direction - grid.origin),
            to_index(rays.direction),
            to_index(rays.along_u),
            to_index(rays.along_v),
            rays.diverge ? depth : Number{1},
            rays.diverge ? Number{1} : Number{0},
            static_cast<Number>(rays.begin - moved),
            static_cast<Number>(rays.end - moved)};
  }

  /// Makes `first_slice` the slice from which voxel indices along z are counted.
  void move_to(int first_slice) { middle[2] -= static_cast<Number>(first_slice); }

  PYRONN_HOST_DEVICE Ray<Number> ray(Number u, Number v) const {
    Vec<Number, 3> const pixel = u * along_u + v * along_v;
    return {middle + origin_weight * pixel, direction + direction_weight * pixel, begin, end};
  }
};
using IndexRays = BasicIndexRays<float>;

/// The rays of a z-aligned view, in which all rays of a detector column have the same path in (x,
/// y) and their main axis is x or y.
struct ZAlignedRays : IndexRays {
  template <class View>
  static ZAlignedRays make(View const& view, Grid const& grid) {
    ZAlignedRays rays;
    static_cast<IndexRays&>(rays) = IndexRays::make(view, grid);
    return rays;
  }

  /// Whether a view is z-aligned, with along_v parallel to z up to 1e-12, and every ray advances
  /// more along x or y than along z.
  template <class View>
  static bool fits(View const& view, Grid const& grid, Extents<2> detector) {
    ProjectiveRays const rays = view.projective_rays();
    auto const to_index = [&grid](Vec3d vec) {
      for (int axis = 0; axis < 3; ++axis) vec[axis] /= grid.spacing[axis];
      return vec;
    };
    Vec3d const along_v = to_index(rays.along_v);
    if (std::hypot(along_v[0], along_v[1]) > 1e-12 * std::abs(along_v[2])) return false;
    Vec3d const along_u = to_index(rays.diverge ? rays.along_u : Vec3d{0, 0, 0});
    Vec3d const first = to_index(rays.direction);
    double const steepest =
        max(abs(first[2]), abs(first[2] + (rays.diverge ? detector[1] - 1 : 0) * along_v[2]));
    double const tilt = abs(along_u[2]) * (detector[0] - 1);
    // All directions in (x, y) lie on a line, whose distance from 0 bounds their lengths from
    // below.
    double const least_advance = std::hypot(along_u[0], along_u[1]) > 0
                                     ? abs(first[0] * along_u[1] - first[1] * along_u[0]) /
                                           std::hypot(along_u[0], along_u[1])
                                     : std::hypot(first[0], first[1]);
    return std::sqrt(2.0) * (steepest + tilt) < least_advance;
  }
};

/// The projection and the rays of a projective view, for kernels that need both.
template <class Number>
struct BasicIndexMapAndRays {
  BasicIndexMap<Number> map;
  BasicIndexRays<Number> rays;

  static constexpr bool is_projective = true;

  template <class View>
  static BasicIndexMapAndRays make(View const& view, Grid const& grid) {
    return {BasicIndexMap<Number>::make(view, grid), BasicIndexRays<Number>::make(view, grid)};
  }
  PYRONN_HOST_DEVICE Ray<Number> ray(Number u, Number v) const { return rays.ray(u, v); }
  PYRONN_HOST_DEVICE DetectorPoint<Number> project(Vec<Number, 3> const& index) const {
    return map.project(index);
  }
};
using IndexMapAndRays = BasicIndexMapAndRays<float>;

/// The projection and the rays of a z-aligned view.
struct ZAlignedMapAndRays {
  IndexMap map;
  ZAlignedRays rays;

  static constexpr bool is_projective = true;

  template <class View>
  static ZAlignedMapAndRays make(View const& view, Grid const& grid) {
    return {IndexMap::make(view, grid), ZAlignedRays::make(view, grid)};
  }
  /// Besides, all of the grid lies before the source, with the voxels beside it, and not so near to
  /// its plane that single precision loses depths.
  template <class View>
  static bool fits(View const& view, Grid const& grid, Extents<2> detector) {
    ProjectionMatrix const matrix = view.projection_matrix();
    double nearest = std::numeric_limits<double>::infinity();
    double farthest = 0;
    for (int corner = 0; corner < 4; ++corner) {
      auto const index = [&](int axis) {
        return (corner >> axis & 1) == 0 ? -2.0 : grid.size[axis] + 1.0;
      };
      double const depth = matrix(grid.to_world({index(0), index(1), 0.0}))[2];
      nearest = min(nearest, depth);
      farthest = max(farthest, depth);
    }
    return nearest > 1e-3 * farthest && ZAlignedRays::fits(view, grid, detector);
  }
  PYRONN_HOST_DEVICE Ray<float> ray(float u, float v) const { return rays.ray(u, v); }
  PYRONN_HOST_DEVICE DetectorPoint<float> project(Vec3f const& index) const {
    return map.project(index);
  }
};

/// The projection of such a view alone, for kernels that find the rays from it.
struct UprightMap : ZAlignedMap {
  static constexpr double most_slices = 64;  ///< that project onto one row from one (x, y)

  template <class View>
  static UprightMap make(View const& view, Grid const& grid) {
    UprightMap map;
    static_cast<ZAlignedMap&>(map) = ZAlignedMap::make(view, grid);
    return map;
  }
  template <class View>
  static bool fits(View const& view, Grid const& grid, Extents<2> detector) {
    if (!ZAlignedMap::fits(view, grid, detector)) return false;
    ProjectionMatrix const matrix = view.projection_matrix();
    double const depth = matrix(grid.center())[2];
    double const rows_of_slice = abs(matrix.row[1][2]) * grid.spacing[2];
    return depth < most_slices * rows_of_slice && ZAlignedMapAndRays::fits(view, grid, detector);
  }
};

}  // namespace pyronn::detail
