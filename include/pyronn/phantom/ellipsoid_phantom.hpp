// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ground truth: the volume and the exact projections of a phantom made of ellipsoids.
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/batch.hpp>
#include <pyronn/phantom/ellipsoid.hpp>
#include <pyronn/phantom/ellipsoid_kernels.hpp>
#include <pyronn/phantom/world_views.hpp>

namespace pyronn {

/// volume (x, y, z) [1/mm] of the phantom on the grid: in every voxel the mean over supersampling^3
/// points, spread evenly over the voxel; 1 asks at the voxel's centre alone. The volume lies where
/// the executor works, and is overwritten. In double precision, rounded to float once for every 32
/// ellipsoids. Takes no memory of the executor and does not synchronise: on a stream the work is
/// queued when the call returns. Throws InvalidArgument for a phantom or a grid that does not
/// validate, a volume of another size and a supersampling outside 1 to 1024, all before anything
/// is written.
template <class Executor>
void voxelise(Executor const& executor, EllipsoidPhantom const& phantom, Grid const& grid,
              VolumeView<float> volume, int supersampling = 1) {
  constexpr int most = 1024;
  check_executor<Executor>();
  grid.validate();
  detail::expects(volume.extents == grid.size, "voxelise: the volume's extents (x, y, z) are ",
                  volume.extents, " but the grid's size is ", grid.size);
  detail::expects(supersampling >= 1 && supersampling <= most, "voxelise: supersampling ",
                  supersampling, " must be from 1 to ", most);
  executor.check_reachable(volume.data, "voxelise: volume");
  std::vector<detail::GridEllipsoid> bodies;
  bodies.reserve(phantom.size());
  for (Ellipsoid const& ellipsoid : phantom) {
    bodies.push_back(detail::GridEllipsoid::make(PreparedEllipsoid{ellipsoid}, grid));
  }
  detail::for_each_table(bodies, [&](auto const& table, bool adds) {
    detail::VoxeliseEllipsoids const kernel{table, supersampling, volume, adds};
    executor.for_each(kernel.items(), kernel);
  });
}

/// projections (u, v, view), the phantom's exact line integrals along the rays of any geometry that
/// has them: sums of attenuation times chord, between a ray's begin and end. The projections lie
/// where the executor works, and are overwritten. Rays are as precise as the geometry makes them;
/// the rest is done in double precision, rounded to float once for every 32 ellipsoids. Takes no
/// memory of the executor and does not synchronise: on a stream the work is queued when the call
/// returns. Throws InvalidArgument for a phantom that does not validate, a geometry without pixels
/// or views and projections of another size, all before anything is written.
template <class Executor, class Geometry>
void project(Executor const& executor, EllipsoidPhantom const& phantom, Geometry const& geometry,
             ProjectionView<float> projections) {
  using Views = detail::WorldViews<Geometry>;
  check_executor<Executor>();
  check_traceable_geometry<Geometry>();
  detail::checked_geometries(std::vector<Geometry>{geometry}, "project");
  Extents<3> const scan = detail::scan_extents(geometry);
  detail::expects(projections.extents == scan,
                  "project: the projections' extents (u, v, view) are ", projections.extents,
                  " but the geometry's are ", scan);
  executor.check_reachable(projections.data, "project: projections");
  std::vector<PreparedEllipsoid> const bodies(phantom.begin(), phantom.end());
  for (int first = 0; first < scan[2]; first += Views::capacity) {
    int const count = min(Views::capacity, scan[2] - first);
    Views const views = detail::world_views(geometry, first, count);
    detail::for_each_table(bodies, [&](auto const& table, bool adds) {
      detail::ProjectEllipsoids<Views> const kernel{views, table, projections.slices(first, count),
                                                    adds};
      executor.for_each(kernel.items(), kernel);
    });
  }
}

}  // namespace pyronn
