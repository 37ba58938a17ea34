// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernel of voxel-driven forward projection.
#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/interp/detail/linear_slice.hpp>
#include <pyronn/model/detail/footprint.hpp>
#include <pyronn/model/detail/task.hpp>

namespace pyronn::detail {

/// The transpose of VoxelDrivenBack as a gather: one item is a pixel, which goes slice by slice
/// along its ray and adds up the voxels that project near it, each with the weight that the pixel
/// has in the backprojection of that voxel. There are no atomics, so the result is the same on
/// every run.
template <class Interp, class DepthWeight, class Task>
struct VoxelDrivenForward {
  using Block = BlockShape<32, 4, 1>;

  Task task;

  [[nodiscard]] Extents<3> items() const { return task.pixels(); }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    ViewOfSample const of = task.split(pixel[2]);
    auto const& view = task.views.view(of.view, of.sample);
    Vec3f const direction =
        view.ray(static_cast<float>(pixel[0]), static_cast<float>(pixel[1])).direction;
    Vec3f const abs_direction{abs(direction[0]), abs(direction[1]), abs(direction[2])};
    int const volume = task.first_volume + of.sample;
    float sum = 0.0F;
    if (abs_direction[0] >= max(abs_direction[1], abs_direction[2])) {
      sum = walk<0>(view, volume, pixel);
    } else if (abs_direction[1] >= abs_direction[2]) {
      sum = walk<1>(view, volume, pixel);
    } else {
      sum = walk<2>(view, volume, pixel);
    }
    task.write(pixel, of, sum);
  }

 private:
  /// The rays through the corners of the square, two by two pixels about the pixel, in which the
  /// voxels project that the pixel has a weight for.
  struct CornerRays {
    Ray<float> ray[4];
  };

  template <int Axis, class View>
  PYRONN_HOST_DEVICE float walk(View const& view, int volume, Vec<int, 3> const& pixel) const {
    CornerRays corners{};
    for (int n = 0; n < 4; ++n) {
      corners.ray[n] = view.ray(static_cast<float>(pixel[0] + ((n & 1) != 0 ? 1 : -1)),
                                static_cast<float>(pixel[1] + ((n & 2) != 0 ? 1 : -1)));
      corners.ray[n].origin[2] -= static_cast<float>(task.first_slice);
    }
    float sum = 0.0F;
    int const groups = task.volumes.template plane_groups<Axis>(volume);
    for (int g = 0; g < groups; ++g) {
      auto const planes = task.template planes<Axis>(volume, g);
      for (int k = planes.first; k < planes.end; ++k) {
        sum += gather<Axis>(view, planes, pixel, corners, k);
      }
    }
    return sum;
  }

  template <int Axis, class View, class Planes>
  PYRONN_HOST_DEVICE float gather(View const& view, Planes const& planes, Vec<int, 3> const& pixel,
                                  CornerRays const& corners, int k) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    IndexRange range_a{0, task.size[a] - 1};
    IndexRange range_b{0, task.size[b] - 1};
    find_footprint<Axis>(corners, k, footprint_margin<View>(), range_a, range_b);
    float sum = 0.0F;
    for (int j = range_b.first; j <= range_b.last; ++j) {
      for (int i = range_a.first; i <= range_a.last; ++i) {
        Vec<int, 3> voxel{};
        voxel[Axis] = k;
        voxel[a] = i;
        voxel[b] = j;
        voxel[2] += task.first_slice;
        DetectorPoint<float> const point = view.project(vec_cast<float>(voxel));
        if (!(point.depth > 0.0F)) continue;
        float const weight = DepthWeight{}(reciprocal(point.depth)) *
                             bilinear_weight<Interp>(point.u, point.v, pixel[0], pixel[1]);
        if (weight != 0.0F) sum += weight * planes.texel(i, j, k);
      }
    }
    return sum;
  }

  /// Finds the voxels of slice k between the corner rays. The ranges are left at the whole slice
  /// where not all corner rays cross the slices in the same sense.
  template <int Axis>
  PYRONN_HOST_DEVICE void find_footprint(CornerRays const& corners, int k, float margin,
                                         IndexRange& range_a, IndexRange& range_b) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    float const sense = corners.ray[0].direction[Axis];
    Bounds bounds;
    for (Ray<float> const& ray : corners.ray) {
      if (!(ray.direction[Axis] * sense > 0.0F)) return;
      float const t = (static_cast<float>(k) - ray.origin[Axis]) / ray.direction[Axis];
      bounds.include(ray.origin[a] + t * ray.direction[a], ray.origin[b] + t * ray.direction[b]);
    }
    range_a = bounds.indices(0, task.size[a], margin);
    range_b = bounds.indices(1, task.size[b], margin);
  }
};

}  // namespace pyronn::detail
