// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <vector>

#include <pyronn/cpu.hpp>

int main() {
  using namespace pyronn;
  auto const scan = FanBeam::circular({500, 1000, equal_angles(180)}, {160, 1.5});
  auto const grid = Grid::flat({96, 96}, {1, 1});
  Phantom const discs{Body::ellipse({20, 0}, {20, 15}, 0.02)};
  std::vector<float> lines(160 * 180 * 8), pixels(96 * 96 * 8);
  ArrayView<float, 3> const sinograms{lines.data(), {160, 180, 8}};  // a batch of 8
  ArrayView<float, 3> const images{pixels.data(), {96, 96, 8}};

  CpuExecutor const executor;
  voxelise(executor, std::vector<Phantom>(8, discs), grid, images);
  Projector<FanBeam, SoftwareInterp, RayMarch> const projector{scan, grid, RayMarch{0.5}};
  projector(executor, images, sinograms);  // with steps of half a voxel
  Fbp<FanBeam, SoftwareInterp> const fbp{scan, grid, FilterWindow::hann};
  Workspace workspace{executor, fbp.workspace_bytes(executor, sinograms)};
  fbp(executor, sinograms, images, workspace);

  float const found = images(68, 48, 7);
  std::printf("in the last disc: %.4f / mm\n", static_cast<double>(found));
  return found > 0.0195F && found < 0.0205F ? 0 : 1;
}
