// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>
#include <pyronn/model/detail/task.hpp>

namespace pyronn::detail {

/// The transpose of RayMarchForward as a gather: one work item is a voxel, which looks at the
/// pixels in the shadow of its neighbourhood and takes from each what the forward projection gives
/// it. Without atomics, so the result is the same on every run.
template <class Interp, class Task>
struct RayMarchBack {
  using Block = BlockShape<32, 4, 1>;

  Task task;
  float step;

  [[nodiscard]] Extents<3> items() const { return task.voxels(); }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> voxel) const {
    int const sample = task.split(voxel);
    float sum = 0.0F;
    for (int n = 0; n < task.num_views; ++n) sum += gather(n, sample, voxel);
    task.write(voxel, sample, sum);
  }

 private:
  PYRONN_HOST_DEVICE float gather(int n, int sample, Vec<int, 3> const& voxel) const {
    auto const& view = task.views.view(n, sample);
    auto const slice = task.slice(n, sample);
    IndexRange columns{0, task.detector[0] - 1};
    IndexRange rows{0, task.detector[1] - 1};
    find_footprint(view, vec_cast<float>(voxel), task.detector, columns, rows);
    float sum = 0.0F;
    for (int v = rows.first; v <= rows.last; ++v) {
      for (int u = columns.first; u <= columns.last; ++u) {
        MarchedRay const ray{view.ray(static_cast<float>(u), static_cast<float>(v)), task.size,
                             task.spacing, step};
        float const weight = ray.count > 0 ? voxel_weight(ray, voxel) : 0.0F;
        if (weight != 0.0F) sum += weight * slice.texel(u, v);
      }
    }
    return sum;
  }

  /// What RayMarchForward multiplies the voxel with on this ray [mm].
  static PYRONN_HOST_DEVICE float voxel_weight(MarchedRay const& ray, Vec<int, 3> const& voxel) {
    float low = 0.0F;
    auto high = static_cast<float>(ray.count - 1);
    for (int axis = 0; axis < 3; ++axis) {
      if (abs(ray.stride[axis]) < 1e-12F) continue;
      float const away = static_cast<float>(voxel[axis]) - ray.first[axis];
      float const a = (away - 1.0F) / ray.stride[axis];
      float const b = (away + 1.0F) / ray.stride[axis];
      low = max(low, min(a, b));
      high = min(high, max(a, b));
    }
    if (!(low <= high + 1.0F)) return 0.0F;
    // A step more to either side, where rounding may have moved a sample; most weigh nothing.
    int const first = max(0, static_cast<int>(low) - 1);
    int const last = min(ray.count - 1, static_cast<int>(high) + 2);
    float weight = 0.0F;
    for (int n = first; n <= last; ++n) {
      Vec3f const index = ray.sample(n);
      float const beside = 1.0F - abs(index[2] - static_cast<float>(voxel[2]));
      if (beside > 0.0F) {
        weight += beside * bilinear_weight<Interp>(index[0], index[1], voxel[0], voxel[1]);
      }
    }
    return weight * ray.length;
  }
};

}  // namespace pyronn::detail
