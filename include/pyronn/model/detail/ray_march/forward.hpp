// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pyronn/core/config.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/model/detail/ray_march/ray.hpp>
#include <pyronn/model/detail/task.hpp>

namespace pyronn::detail {

/// Forward projection at equal steps: one work item is a pixel of a view.
template <class Task>
struct RayMarchForward {
  using Block = BlockShape<32, 4, 1>;

  Task task;
  float step;

  [[nodiscard]] Extents<3> items() const { return task.pixels(); }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> pixel) const {
    ViewOfSample const of = task.split(pixel[2]);
    auto const& view = task.views.view(of.view, of.sample);
    Extents<3> const size{task.size[0], task.size[1], task.all_slices};
    MarchedRay const ray{view.ray(static_cast<float>(pixel[0]), static_cast<float>(pixel[1])), size,
                         task.spacing, step};
    int const first_slice = (task.first_volume + of.sample) * task.size[2];
    float sum = 0.0F;
    for (int n = 0; n < ray.count; ++n) sum += sample(ray.sample(n), first_slice);
    task.write(pixel, of, ray.count > 0 ? ray.length * sum : 0.0F);
  }

 private:
  /// Trilinear: bilinear in the two slices above and below. Of slices that are not in the slab,
  /// other slabs take their part.
  PYRONN_HOST_DEVICE float sample(Vec3f const& index, int first_slice) const {
    float const z = index[2] - static_cast<float>(task.first_slice);
    int const below = floor_to_int(z);
    float const above_share = z - static_cast<float>(below);
    float value = 0.0F;
    if (below >= 0 && below < task.size[2]) {
      value = (1.0F - above_share) * task.slice(first_slice + below).sample(index[0], index[1]);
    }
    if (above_share > 0.0F && below + 1 >= 0 && below + 1 < task.size[2]) {
      value += above_share * task.slice(first_slice + below + 1).sample(index[0], index[1]);
    }
    return value;
  }
};

}  // namespace pyronn::detail
