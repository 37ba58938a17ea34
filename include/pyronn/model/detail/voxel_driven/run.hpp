// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// VoxelRun: the projection of a run of voxels along one axis in one view.
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>
#include <pyronn/model/detail/views/index_view.hpp>

namespace pyronn::detail {

/// The pixel position onto which a voxel projects, and the reciprocal of its depth, which is
/// negative where the voxel is not in front of the source.
struct ProjectedVoxel {
  float u;
  float v;
  float inverse_depth;
};

/// Voxels whose depth is less count as lying in the plane of the source: 1 / depth may overflow.
inline constexpr float least_depth = 1e-18F;

/// True in front of the source, false behind it and in its plane. An infinite depth, whose
/// reciprocal is 0, is in front.
PYRONN_HOST_DEVICE inline bool is_before_source(ProjectedVoxel const& projected) {
  return projected.inverse_depth >= 0.0F && projected.inverse_depth < 1.0F / least_depth;
}

/// How a run of voxels projects onto the detector. `meets` is false where no voxel takes anything
/// from the detector; `inside` is true where every voxel projects so far inside the border that all
/// its samples exist.
struct Footprint {
  bool meets;
  bool inside;
};

/// The footprint of voxels that project between these columns and rows, on a detector whose samples
/// exist within `exist`.
PYRONN_HOST_DEVICE inline Footprint footprint_of(float u_low, float u_high, float v_low,
                                                 float v_high, Extents<2> detector,
                                                 SampleBounds const& exist) {
  // The voxels between the ends may project outside the bounds of the ends, by rounding, but by far
  // less than this margin [pixels].
  constexpr float margin = 1.0F / 32.0F;
  bool const misses = u_high <= -1.0F || u_low >= static_cast<float>(detector[0]) ||
                      v_high <= -1.0F || v_low >= static_cast<float>(detector[1]);
  bool const inside = u_low >= exist.a_low + margin && u_high <= exist.a_high - margin &&
                      v_low >= exist.b_low + margin && v_high <= exist.b_high - margin;
  return {!misses, inside};
}

/// A run of `Count` voxels in any view: each voxel is projected by itself, once.
template <class IndexView, int Axis, int Count>
class VoxelRun {
 public:
  PYRONN_HOST_DEVICE VoxelRun(IndexView const& view, Vec3f const& start) {
    for (int k = 0; k < Count; ++k) {
      Vec3f index = start;
      index[Axis] += static_cast<float>(k);
      DetectorPoint<float> const point = view.project(index);
      u_[k] = point.u;
      v_[k] = point.v;
      depth_[k] = point.depth;
    }
  }

  PYRONN_HOST_DEVICE ProjectedVoxel at(int k) const {
    return {u_[k], v_[k], depth_[k] > 0.0F ? reciprocal(depth_[k]) : -1.0F};
  }

  /// Such a view says nothing about the voxels between the ends of a run, so every voxel is tested.
  /// The tests are combined without branches, which would take longer.
  PYRONN_HOST_DEVICE Footprint footprint(int count, Extents<2> detector, SampleBounds exist) const {
    // Samples beside the detector are zero. A slice may say that they can be read, as textures do,
    // but they need not be.
    exist.a_low = max(exist.a_low, 0.0F);
    exist.a_high = min(exist.a_high, static_cast<float>(detector[0]));
    int outside = 0;
    for (int k = 0; k < count; ++k) {
      bool const is_inside = both(depth_[k] > least_depth, exist.contain(u_[k], v_[k]));
      outside |= is_inside ? 0 : 1;
    }
    if (outside == 0) return {true, true};
    bool meets = false;
    for (int k = 0; k < count; ++k) {
      bool const misses = u_[k] <= exist.a_low - 1.0F || u_[k] >= exist.a_high + 1.0F ||
                          v_[k] <= exist.b_low - 1.0F || v_[k] >= exist.b_high + 1.0F;
      meets = either(meets, depth_[k] > least_depth && !misses);
    }
    return {meets, false};
  }

 private:
  float u_[Count];
  float v_[Count];
  float depth_[Count];
};

/// A run in a projective view. Homogeneous coordinates are linear along it, and it projects onto a
/// line segment, which is inside the detector, a convex rectangle, where both ends are.
class ProjectiveRun {
 public:
  PYRONN_HOST_DEVICE ProjectiveRun(Vec3f const& start, Vec3f const& step)
      : start_{start}, step_{step} {}

  PYRONN_HOST_DEVICE ProjectedVoxel at(int k) const {
    Vec3f const point = start_ + static_cast<float>(k) * step_;
    float const inverse = reciprocal(point[2]);
    return {point[0] * inverse, point[1] * inverse, inverse};
  }

