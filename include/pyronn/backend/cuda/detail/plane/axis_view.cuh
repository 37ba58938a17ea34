// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// AxisView: which rays of a view, of those with one main axis, pass by voxels of the plane.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <type_traits>

#include <cuda_runtime.h>

#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/views/index_view.hpp>
#include <pyronn/model/detail/views/plane_rays.hpp>

namespace pyronn::detail {

/// What of a projective view matters in the plane, half as long as the view.
struct PlaneView : PlaneRays {
  float u[3];  ///< u w from x, y and 1
  float w[3];  ///< w from x, y and 1

  PlaneView() = default;
  explicit PlaneView(IndexMapAndRays const& view)
      : PlaneRays{view.rays},
        u{view.map.row[0][0], view.map.row[0][1], view.map.row[0][3]},
        w{view.map.row[2][0], view.map.row[2][1], view.map.row[2][3]} {}
};

/// A rectangle in the plane, along a main axis and across it [voxels].
struct AxisBox {
  float along[2];   ///< first and last slice
  float across[2];  ///< lower and upper end
};

/// A main axis of a projective view.
struct alignas(16) ProjectiveAxisView {
  static constexpr bool is_projective = true;

  float u[3];  ///< u w from the indices along and across, and 1
  int first;   ///< of the pixels whose rays have this main axis, and some others
  float w[3];  ///< w from the same
  int last;    ///< none: before the first

  __device__ ProjectiveAxisView(PlaneView const& view, int axis, IndexRange pixels)
      : u{view.u[axis], view.u[1 - axis], view.u[2]},
        first{pixels.first},
        w{view.w[axis], view.w[1 - axis], view.w[2]},
        last{pixels.last} {}

  /// The pixels that see points of a slice between two ends.
  [[nodiscard]] __device__ IndexRange pixels(float along, float low, float high) const {
    float const u0 = u[0] * along + u[2];
    float const w0 = w[0] * along + w[2];
    float const depth_low = w0 + w[1] * low;
    float const depth_high = w0 + w[1] * high;
    if (!(min(depth_low, depth_high) > 0.0F)) return {first, last};
    float const a = (u0 + u[1] * low) * reciprocal(depth_low);
    float const b = (u0 + u[1] * high) * reciprocal(depth_high);
    float const from = min(a, b) - projective_margin;
    float const to = max(a, b) + projective_margin;
    return {max(first, __float2int_ru(from)), min(last, __float2int_rd(to))};
  }

  /// The pixels that see points of a rectangle: all between those of its outer slices.
  [[nodiscard]] __device__ IndexRange pixels(AxisBox const& box) const {
    IndexRange const a = pixels(box.along[0], box.across[0], box.across[1]);
    IndexRange const b = pixels(box.along[1], box.across[0], box.across[1]);
    return {min(a.first, b.first), max(a.last, b.last)};
  }
};

/// The same of any view.
template <class View>
struct GeneralAxisView {
  static constexpr bool is_projective = false;

  View view;
  int axis;
  int first;
  int last;

  __device__ GeneralAxisView(View const& view_, int axis_, IndexRange pixels)
      : view{view_}, axis{axis_}, first{pixels.first}, last{pixels.last} {}

  [[nodiscard]] __device__ IndexRange pixels(AxisBox const& box) const {
    Vec3f center{0, 0, 0};
    Vec3f reach{0, 0, 0};
    center[axis] = 0.5F * (box.along[0] + box.along[1]);
    center[1 - axis] = 0.5F * (box.across[0] + box.across[1]);
    reach[axis] = 0.5F * (box.along[1] - box.along[0]);
    reach[1 - axis] = 0.5F * (box.across[1] - box.across[0]);
    IndexRange columns{first, last};
    IndexRange rows{0, 0};
    find_footprint(view, center, reach, {last + 1, 1}, columns, rows);
    return {max(columns.first, first), columns.last};
  }
};

/// What a view of an operator becomes.
template <class View>
using axis_view_t = std::conditional_t<std::is_same_v<View, IndexMapAndRays>, ProjectiveAxisView,
                                       GeneralAxisView<View>>;

}  // namespace pyronn::detail
