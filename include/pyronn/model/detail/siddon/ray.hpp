// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// BasicSiddonRay: the lengths of one ray in the voxels.

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/model/ray_driven.hpp>

namespace pyronn::detail {

/// A ray parametrised by its length: where, in mm from its origin, it crosses the planes between
/// voxels. R. L. Siddon, "Fast calculation of the exact radiological path for a three-dimensional
/// CT array", Med. Phys. 12 (1985): the weight of a voxel is the length between the last of the
/// planes by which the ray enters it and the first by which the ray leaves it. Forward and
/// backprojection compute where a plane is crossed by the same formula, whose results stay in order
/// when they are rounded, so that they agree and the weights add up to the path through the volume.
/// A voxel owns its lower faces, so that a ray in a face counts for one voxel.
template <class Number>
class BasicSiddonRay {
 public:
  /// `ray` is in voxel indices, `size` the volume's and `spacing` in mm.
  PYRONN_HOST_DEVICE BasicSiddonRay(Ray<Number> const& ray, Extents<3> const& size,
                                    Vec<Number, 3> const& spacing)
      : origin_{ray.origin} {
    Number const scale_mm = length(scale(ray.direction, spacing));
    Number const probe = origin_[0] + origin_[1] + origin_[2] + scale_mm;
    // A ray with coordinates that are not finite meets no voxel.
    if (!(scale_mm > 0 && abs(probe) < beyond_all<Number>)) return;
    begin_ = ray.begin * scale_mm;
    end_ = ray.end * scale_mm;
    Number const most =
        max(abs(ray.direction[0]), max(abs(ray.direction[1]), abs(ray.direction[2])));
    // Residues of sines and of matrices are no slope.
    constexpr auto parallel = static_cast<Number>(1e-12F);
    for (int axis = 0; axis < 3; ++axis) {
      if (abs(ray.direction[axis]) <= parallel * most) {
        stay(axis, static_cast<Number>(size[axis]));
      } else {
        advance_[axis] = scale_mm / ray.direction[axis];
        clip(axis, 0, size[axis], begin_, end_);
      }
    }
  }

  /// The length of the ray in the voxel [mm].
  template <class Interp>
  [[nodiscard]] PYRONN_HOST_DEVICE Number weight(Vec<int, 3> const& voxel) const {
    Number low = begin_;
    Number high = end_;
    for (int axis = 0; axis < 3; ++axis) {
      if (!is_parallel(axis)) {
        clip(axis, voxel[axis], voxel[axis] + 1, low, high);
      } else if (voxel[axis] != column_[axis]) {
        return 0;
      }
    }
    return high > low ? high - low : Number{0};
  }

  /// The sum of the values of the slab's voxels times the lengths of the ray in them.
  template <class Slab>
  [[nodiscard]] PYRONN_HOST_DEVICE Number integral(Slab const& slab) const {
    Number at = begin_;
    Number high = end_;
    if (!is_parallel(2)) {
      clip(2, slab.first, slab.first + slab.count, at, high);
    } else if (column_[2] < slab.first || column_[2] >= slab.first + slab.count) {
      return 0;
    }
    Number sum = 0;
    follow(at, high, [&](Vec<int, 3> const& voxel, Number in_voxel) {
      sum += in_voxel * slab.slice(voxel[2] - slab.first).texel_inside(voxel[0], voxel[1]);
    });
    return sum;
  }

  /// Calls `add(voxel, weight)` for the voxels of a box that have a weight.
  template <class Interp, int Dimension, class Add>
  PYRONN_HOST_DEVICE void for_each_weight(VoxelBox const& box, Add const& add) const {
    Number at = begin_;
    Number high = end_;
    for (int axis = 0; axis < 3; ++axis) {
      if (!is_parallel(axis)) {
        clip(axis, box.first[axis], box.end[axis], at, high);
      } else if (column_[axis] < box.first[axis] || column_[axis] >= box.end[axis]) {
        return;
      }
    }
    follow(at, high, add);
  }

