// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A run of voxels along one axis, seen from one view.
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/index_view.hpp>

namespace pyronn::detail {

/// Where a voxel lands, with the reciprocal of its depth; not positive where it is not seen.
struct Landing {
  float u;
  float v;
  float inverse_depth;
};

/// How the shadow of a run lies on the detector.
enum class Shadow { inside, crossing, outside };

/// A run of any view: every voxel is projected by itself.
template <class IndexView, int Axis>
class VoxelRun {
 public:
  PYRONN_HOST_DEVICE VoxelRun(IndexView const& view, Vec3f const& start)
      : view_{view}, start_{start} {}

  PYRONN_HOST_DEVICE Landing at(int k) const {
    Vec3f index = start_;
    index[Axis] += static_cast<float>(k);
    DetectorPoint<float> const point = view_.project(index);
    return {point.u, point.v, point.depth > 0.0F ? reciprocal(point.depth) : -1.0F};
  }

  /// Nothing is known between the voxels of such a run.
  PYRONN_HOST_DEVICE Shadow shadow(int, Extents<2>) const { return Shadow::crossing; }

 private:
  IndexView const& view_;
  Vec3f start_;
};

/// A run of a projective view: homogeneous coordinates are linear along it, and its shadow is a
/// segment, inside the convex detector where both ends are.
template <int Axis>
class VoxelRun<IndexMap, Axis> {
 public:
  PYRONN_HOST_DEVICE VoxelRun(IndexMap const& map, Vec3f const& start)
      : start_{map.homogeneous(start)}, step_{map.step(Axis)} {}

  PYRONN_HOST_DEVICE Landing at(int k) const {
    Vec3f const point = start_ + static_cast<float>(k) * step_;
    float const inverse = reciprocal(point[2]);
    return {point[0] * inverse, point[1] * inverse, inverse};
  }

  PYRONN_HOST_DEVICE Shadow shadow(int count, Extents<2> detector) const {
    Landing const first = at(0);
    Landing const last = at(count - 1);
    if (!(first.inverse_depth > 0.0F && last.inverse_depth > 0.0F)) return Shadow::crossing;
    auto const u_end = static_cast<float>(detector[0]);
    auto const v_end = static_cast<float>(detector[1]);
    float const u_low = min(first.u, last.u);
    float const u_high = max(first.u, last.u);
    float const v_low = min(first.v, last.v);
    float const v_high = max(first.v, last.v);
    if (u_high <= -1.0F || u_low >= u_end || v_high <= -1.0F || v_low >= v_end) {
      return Shadow::outside;
    }
    // Rounding moves what lies between the ends by far less than the margin [pixels].
    constexpr float margin = 1.0F / 32.0F;
    bool const inside = u_low >= margin && u_high <= u_end - (1.0F + margin) && v_low >= margin &&
                        v_high <= v_end - (1.0F + margin);
    return inside ? Shadow::inside : Shadow::crossing;
  }

 private:
  Vec3f start_;
  Vec3f step_;
};

}  // namespace pyronn::detail
