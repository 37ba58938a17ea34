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
#include <pyronn/model/detail/voxel_driven/ray_bundle.hpp>

namespace pyronn::detail {

/// The transpose of VoxelDrivenBack as a gather: one item is a pixel, which goes slice by slice
/// along its ray and adds up the voxels that project near it, each with the weight that the pixel
/// has in the backprojection of that voxel. There are no atomics, so the result is the same on
/// every run.
template <class Interp, class DepthWeight, class Task>
struct VoxelDrivenForward {
  using Block = BlockShape<32, 4, 1>;
  using Number = typename Task::Number;

  Task task;

  [[nodiscard]] Extents<3> items() const { return task.pixels(); }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    ViewOfSample const of = task.split(pixel[2]);
    auto const& view = task.views.view(of.view, of.sample);
    Vec<Number, 3> const direction =
        view.ray(static_cast<Number>(pixel[0]), static_cast<Number>(pixel[1])).direction;
    Vec<Number, 3> const abs_direction{abs(direction[0]), abs(direction[1]), abs(direction[2])};
    int const volume = task.first_volume + of.sample;
    Number sum = 0;
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
  template <int Axis, class View>
  PYRONN_HOST_DEVICE Number walk(View const& view, int volume, Vec<int, 3> const& pixel) const {
    auto const u = static_cast<Number>(pixel[0]);
    auto const v = static_cast<Number>(pixel[1]);
    RayBundle<View> const rays{view, {u - 1, v - 1}, {u + 1, v + 1}, task.first_slice};
    Number sum = 0;
    int const groups = task.volumes.template plane_groups<Axis>(volume);
    for (int g = 0; g < groups; ++g) {
      auto const planes = task.template planes<Axis>(volume, g);
      for (int k = planes.first; k < planes.end; ++k) {
        sum += gather<Axis>(view, planes, pixel, rays, k);
      }
    }
    return sum;
  }

  template <int Axis, class View, class Planes>
  PYRONN_HOST_DEVICE Number gather(View const& view, Planes const& planes, Vec<int, 3> const& pixel,
                                   RayBundle<View> const& rays, int k) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    IndexRange range_a{0, task.size[a] - 1};
    IndexRange range_b{0, task.size[b] - 1};
    rays.template find_footprint<Axis>(k, task.size, range_a, range_b);
    Number sum = 0;
    for (int j = range_b.first; j <= range_b.last; ++j) {
      for (int i = range_a.first; i <= range_a.last; ++i) {
        Vec<int, 3> voxel{};
        voxel[Axis] = k;
        voxel[a] = i;
        voxel[b] = j;
        voxel[2] += task.first_slice;
        DetectorPoint<Number> const point = view.project(vec_cast<Number>(voxel));
        if (!(point.depth > 0)) continue;
        Number const weight = DepthWeight{}(reciprocal(point.depth)) *
                              bilinear_weight<Interp>(point.u, point.v, pixel[0], pixel[1]);
        if (weight != 0) sum += weight * planes.texel(i, j, k);
      }
    }
    return sum;
  }
};

/// The kernel of voxel-driven forward projection on a backend. Backends specialise this.
template <class Backend, class Interp, class DepthWeight, class Task>
struct VoxelDrivenForwardOn {
  using Type = VoxelDrivenForward<Interp, DepthWeight, Task>;
};

}  // namespace pyronn::detail