 private:
  /// Calls `visit(voxel, length)` for the voxels between two places [mm] of the ray in the volume.
  template <class Visit>
  PYRONN_HOST_DEVICE void follow(Number at, Number high, Visit const& visit) const {
    if (!(at < high)) return;
    Vec<int, 3> voxel = voxel_at(at);
    Vec<Number, 3> next{exit(0, voxel[0]), exit(1, voxel[1]), exit(2, voxel[2])};
    while (at < high) {
      Number const to = min(min(next[0], next[1]), min(next[2], high));
      if (to > at) visit(voxel, to - at);
      for (int axis = 0; axis < 3; ++axis) {
        if (next[axis] <= to) {
          voxel[axis] += step(axis);
          next[axis] = exit(axis, voxel[axis]);
        }
      }
      at = to;
    }
  }

  /// Whether the ray is parallel to the planes of an axis, and crosses none of them.
  [[nodiscard]] PYRONN_HOST_DEVICE bool is_parallel(int axis) const { return advance_[axis] == 0; }
  [[nodiscard]] PYRONN_HOST_DEVICE int step(int axis) const { return advance_[axis] > 0 ? 1 : -1; }

  /// Where the ray crosses the plane below voxel n [mm].
  [[nodiscard]] PYRONN_HOST_DEVICE Number plane(int axis, int n) const {
    return (static_cast<Number>(n) - Number{1} / 2 - origin_[axis]) * advance_[axis];
  }
  /// Where the ray enters and where it leaves the voxels with index n on an axis [mm].
  [[nodiscard]] PYRONN_HOST_DEVICE Number entry(int axis, int n) const {
    return plane(axis, advance_[axis] > 0 ? n : n + 1);
  }
  [[nodiscard]] PYRONN_HOST_DEVICE Number exit(int axis, int n) const {
    return is_parallel(axis) ? anywhere_of<Number> : plane(axis, advance_[axis] > 0 ? n + 1 : n);
  }

  /// Narrows [low, high] to the ray between the planes below the voxels `from` and `to`.
  PYRONN_HOST_DEVICE void clip(int axis, int from, int to, Number& low, Number& high) const {
    Number const a = plane(axis, from);
    Number const b = plane(axis, to);
    low = max(low, min(a, b));
    high = min(high, max(a, b));
  }

  /// Sets the one voxel index that a ray has all along an axis whose planes it does not cross; the
  /// ray is empty where it runs outside the volume.
  PYRONN_HOST_DEVICE void stay(int axis, Number size) {
    if (origin_[axis] >= -(Number{1} / 2) && origin_[axis] < size - Number{1} / 2) {
      column_[axis] = floor_to_int(origin_[axis] + Number{1} / 2);
    } else {
      end_ = begin_;
    }
  }

  /// The voxel in which the ray is, or which it enters, `at` mm from its origin, in the volume.
  [[nodiscard]] PYRONN_HOST_DEVICE Vec<int, 3> voxel_at(Number at) const {
    Vec<int, 3> voxel{column_[0], column_[1], column_[2]};
    for (int axis = 0; axis < 3; ++axis) {
      if (is_parallel(axis)) continue;
      voxel[axis] = floor_to_int(origin_[axis] + at / advance_[axis] + Number{1} / 2);
      // Rounding may have given one of its neighbours.
      while (exit(axis, voxel[axis]) <= at) voxel[axis] += step(axis);
      while (entry(axis, voxel[axis]) > at) voxel[axis] -= step(axis);
    }
    return voxel;
  }

  Vec<Number, 3> origin_;            ///< in voxel indices
  Vec<Number, 3> advance_{0, 0, 0};  ///< length of ray from plane to plane [mm]; 0: parallel
  int column_[3] = {0, 0, 0};        ///< voxel index along axes whose planes the ray does not cross
  Number begin_ = 0;                 ///< where the ray enters the volume [mm]
  Number end_ = 0;                   ///< where it leaves the volume [mm]
};
/// Makes a BasicSiddonRay for RayDrivenForward and RayDrivenBack.
struct TraceSiddon {
  /// Half a voxel, and a margin for rounding.
  static constexpr float reach = 0.5F + 1.0F / 32.0F;

  template <class Number>
  PYRONN_HOST_DEVICE BasicSiddonRay<Number> operator()(Ray<Number> const& ray,
                                                       Extents<3> const& size,
                                                       Vec<Number, 3> const& spacing) const {
    return {ray, size, spacing};
  }
};

}  // namespace pyronn::detail
