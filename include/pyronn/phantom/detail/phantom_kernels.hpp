// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The kernels that voxelise and project phantoms.
#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/detail/user_calls.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/kernel.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/phantom/detail/body_table.hpp>

namespace pyronn::detail {

/// Writes the attenuation of voxels; an item is a voxel.
struct VoxeliseBodies {
  using Block = BlockShape<32, 4, 1>;

  BodyTable table;
  Grid grid;
  Vec<int, 3> samples;  ///< points in a voxel, along each axis
  VolumeView<float> volume;
  bool adds;  ///< true: adds to what the volume holds

  [[nodiscard]] Extents<3> items() const { return volume.extents; }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> const& voxel) const {
    float& target = volume(voxel[0], voxel[1], voxel[2]);
    double const before = adds ? static_cast<double>(target) : 0.0;
    target = static_cast<float>(before + mean(grid.to_world(vec_cast<double>(voxel))));
  }

 private:
  /// The mean attenuation at points that are spread evenly over the voxel about `center`.
  [[nodiscard]] PYRONN_HOST_DEVICE double mean(Vec3d const& center) const {
    Vec<int, 3> const one{1, 1, 1};
    if (samples == one) return table.attenuation(center, BodyTable::Touching::all());
    BodyTable::Touching const bodies = table.touching(center, 0.5 * grid.spacing);
    if (!bodies.is_mixed) return table.attenuation(center, bodies);
    Vec3d const fraction{1.0 / samples[0], 1.0 / samples[1], 1.0 / samples[2]};
    Vec3d const step = scale(fraction, grid.spacing);
    Vec3d const first = center - 0.5 * scale(vec_cast<double>(one) - fraction, grid.spacing);
    double sum = 0.0;
    for (int k = 0; k < samples[2]; ++k) {
      for (int j = 0; j < samples[1]; ++j) {
        for (int i = 0; i < samples[0]; ++i) {
          Vec3d const count = vec_cast<double>(Vec<int, 3>{i, j, k});
          sum += table.attenuation(first + scale(step, count), bodies);
        }
      }
    }
    return sum * (fraction[0] * fraction[1] * fraction[2]);
  }
};

/// Writes line integrals of bodies; an item is a pixel of a view.
template <class Views>
struct ProjectBodies {
  using Block = BlockShape<32, 4, 1>;

  Views views;
  BodyTable table;
  ProjectionView<float> projections;
  bool adds;  ///< true: adds to what the projections hold

  [[nodiscard]] Extents<3> items() const { return projections.extents; }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> const& pixel) const {
    Ray<double> const ray = world_ray(views.view(pixel[2]), pixel);
    float& target = projections(pixel[0], pixel[1], pixel[2]);
    double const before = adds ? static_cast<double>(target) : 0.0;
    target = static_cast<float>(before + table.line_integral(ray));
  }

 private:
  template <class View>
  static PYRONN_HOST_DEVICE Ray<double> world_ray(View const& view, Vec<int, 3> const& pixel) {
    using Scalar = pixel_scalar_t<View>;
    auto const ray = user::ray(view, static_cast<Scalar>(pixel[0]), static_cast<Scalar>(pixel[1]));
    return {vec_cast<double>(ray.origin), vec_cast<double>(ray.direction),
            static_cast<double>(ray.begin), static_cast<double>(ray.end)};
  }
};

}  // namespace pyronn::detail
