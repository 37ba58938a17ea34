// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/interp/linear_slice.hpp>
#include <pyronn/model/joseph_ray.hpp>
#include <pyronn/model/shadow_box.hpp>
#include <pyronn/model/tiling.hpp>

namespace pyronn::detail {

/// The transpose of JosephForward as a gather: one work item is a voxel, which looks at the pixels
/// in the shadow of its neighbourhood and takes from each what the forward projection gives it.
/// Without atomics, so the result is the same on every run.
template <class Interp, class Views, class Samples>
struct JosephBack {
  using Block = BlockShape<32, 4, 1>;

  Views views;
  int num_views;
  Samples projections;
  Extents<2> detector;
  Vec3f spacing;  ///< of the voxels [mm]
  VolumeView<float> volume;
  bool adds;  ///< to what the volume holds, as all chunks of views but the first do

  [[nodiscard]] Extents<3> items() const { return volume.extents; }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> voxel) const {
    float sum = 0.0F;
    for (int n = 0; n < num_views; ++n) sum += gather(n, voxel);
    float& target = volume(voxel[0], voxel[1], voxel[2]);
    target = adds ? target + sum : sum;
  }

 private:
  PYRONN_HOST_DEVICE float gather(int n, Vec<int, 3> const& voxel) const {
    auto const& view = views.view(n);
    auto const slice = projections.slice(n);
    IndexRange columns{0, detector[0] - 1};
    IndexRange rows{0, detector[1] - 1};
    find_shadow(view, vec_cast<float>(voxel), columns, rows);
    float sum = 0.0F;
    for (int v = rows.first; v <= rows.last; ++v) {
      for (int u = columns.first; u <= columns.last; ++u) {
        JosephRay const ray{view.ray(static_cast<float>(u), static_cast<float>(v)), spacing};
        float const weight = voxel_weight(ray, voxel);
        if (weight != 0.0F) sum += weight * slice.texel(u, v);
      }
    }
    return sum;
  }

  /// The pixels on which the cube of all rays that can touch the voxel falls; the whole detector
  /// where a corner of the cube is not in front of the source.
  template <class View>
  PYRONN_HOST_DEVICE void find_shadow(View const& view, Vec3f const& center, IndexRange& columns,
                                      IndexRange& rows) const {
    Bounds bounds;
    for (int corner = 0; corner < 8; ++corner) {
      Vec3f const offset{(corner & 1) != 0 ? 1.0F : -1.0F, (corner & 2) != 0 ? 1.0F : -1.0F,
                         (corner & 4) != 0 ? 1.0F : -1.0F};
      DetectorPoint<float> const point = view.project(center + offset);
      if (!(point.depth > 0.0F)) return;
      bounds.include(point.u, point.v);
    }
    columns = bounds.indices(0, detector[0], shadow_margin<View>());
    rows = bounds.indices(1, detector[1], shadow_margin<View>());
  }

  /// What JosephForward multiplies the voxel with on this ray [mm].
  static PYRONN_HOST_DEVICE float voxel_weight(JosephRay const& ray, Vec<int, 3> const& voxel) {
    int const slice = ray.axis == 0 ? voxel[0] : (ray.axis == 1 ? voxel[1] : voxel[2]);
    int const a = ray.axis == 0 ? voxel[1] : voxel[0];
    int const b = ray.axis == 2 ? voxel[1] : voxel[2];
    float const weight =
        bilinear_weight<Interp>(ray.crossing(0, slice), ray.crossing(1, slice), a, b);
    return weight * ray.coverage(slice) * ray.step;
  }
};

}  // namespace pyronn::detail
