// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ColumnGroup: neighbouring detector columns of a z-aligned view, and the voxels that they see.
#include <pyronn/backend/cuda/require_cuda.cuh>
//
#include <cmath>

#include <pyronn/core/extents.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/views/projective_views.hpp>

namespace pyronn::detail {

/// The points (x, y) that project onto one position along u of a z-aligned view: a line
/// a x + b y + c = 0.
struct LineOfPosition {
  float a;
  float b;
  float c;

  __device__ LineOfPosition(ZAlignedMap const& map, float u)
      : a{map.u[0] - u * map.w[0]}, b{map.u[1] - u * map.w[1]}, c{map.u[2] - u * map.w[2]} {}

  /// The axis along which it advances most, x or y.
  [[nodiscard]] __device__ int main_axis() const { return std::fabs(b) >= std::fabs(a) ? 0 : 1; }
};

/// The voxels, slice by slice across an axis, x or y, that may project between two positions along
/// u, all of them being before the source.
struct ColumnGroup {
  float base[2];
  float slope[2];
  int longest;  ///< range of voxels, at most
  int width;    ///< of a slice
  bool is_between;

  static __device__ ColumnGroup of(ZAlignedMap const& map, float low_u, float high_u, int axis,
                                   Extents<3> const& size) {
    ColumnGroup group;
    group.width = axis == 0 ? size[1] : size[0];
    auto const last = static_cast<float>((axis == 0 ? size[0] : size[1]) - 1);
    float across[2];
    float reach = 0.0F;
    for (int n = 0; n < 2; ++n) {
      LineOfPosition const line{map, n == 0 ? low_u : high_u};
      across[n] = axis == 0 ? line.b : line.a;
      float const per_unit = -reciprocal(across[n]);
      group.slope[n] = per_unit * (axis == 0 ? line.a : line.b);
      group.base[n] = per_unit * line.c;
      reach = max(reach, std::fabs(group.base[n]) + last * std::fabs(group.slope[n]));
    }
    // Where these have one sign, both lines cross a slice before the source, and what is seen lies
    // between them; or both behind it, and nothing is seen. Rounding moves them by less than the
    // margin unless they are too steep.
    group.is_between = across[0] * across[1] > 0.0F && reach < 1e5F;
    float const first_length = group.base[1] - group.base[0];
    float const last_length = first_length + last * (group.slope[1] - group.slope[0]);
    float const most = max(std::fabs(first_length), std::fabs(last_length));
    constexpr float margins = 3.0F * projective_margin;
    group.longest = group.width;
    if (group.is_between) group.longest = min(group.width, static_cast<int>(most + margins) + 1);
    return group;
  }

  /// The voxels of slice k, counted along the other of the axes x and y.
  [[nodiscard]] __device__ IndexRange range(int k) const {
    if (!is_between) return {0, width - 1};
    float const at[2] = {base[0] + static_cast<float>(k) * slope[0],
                         base[1] + static_cast<float>(k) * slope[1]};
    float const low = max(min(at[0], at[1]) - projective_margin, 0.0F);
    float const high = min(max(at[0], at[1]) + projective_margin, static_cast<float>(width - 1));
    return {static_cast<int>(std::ceil(low)), static_cast<int>(std::floor(high))};
  }
};

}  // namespace pyronn::detail