  PYRONN_HOST_DEVICE Footprint footprint(int count, Extents<2> detector,
                                         SampleBounds const& exist) const {
    ProjectedVoxel const first = at(0);
    ProjectedVoxel const last = at(count - 1);
    if (!(is_before_source(first) && is_before_source(last))) return {true, false};
    return footprint_of(min(first.u, last.u), max(first.u, last.u), min(first.v, last.v),
                        max(first.v, last.v), detector, exist);
  }

 private:
  Vec3f start_;
  Vec3f step_;
};

template <int Axis, int Count>
class VoxelRun<IndexMap, Axis, Count> : public ProjectiveRun {
 public:
  PYRONN_HOST_DEVICE VoxelRun(IndexMap const& map, Vec3f const& start)
      : ProjectiveRun{map.homogeneous(start), map.step(Axis)} {}
};

/// A run along x or y in a z-aligned view.
template <int Axis, int Count>
class VoxelRun<ZAlignedMap, Axis, Count> : public ProjectiveRun {
 public:
  PYRONN_HOST_DEVICE VoxelRun(ZAlignedMap const& map, Vec3f const& start)
      : ProjectiveRun{map.homogeneous(start), map.step(Axis)} {}
};

/// A run along z in a z-aligned view: only v changes along it, by the same amount from voxel to
/// voxel.
template <int Count>
class VoxelRun<ZAlignedMap, 2, Count> {
 public:
  PYRONN_HOST_DEVICE VoxelRun(ZAlignedMap const& map, Vec3f const& start) {
    auto const at = [&start](float const(&row)[3]) {
      return row[0] * start[0] + (row[1] * start[1] + row[2]);
    };
    inverse_depth_ = reciprocal(at(map.w));
    u_ = at(map.u) * inverse_depth_;
    step_ = map.v[2] * inverse_depth_;
    v_ = (map.v[0] * start[0] + (map.v[1] * start[1] + (map.v[2] * start[2] + map.v[3]))) *
         inverse_depth_;
  }

  PYRONN_HOST_DEVICE ProjectedVoxel at(int k) const {
    return {u_, v_ + static_cast<float>(k) * step_, inverse_depth_};
  }

  /// By how much v changes from voxel to voxel [pixels].
  PYRONN_HOST_DEVICE float step() const { return step_; }

  PYRONN_HOST_DEVICE Footprint footprint(int count, Extents<2> detector,
                                         SampleBounds const& exist) const {
    float const last = at(count - 1).v;
    Footprint const footprint = footprint_of(u_, u_, min(v_, last), max(v_, last), detector, exist);
    return {footprint.meets && is_before_source(at(0)), footprint.inside};
  }

 private:
  float u_;
  float v_;
  float step_;
  float inverse_depth_;
};

/// A run in a projective view of the plane, where detectors have one row. The projections of its
/// ends, which bound its footprint, are computed once.
template <int Axis, int Count>
class VoxelRun<PlaneMap, Axis, Count> {
 public:
  PYRONN_HOST_DEVICE VoxelRun(PlaneMap const& map, Vec3f const& start)
      : map_{map}, start_{start}, first_{projected(0)}, last_{projected(Count - 1)} {}

  PYRONN_HOST_DEVICE ProjectedVoxel at(int k) const {
    return k == 0 ? first_ : (k == Count - 1 ? last_ : projected(k));
  }

  PYRONN_HOST_DEVICE Footprint footprint(int, Extents<2> detector,
                                         SampleBounds const& exist) const {
    if (!(is_before_source(first_) && is_before_source(last_))) return {true, false};
    return footprint_of(min(first_.u, last_.u), max(first_.u, last_.u), 0.0F, 0.0F, detector,
                        exist);
  }

 private:
  [[nodiscard]] PYRONN_HOST_DEVICE ProjectedVoxel projected(int k) const {
    // The projection is linear from every fourth voxel on, as in the tensor-core batches of the
    // CUDA backend, so that both round alike.
    auto const rest = static_cast<float>(k % 4);
    Vec3f near = start_;
    near[Axis] += static_cast<float>(k) - rest;
    auto const along = [&near, rest](float const(&row)[3]) {
      return row[0] * near[0] + (row[1] * near[1] + row[2]) + rest * row[Axis];
    };
    float const inverse = reciprocal(along(map_.w));
    return {along(map_.u) * inverse, 0.0F, inverse};
  }

  PlaneMap const& map_;
  Vec3f start_;
  ProjectedVoxel first_;
  ProjectedVoxel last_;
};

}  // namespace pyronn::detail
