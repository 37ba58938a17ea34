// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <vector>

#include <pyronn/cpu.hpp>

int main() {
  using namespace pyronn;
  // 120 views of 96 x 64 pixels of 2 mm, on a circle of radius 500 mm, detector at 1000 mm
  auto const scan = ConeBeam::circular({500, 1000, equal_angles(120)}, {{96, 64}, {2, 2}});
  auto const grid = Grid::centered({64, 64, 32}, {1, 1, 1});
  Phantom const water{Body::ellipsoid({0, 0, 0}, {20, 15, 10}, 0.02)};  // centre, semi-axes, 1/mm
  std::vector<float> lines(96 * 64 * 120), image(64 * 64 * 32);
  auto const projections = view_of(lines, scan.extents());
  auto const volume = view_of(image, grid.extents());

  CpuExecutor const executor;
  voxelise(executor, water, grid, volume);
  Projector<ConeBeam, SoftwareInterp> const projector{scan, grid};
  projector(executor, volume, projections);
  Fdk<ConeBeam, SoftwareInterp> const fdk{scan, grid};
  Workspace workspace{executor, fdk.workspace_bytes(executor, projections)};
  fdk(executor, projections, volume, workspace);

  float const found = volume(32, 32, 16);
  std::printf("water: %.4f / mm\n", static_cast<double>(found));
  return found > 0.019F && found < 0.021F ? 0 : 1;
}
