// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Footprints: the rectangles of pixels, or of voxels of a slice, on which something projects.
#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>

namespace pyronn::detail {

/// The integers first, ..., last; none where last < first.
struct IndexRange {
  int first;
  int last;
};

/// The bounding rectangle of points.
class Bounds {
 public:
  PYRONN_HOST_DEVICE void include(float a, float b) {
    low_[0] = min(low_[0], a);
    low_[1] = min(low_[1], b);
    high_[0] = max(high_[0], a);
    high_[1] = max(high_[1], b);
  }

  /// The indices within the rectangle, widened by `margin` and cut to [0, size).
  [[nodiscard]] PYRONN_HOST_DEVICE IndexRange indices(int axis, int size, float margin) const {
    float const first = max(std::ceil(low_[axis] - margin), 0.0F);
    float const last = min(std::floor(high_[axis] + margin), static_cast<float>(size - 1));
    if (!(first <= last)) return {0, -1};
    return {static_cast<int>(first), static_cast<int>(last)};
  }

 private:
  float low_[2] = {1e30F, 1e30F};
  float high_[2] = {-1e30F, -1e30F};
};

/// How far the projection of a cube may extend beyond the bounding rectangle of its projected
/// corners [pixels]. For a projective view that is rounding alone; for any other view that is
/// smooth over a voxel it is less than one pixel.
template <class IndexView>
PYRONN_HOST_DEVICE constexpr float footprint_margin() {
  return IndexView::is_projective ? 1.0F / 32.0F : 1.0F;
}

/// Finds the footprint of the cube about `center` that extends `reach` voxels to each side: the
/// columns and rows on which it projects. They are left unchanged where a corner of the cube is not
/// in front of the source.
template <class IndexView>
PYRONN_HOST_DEVICE void find_footprint(IndexView const& view, Vec3f const& center, float reach,
                                       Extents<2> detector, IndexRange& columns, IndexRange& rows) {
  Bounds bounds;
  for (int corner = 0; corner < 8; ++corner) {
    Vec3f const offset{(corner & 1) != 0 ? reach : -reach, (corner & 2) != 0 ? reach : -reach,
                       (corner & 4) != 0 ? reach : -reach};
    DetectorPoint<float> const point = view.project(center + offset);
    if (!(point.depth > 0.0F)) return;
    bounds.include(point.u, point.v);
  }
  columns = bounds.indices(0, detector[0], footprint_margin<IndexView>());
  rows = bounds.indices(1, detector[1], footprint_margin<IndexView>());
}

}  // namespace pyronn::detail
