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

/// More than any index of a voxel or pixel, and any sum of some.
template <class Number>
inline constexpr auto beyond_all = static_cast<Number>(1e30F);

/// The bounding rectangle of points.
template <class Number>
class BasicBounds {
 public:
  PYRONN_HOST_DEVICE void include(Number a, Number b) {
    low_[0] = min(low_[0], a);
    low_[1] = min(low_[1], b);
    high_[0] = max(high_[0], a);
    high_[1] = max(high_[1], b);
  }

  /// The indices within the rectangle, widened by `margin` and cut to [0, size).
  [[nodiscard]] PYRONN_HOST_DEVICE IndexRange indices(int axis, int size, Number margin) const {
    Number const first = max(std::ceil(low_[axis] - margin), Number{0});
    Number const last = min(std::floor(high_[axis] + margin), static_cast<Number>(size - 1));
    if (!(first <= last)) return {0, -1};
    return {static_cast<int>(first), static_cast<int>(last)};
  }

  [[nodiscard]] PYRONN_HOST_DEVICE Number low(int axis) const { return low_[axis]; }
  [[nodiscard]] PYRONN_HOST_DEVICE Number high(int axis) const { return high_[axis]; }
  [[nodiscard]] PYRONN_HOST_DEVICE Number length(int axis) const {
    return high_[axis] - low_[axis];
  }

 private:
  Number low_[2] = {beyond_all<Number>, beyond_all<Number>};
  Number high_[2] = {-beyond_all<Number>, -beyond_all<Number>};
};
using Bounds = BasicBounds<float>;

/// How far the projection of a cube, or what a square of pixels sees of a slice, may extend beyond
/// the bounding rectangle of its corners. For a projective view that is rounding alone, as lines
/// stay lines.
inline constexpr float projective_margin = 1.0F / 32.0F;

/// The same for any other view, of which nothing is known but the points that it is asked for. A
/// smooth map of a cube, up to second order, extends no farther beyond its corners than the images
/// of the cube's centre and of its faces' centres lie from the mean of their corners: its bend.
/// In boxes of many voxels terms of third order show, too, in the middle of edges. The bend is
/// doubled, and one is added. A bend that is no small part of the whole, as where an
/// azimuth begins again, about the axis of a ring or right before a source, says that the map is
/// not smooth: then nothing is excluded.
template <class Number>
class BasicCurvedMargin {
 public:
  /// Where a point came to lie, and the mean of the corners around it.
  PYRONN_HOST_DEVICE void include(Number a, Number b, Number mean_a, Number mean_b) {
    Number const bend[2] = {abs(a - mean_a), abs(b - mean_b)};
    for (int axis = 0; axis < 2; ++axis) {
      is_finite_ = is_finite_ && bend[axis] < beyond_all<Number>;  // not for what is not a number
      bend_[axis] = max(bend[axis], bend_[axis]);
    }
  }
  [[nodiscard]] PYRONN_HOST_DEVICE bool is_smooth(BasicBounds<Number> const& corners) const {
    bool result = is_finite_;
    for (int axis = 0; axis < 2; ++axis) {
      result = result && bend_[axis] < max(Number{1} / 4, corners.length(axis) / 16);
    }
    return result;
  }
  [[nodiscard]] PYRONN_HOST_DEVICE Number value(int axis) const { return 1 + 2 * bend_[axis]; }

 private:
  Number bend_[2] = {0, 0};
  bool is_finite_ = true;
};

/// Includes the middle of each edge of a box, of which the images of the corners are known. A
/// corner's bits tell on which side of each axis it lies.
template <class IndexView, class Number>
PYRONN_HOST_DEVICE void include_edges(IndexView const& view, Vec<Number, 3> const& center,
                                      Vec<Number, 3> const& reach, Number const (&corners)[8][2],
                                      BasicCurvedMargin<Number>& curved) {
  for (int axis = 0; axis < 3; ++axis) {
    for (int corner = 0; corner < 8; ++corner) {
      if ((corner >> axis & 1) != 0) continue;
      Vec<Number, 3> at = center;
      for (int other = 0; other < 3; ++other) {
        if (other != axis) at[other] += (corner >> other & 1) != 0 ? reach[other] : -reach[other];
      }
      DetectorPoint<Number> const point = view.project(at);
      Number const(&low)[2] = corners[corner];
      Number const(&high)[2] = corners[corner | 1 << axis];
      curved.include(point.u, point.v, Number{1} / 2 * (low[0] + high[0]),
                     Number{1} / 2 * (low[1] + high[1]));
    }
  }
}

/// Finds the footprint of the box about `center` that extends `reach` voxels to each side: the
/// columns and rows on which it projects. They are left unchanged where a corner of the box is not
/// in front of the source, or where the view is not smooth.
template <class IndexView, class Number>
PYRONN_HOST_DEVICE void find_footprint(IndexView const& view, Vec<Number, 3> const& center,
                                       Vec<Number, 3> const& reach, Extents<2> detector,
                                       IndexRange& columns, IndexRange& rows) {
  BasicBounds<Number> bounds;
  // Sums over the corners of the lower and the upper face across each axis.
  Number faces[3][2][2] = {};
  Number corners[8][2];
  for (int corner = 0; corner < 8; ++corner) {
    Vec<Number, 3> const offset{(corner & 1) != 0 ? reach[0] : -reach[0],
                                (corner & 2) != 0 ? reach[1] : -reach[1],
                                (corner & 4) != 0 ? reach[2] : -reach[2]};
    DetectorPoint<Number> const point = view.project(center + offset);
    if (!(point.depth > 0)) return;
    bounds.include(point.u, point.v);
    if constexpr (!IndexView::is_projective) {
      corners[corner][0] = point.u;
      corners[corner][1] = point.v;
      for (int axis = 0; axis < 3; ++axis) {
        faces[axis][corner >> axis & 1][0] += point.u;
        faces[axis][corner >> axis & 1][1] += point.v;
      }
    }
  }
  constexpr auto least_margin = static_cast<Number>(projective_margin);
  Number margin[2] = {least_margin, least_margin};
  if constexpr (!IndexView::is_projective) {
    BasicCurvedMargin<Number> curved;
    DetectorPoint<Number> const middle = view.project(center);
    curved.include(middle.u, middle.v, Number{1} / 8 * (faces[0][0][0] + faces[0][1][0]),
                   Number{1} / 8 * (faces[0][0][1] + faces[0][1][1]));
    for (int face = 0; face < 6; ++face) {
      Vec<Number, 3> at = center;
      at[face / 2] += face % 2 == 0 ? -reach[face / 2] : reach[face / 2];
      DetectorPoint<Number> const point = view.project(at);
      Number const(&sums)[2] = faces[face / 2][face % 2];
      curved.include(point.u, point.v, Number{1} / 4 * sums[0], Number{1} / 4 * sums[1]);
    }
    constexpr Number few_voxels = 2;
    if (max(reach[0], max(reach[1], reach[2])) > few_voxels) {
      include_edges(view, center, reach, corners, curved);
    }
    if (!curved.is_smooth(bounds)) return;
    for (int axis = 0; axis < 2; ++axis) margin[axis] = curved.value(axis);
  }
  columns = bounds.indices(0, detector[0], margin[0]);
  rows = bounds.indices(1, detector[1], margin[1]);
}

}  // namespace pyronn::detail
