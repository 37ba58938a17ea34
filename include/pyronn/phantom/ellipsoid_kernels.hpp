// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/config.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/geometry/ray.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/tiling.hpp>
#include <pyronn/phantom/ellipsoid.hpp>

namespace pyronn::detail {

/// The bodies of a phantom that one launch looks at; they travel in its argument, beside the views.
template <class Body>
struct BodyTable {
  static constexpr int capacity = 32;
  static_assert(sizeof(Body[capacity]) <= 4096, "Views and bodies share 32,764 bytes.");

  Body bodies[capacity];
  int count;
};

/// Calls `launch(table, adds)` for all bodies, table by table; `adds` is false for the first, and
/// a phantom without bodies has one empty table.
template <class Body, class Launch>
void for_each_table(std::vector<Body> const& bodies, Launch const& launch) {
  std::size_t first = 0;
  do {
    BodyTable<Body> table;
    std::size_t const count = std::min<std::size_t>(bodies.size() - first, table.capacity);
    std::copy_n(bodies.data() + first, count, table.bodies);
    table.count = static_cast<int>(count);
    launch(table, first > 0);
    first += count;
  } while (first < bodies.size());
}

/// An ellipsoid as a grid sees it: in units of the ball that the ellipsoid is mapped to, with all
/// that does not depend on the voxel worked out.
struct GridEllipsoid {
  Vec3d origin;             ///< of voxel (0, 0, 0), seen from the ball's centre
  Vec3d edge[3];            ///< from one voxel to the next along x, y, z
  double outside, covered;  ///< squared distances of voxels that surely are so
  double attenuation;       ///< [1/mm]

  static GridEllipsoid make(PreparedEllipsoid const& ellipsoid, Grid const& grid) {
    GridEllipsoid result{};
    result.origin = ellipsoid.to_ball(grid.origin - ellipsoid.center());
    double reach = 0.0;
    for (int axis = 0; axis < 3; ++axis) {
      Vec3d step{0, 0, 0};
      step[axis] = grid.spacing[axis];
      result.edge[axis] = ellipsoid.to_ball(step);
      reach += 0.5 * length(result.edge[axis]);
    }
    result.outside = (1.0 + reach) * (1.0 + reach);
    result.covered = reach < 1.0 ? (1.0 - reach) * (1.0 - reach) : 0.0;
    result.attenuation = ellipsoid.attenuation();
    return result;
  }

  /// The part of samples^3 points, spread evenly over a voxel, that lies inside.
  [[nodiscard]] PYRONN_HOST_DEVICE double coverage(Vec3d const& voxel, int samples) const {
    Vec3d const center = origin + voxel[0] * edge[0] + voxel[1] * edge[1] + voxel[2] * edge[2];
    double const square = dot(center, center);
    if (square > outside) return 0.0;
    if (square < covered) return 1.0;
    double const part = 1.0 / samples;
    Vec3d const first = center - 0.5 * (1.0 - part) * (edge[0] + edge[1] + edge[2]);
    int count = 0;
    for (int k = 0; k < samples; ++k) {
      for (int j = 0; j < samples; ++j) {
        Vec3d const row = first + part * k * edge[2] + part * j * edge[1];
        for (int i = 0; i < samples; ++i) {
          Vec3d const point = row + part * i * edge[0];
          count += static_cast<int>(dot(point, point) <= 1.0);
        }
      }
    }
    return count * (part * part * part);
  }
};

/// Attenuation of voxels: one work item is a voxel.
struct VoxeliseEllipsoids {
  using Block = BlockShape<32, 4, 1>;

  BodyTable<GridEllipsoid> table;
  int supersampling;
  VolumeView<float> volume;
  bool adds;  ///< to what the volume holds, as all tables but the first do

  [[nodiscard]] Extents<3> items() const { return volume.extents; }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> const& voxel) const {
    Vec3d const index = vec_cast<double>(voxel);
    float& target = volume(voxel[0], voxel[1], voxel[2]);
    double sum = adds ? static_cast<double>(target) : 0.0;
    for (int n = 0; n < table.count; ++n) {
      GridEllipsoid const& body = table.bodies[n];
      sum += body.attenuation * body.coverage(index, supersampling);
    }
    target = static_cast<float>(sum);
  }
};

/// Line integrals of ellipsoids: one work item is a pixel of a view.
template <class Views>
struct ProjectEllipsoids {
  using Block = BlockShape<32, 4, 1>;

  Views views;
  BodyTable<PreparedEllipsoid> table;
  ProjectionView<float> projections;
  bool adds;  ///< to what the projections hold, as all tables but the first do

  [[nodiscard]] Extents<3> items() const { return projections.extents; }

  PYRONN_HOST_DEVICE void operator()(Vec<int, 3> const& pixel) const {
    Ray<double> const ray = world_ray(views.view(pixel[2], 0), pixel);
    float& target = projections(pixel[0], pixel[1], pixel[2]);
    double sum = adds ? static_cast<double>(target) : 0.0;
    for (int n = 0; n < table.count; ++n) {
      PreparedEllipsoid const& body = table.bodies[n];
      sum += body.attenuation() * body.chord(ray);
    }
    target = static_cast<float>(sum);
  }

 private:
  template <class View>
  static PYRONN_HOST_DEVICE Ray<double> world_ray(View const& view, Vec<int, 3> const& pixel) {
    using Scalar = pixel_scalar_t<View>;
    auto const ray = view.ray(static_cast<Scalar>(pixel[0]), static_cast<Scalar>(pixel[1]));
    return {vec_cast<double>(ray.origin), vec_cast<double>(ray.direction),
            static_cast<double>(ray.begin), static_cast<double>(ray.end)};
  }
};

}  // namespace pyronn::detail
