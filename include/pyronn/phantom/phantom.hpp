// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ground truth: volumes and exact projections of phantoms that are made of bodies, in space and in
/// the plane, for one phantom and for batches.
#include <cstddef>
#include <optional>
#include <vector>

#include <pyronn/core/array_view.hpp>
#include <pyronn/core/error.hpp>
#include <pyronn/core/grid.hpp>
#include <pyronn/core/math.hpp>
#include <pyronn/core/vec.hpp>
#include <pyronn/exec/traits.hpp>
#include <pyronn/geometry/traits.hpp>
#include <pyronn/operators/detail/checks.hpp>
#include <pyronn/operators/detail/shapes.hpp>
#include <pyronn/phantom/body.hpp>
#include <pyronn/phantom/detail/body_table.hpp>
#include <pyronn/phantom/detail/phantom_kernels.hpp>
#include <pyronn/phantom/detail/world_views.hpp>

namespace pyronn {

/// The bodies of a phantom, in order. Each adds its attenuation to that of earlier bodies, or
/// overwrites it. There may be any number of bodies, but only the first 128, with at most 96 cuts,
/// may overwrite.
using Phantom = std::vector<Body>;

namespace detail {

/// Throws InvalidArgument unless there is a phantom for each sample.
inline void check_phantoms(char const* function, int samples, std::size_t phantoms) {
  check_samples(function, samples, 1, 1);
  expects(phantoms == static_cast<std::size_t>(samples), function, ": there are ", samples,
          " samples but ", phantoms, " phantoms; give one for each sample");
}

/// The tables of every phantom. All are made, and checked, before the first kernel is queued.
inline std::vector<std::vector<BodyTable>> tables_of(std::vector<Phantom> const& phantoms) {
  std::vector<std::vector<BodyTable>> tables;
  tables.reserve(phantoms.size());
  for (Phantom const& phantom : phantoms) tables.push_back(body_tables(phantom));
  return tables;
}

template <int Dimension, class Executor, int Rank>
void voxelise_samples(Executor const& executor, std::vector<Phantom> const& phantoms,
                      Grid const& grid, ArrayView<float, Rank> volumes, int supersampling) {
  constexpr char const* function = "voxelise";
  constexpr int most = 1024;
  check_executor<Executor>();
  checked_grid<Dimension>(grid, function);
  check_volumes<Dimension>(function, volumes.extents, grid.size);
  auto const batch = volume_batch<Dimension>(volumes);
  int const samples = batch.extents[3];
  check_phantoms(function, samples, phantoms.size());
  expects(supersampling >= 1 && supersampling <= most, function, ": supersampling ", supersampling,
          " must be from 1 to ", most);
  executor.check_reachable(volumes.data, "voxelise: volume");
  auto const tables = tables_of(phantoms);
  Vec<int, 3> const points{supersampling, supersampling, Dimension == 3 ? supersampling : 1};
  for (int sample = 0; sample < samples; ++sample) {
    bool adds = false;
    for (BodyTable const& table : tables[static_cast<std::size_t>(sample)]) {
      VoxeliseBodies const kernel{table, grid, points, sample_of(batch, sample), adds};
      executor.for_each(kernel.items(), kernel);
      adds = true;
    }
  }
}

template <class Executor, class Geometry>
void project_tables(Executor const& executor, std::vector<BodyTable> const& tables,
                    Geometry const& geometry, ProjectionView<float> projections) {
  using Views = WorldViews<Geometry>;
  int const num_views = projections.extents[2];
  for (int first = 0; first < num_views; first += Views::capacity) {
    int const count = min(Views::capacity, num_views - first);
    Views const views = detail::world_views(geometry, first, count);
    for (std::size_t n = 0; n < tables.size(); ++n) {
      ProjectBodies<Views> const kernel{views, tables[n], projections.slices(first, count), n > 0};
      executor.for_each(kernel.items(), kernel);
    }
  }
}

template <class Executor, class Geometry, int Rank>
void project_samples(Executor const& executor, std::vector<Phantom> const& phantoms,
                     std::vector<Geometry> const& geometries, ArrayView<float, Rank> projections) {
  constexpr char const* function = "project";
  constexpr int dimension = dimension_v<Geometry>;
  check_executor<Executor>();
  check_traceable_geometry<Geometry>();
  Geometry const& scan = detail::checked_geometries(geometries, function).front();
  auto const batch = projection_batch<dimension>(projections);
  int const samples = batch.extents[3];
  check_projections<dimension>(function, projections.extents, scan.detector_size(),
                               scan.num_views(), samples);
  check_phantoms(function, samples, phantoms.size());
  check_geometries(function, samples, std::nullopt, geometries.size());
  executor.check_reachable(projections.data, "project: projections");
  auto const tables = tables_of(phantoms);
  for (int sample = 0; sample < samples; ++sample) {
    auto const n = static_cast<std::size_t>(sample);
    detail::project_tables(executor, tables[n], geometries[geometries.size() == 1 ? 0 : n],
                           sample_of(batch, sample));
  }
}

}  // namespace detail

/// Writes the volume (x, y, z) [1/mm] of a phantom on a grid: in every voxel the mean attenuation
/// at supersampling^3 points that are spread evenly over the voxel, or for 1 the attenuation at its
/// centre. The volume lies in the executor's memory and is overwritten. The computation is in
/// double precision and is rounded to float once for every 128 bodies. The call takes no memory of
/// the executor and does not synchronise: on a stream the work is queued when it returns. It throws
/// InvalidArgument where Body::validate or Grid::validate does, for a body that overwrites beyond
/// the first 128, for a volume of another size and for a supersampling outside 1 to 1024, all
/// before anything is written; on a GPU also CudaError.
template <class Executor>
void voxelise(Executor const& executor, Phantom const& phantom, Grid const& grid,
              VolumeView<float> volume, int supersampling = 1) {
  detail::voxelise_samples<3>(executor, std::vector<Phantom>{phantom}, grid, volume, supersampling);
}

/// Writes the image (x, y) [1/mm] of a phantom in the plane z = 0, on a grid as Grid::flat makes
/// it. In every pixel it has the mean at supersampling^2 points of that plane; in all else it is as
/// a volume. Throws InvalidArgument for any other grid, too.
template <class Executor>
void voxelise(Executor const& executor, Phantom const& phantom, Grid const& grid,
              ImageView<float> image, int supersampling = 1) {
  detail::voxelise_samples<2>(executor, std::vector<Phantom>{phantom}, grid, image, supersampling);
}

/// Writes a batch of volumes (x, y, z, sample), with a phantom for each sample. Every sample has
/// launches of its own. Throws InvalidArgument unless there is a phantom for each sample, too.
template <class Executor>
void voxelise(Executor const& executor, std::vector<Phantom> const& phantoms, Grid const& grid,
              ArrayView<float, 4> volumes, int supersampling = 1) {
  detail::voxelise_samples<3>(executor, phantoms, grid, volumes, supersampling);
}

/// Writes a batch of images (x, y, sample) in the plane z = 0.
template <class Executor>
void voxelise(Executor const& executor, std::vector<Phantom> const& phantoms, Grid const& grid,
              ArrayView<float, 3> images, int supersampling = 1) {
  detail::voxelise_samples<2>(executor, phantoms, grid, images, supersampling);
}

/// Writes the projections (u, v, view), or (u, view) for a geometry of the plane, of a phantom: the
/// exact line integrals, without unit, along the rays of any geometry whose views have `ray`,
/// between begin and end of a ray. The projections lie in the executor's memory and are
/// overwritten. Rays have the precision of the geometry; the computation is in double precision and
/// is rounded to float once for every 128 bodies. The call takes no memory of the executor and does
/// not synchronise: on a stream the work is queued when it returns. It throws InvalidArgument where
/// Body::validate does, for a body that overwrites beyond the first 128, for a geometry without
/// pixels or views and for projections of another size, all before anything is written; on a GPU
/// also CudaError.
template <class Executor, class Geometry>
void project(Executor const& executor, Phantom const& phantom, Geometry const& geometry,
             ArrayView<float, dimension_v<Geometry>> projections) {
  detail::project_samples(executor, std::vector<Phantom>{phantom}, std::vector<Geometry>{geometry},
                          projections);
}

/// Writes a batch of projections (u, v, view, sample) or (u, view, sample), with a phantom for each
/// sample and one geometry for all. Every sample has launches of its own. Throws InvalidArgument
/// unless there is a phantom for each sample, too.
template <class Executor, class Geometry>
void project(Executor const& executor, std::vector<Phantom> const& phantoms,
             Geometry const& geometry, ArrayView<float, dimension_v<Geometry> + 1> projections) {
  detail::project_samples(executor, phantoms, std::vector<Geometry>{geometry}, projections);
}

/// Writes a batch of projections with a geometry for each sample; all geometries must have the same
/// number of views and the same detector size.
template <class Executor, class Geometry>
void project(Executor const& executor, std::vector<Phantom> const& phantoms,
             std::vector<Geometry> const& geometries,
             ArrayView<float, dimension_v<Geometry> + 1> projections) {
  detail::project_samples(executor, phantoms, geometries, projections);
}

}  // namespace pyronn
