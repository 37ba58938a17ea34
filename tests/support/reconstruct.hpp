// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whole reconstructions on std::vector, on the executor of support/backends.hpp, which comes first.
#include <cmath>
#include <cstddef>
#include <vector>

#include <pyronn/phantom/phantom.hpp>
#include <pyronn/pyronn.hpp>

#include "operators.hpp"

namespace test {

template <class Interp, class Geometry>
std::vector<float> reconstruct(Geometry const& scan, pyronn::Grid const& grid,
                               std::vector<float> const& line_integrals,
                               pyronn::FbpOptions const& options = {},
                               std::size_t limit = pyronn::default_workspace_limit) {
  constexpr int rank = pyronn::dimension_v<Geometry>;
  pyronn::Fbp<Geometry, Interp> const fbp{scan, grid, options};
  Array<float, rank> projections{projection_extents(scan), line_integrals};
  Array<float, rank> volume{volume_extents<Geometry>(grid), nan};
  pyronn::Workspace<Executor> workspace{executor(),
                                        fbp.workspace_bytes(executor(), projections.view(), limit)};
  fbp(executor(), projections.view(), volume.view(), workspace);
  return volume.values();
}

template <class Geometry>
std::vector<float> exact_projections(pyronn::Phantom const& phantom, Geometry const& scan) {
  Array<float, pyronn::dimension_v<Geometry>> projections{projection_extents(scan), nan};
  pyronn::project(executor(), phantom, scan, projections.view());
  return projections.values();
}

/// Of a geometry: declared where the prefix is `extern`, compiled where it is empty.
#define PYRONN_TEST_RECONSTRUCTIONS(prefix, Geometry)                                             \
  prefix template std::vector<float> reconstruct<pyronn::SoftwareInterp>(                         \
      Geometry const&, pyronn::Grid const&, std::vector<float> const&, pyronn::FbpOptions const&, \
      std::size_t);                                                                               \
  prefix template std::vector<float> reconstruct<pyronn::TextureInterp>(                          \
      Geometry const&, pyronn::Grid const&, std::vector<float> const&, pyronn::FbpOptions const&, \
      std::size_t);                                                                               \
  prefix template std::vector<float> exact_projections(pyronn::Phantom const&, Geometry const&);

#if !defined(PYRONN_TEST_WITHOUT_SHARED_OPERATORS)
PYRONN_TEST_RECONSTRUCTIONS(extern, pyronn::ParallelBeam2D)
PYRONN_TEST_RECONSTRUCTIONS(extern, pyronn::FanBeam)
PYRONN_TEST_RECONSTRUCTIONS(extern, pyronn::ArcFanBeam)
PYRONN_TEST_RECONSTRUCTIONS(extern, pyronn::ConeBeam)
#endif

/// Calls `use` with each voxel's number, its distance from the z axis and its z [mm].
template <class Use>
void for_each_voxel(pyronn::Grid const& grid, Use const& use) {
  std::size_t n = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x, ++n) {
        pyronn::Vec3d const point =
            grid.to_world({static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
        use(n, std::hypot(point[0], point[1]), point[2]);
      }
    }
  }
}

/// The voxels within `radius` [mm] of the z axis and `half_height` [mm] of the middle plane.
inline std::vector<float> cut_cylinder(std::vector<float> const& values, pyronn::Grid const& grid,
                                       double radius, double half_height) {
  std::vector<float> result;
  for_each_voxel(grid, [&](std::size_t n, double distance, double height) {
    if (distance < radius && std::abs(height) <= half_height) result.push_back(values[n]);
  });
  return result;
}

inline pyronn::Phantom ball(double radius, double attenuation) {
  return {pyronn::Body::ball({0, 0, 0}, radius, attenuation)};
}

inline double mean(std::vector<float> const& values) {
  double sum = 0;
  for (float const value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

}  // namespace test
