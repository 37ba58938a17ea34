// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ground truth: the volume and the exact projections of a phantom made of bodies.
#include <cstddef>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/model/batch.hpp>
#include <pyronn/phantom/body.hpp>
#include <pyronn/phantom/body_table.hpp>
#include <pyronn/phantom/phantom_kernels.hpp>
#include <pyronn/phantom/world_views.hpp>

namespace pyronn {

/// Bodies in the order in which they are put down. Each adds to what is there, or overwrites it.
/// Of any number of bodies the first 128, with at most 96 cuts, may overwrite; put those first that
/// do.
using Phantom = std::vector<Body>;

/// volume (x, y, z) [1/mm] of the phantom on the grid: in every voxel the mean over supersampling^3
/// points, spread evenly over the voxel; 1 asks at the voxel's centre alone. The volume lies where
/// the executor works, and is overwritten. In double precision, rounded to float once for every 128
/// bodies. Takes no memory of the executor and does not synchronise: on a stream the work is queued
/// when the call returns. Throws InvalidArgument for a phantom or a grid that does not validate, a
/// body that overwrites beyond the first 128, a volume of another size and a supersampling outside
/// 1 to 1024, all before anything is written.
template <class Executor>
void voxelise(Executor const& executor, Phantom const& phantom, Grid const& grid,
              VolumeView<float> volume, int supersampling = 1) {
  constexpr int most = 1024;
  check_executor<Executor>();
  grid.validate();
  detail::expects(volume.extents == grid.size, "voxelise: the volume's extents (x, y, z) are ",
                  volume.extents, " but the grid's size is ", grid.size);
  detail::expects(supersampling >= 1 && supersampling <= most, "voxelise: supersampling ",
                  supersampling, " must be from 1 to ", most);
  executor.check_reachable(volume.data, "voxelise: volume");
  bool adds = false;
  for (detail::BodyTable const& table : detail::body_tables(phantom)) {
    detail::VoxeliseBodies const kernel{table, grid, supersampling, volume, adds};
    executor.for_each(kernel.items(), kernel);
    adds = true;
  }
}

/// projections (u, v, view), the phantom's exact line integrals along the rays of any geometry that
/// has them, between a ray's begin and end. The projections lie where the executor works, and are
/// overwritten. Rays are as precise as the geometry makes them; the rest is done in double
/// precision, rounded to float once for every 128 bodies. Takes no memory of the executor and does
/// not synchronise: on a stream the work is queued when the call returns. Throws InvalidArgument
/// for a phantom that does not validate, a body that overwrites beyond the first 128, a geometry
/// without pixels or views and projections of another size, all before anything is written.
template <class Executor, class Geometry>
void project(Executor const& executor, Phantom const& phantom, Geometry const& geometry,
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
  std::vector<detail::BodyTable> const tables = detail::body_tables(phantom);
  for (int first = 0; first < scan[2]; first += Views::capacity) {
    int const count = min(Views::capacity, scan[2] - first);
    Views const views = detail::world_views(geometry, first, count);
    for (std::size_t n = 0; n < tables.size(); ++n) {
      detail::ProjectBodies<Views> const kernel{views, tables[n], projections.slices(first, count),
                                                n > 0};
      executor.for_each(kernel.items(), kernel);
    }
  }
}

}  // namespace pyronn
