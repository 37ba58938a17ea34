// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/joseph/ray.hpp>
#include <pyronn/model/detail/task.hpp>

namespace pyronn::detail {

/// The transpose of JosephForward as a gather: one work item is a voxel, which looks at the pixels
/// in the shadow of its neighbourhood and takes from each what the forward projection gives it.
/// Without atomics, so the result is the same on every run.
template <class Interp, class Task>
struct JosephBack {
  using Block = BlockShape<32, 4, 1>;

  Task task;

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
        JosephRay const ray{view.ray(static_cast<float>(u), static_cast<float>(v)), task.spacing};
        float const weight = voxel_weight(ray, voxel);
        if (weight != 0.0F) sum += weight * slice.texel(u, v);
      }
    }
    return sum;
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
