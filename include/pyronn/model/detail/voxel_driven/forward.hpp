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
  /// voxels project that the pixel has a weight for; for views whose rays need not be bounded by
  /// these, also those through the middles of its sides and its own.
  template <class View>
  struct SquareRays {
    static constexpr int count = View::is_projective ? 4 : 9;
    Ray<float> ray[count];
  };

  template <int Axis, class View>
  PYRONN_HOST_DEVICE float walk(View const& view, int volume, Vec<int, 3> const& pixel) const {
    SquareRays<View> square{};
    constexpr int step = View::is_projective ? 2 : 1;
    int n = 0;
    for (int v = -1; v <= 1; v += step) {
      for (int u = -1; u <= 1; u += step, ++n) {
        square.ray[n] =
            view.ray(static_cast<float>(pixel[0] + u), static_cast<float>(pixel[1] + v));
        square.ray[n].origin[2] -= static_cast<float>(task.first_slice);
      }
    }
    float sum = 0.0F;
    int const groups = task.volumes.template plane_groups<Axis>(volume);
    for (int g = 0; g < groups; ++g) {
      auto const planes = task.template planes<Axis>(volume, g);
      for (int k = planes.first; k < planes.end; ++k) {
        sum += gather<Axis>(view, planes, pixel, square, k);
      }
    }
    return sum;
  }

  template <int Axis, class View, class Planes>
  PYRONN_HOST_DEVICE float gather(View const& view, Planes const& planes, Vec<int, 3> const& pixel,
                                  SquareRays<View> const& square, int k) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    IndexRange range_a{0, task.size[a] - 1};
    IndexRange range_b{0, task.size[b] - 1};
    find_footprint<Axis>(square, k, range_a, range_b);
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

  /// Finds the voxels of slice k between the rays of the square. The ranges are left at the whole
  /// slice where not all of them cross the slices in the same sense, or where they are not smooth.
  template <int Axis, class View>
  PYRONN_HOST_DEVICE void find_footprint(SquareRays<View> const& square, int k, IndexRange& range_a,
                                         IndexRange& range_b) const {
    constexpr int a = Axis == 0 ? 1 : 0;
    constexpr int b = Axis == 2 ? 1 : 2;
    constexpr int count = SquareRays<View>::count;
    float const sense = square.ray[0].direction[Axis];
    Bounds bounds;
    float at[count][2];
    for (int n = 0; n < count; ++n) {
      Ray<float> const& ray = square.ray[n];
      if (!(ray.direction[Axis] * sense > 0.0F)) return;
      float const t = (static_cast<float>(k) - ray.origin[Axis]) / ray.direction[Axis];
      at[n][0] = ray.origin[a] + t * ray.direction[a];
      at[n][1] = ray.origin[b] + t * ray.direction[b];
      bounds.include(at[n][0], at[n][1]);
    }
    float margin[2] = {projective_margin, projective_margin};
    if constexpr (!View::is_projective) {
      CurvedMargin curved;
      auto const include = [&](int middle, int end, int other_end) {
        curved.include(at[middle][0], at[middle][1], 0.5F * (at[end][0] + at[other_end][0]),
                       0.5F * (at[end][1] + at[other_end][1]));
      };
      // Along each row, column and diagonal of the square.
      include(1, 0, 2);
      include(4, 3, 5);
      include(7, 6, 8);
      include(3, 0, 6);
      include(4, 1, 7);
      include(5, 2, 8);
      include(4, 0, 8);
      include(4, 2, 6);
      if (!curved.is_smooth(bounds)) return;
      for (int axis = 0; axis < 2; ++axis) margin[axis] = curved.value(axis);
    }
    range_a = bounds.indices(0, task.size[a], margin[0]);
    range_b = bounds.indices(1, task.size[b], margin[1]);
  }
};

}  // namespace pyronn::detail
