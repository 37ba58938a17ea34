// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <vector>

#include <pyronn/pyronn.hpp>

int main() {
  using namespace pyronn;
  auto const scan = ConeBeam::circular({500, 1000, equal_angles(120)}, {{96, 64}, {2, 2}});
  auto const grid = Grid::centered({64, 64, 32}, {1, 1, 1});
  std::vector<float> image(64 * 64 * 32, 0.02F), lines(96 * 64 * 120), some_lines(96 * 64 * 12);
  VolumeView<float> const volume{image.data(), grid.size};
  ProjectionView<float> const projections{lines.data(), {96, 64, 120}};
  ProjectionView<float> const subset{some_lines.data(), {96, 64, 12}};

  CpuExecutor const executor;
  Projector<ConeBeam, SoftwareInterp> const projector{scan, grid};
  // An ordered subset: views 3, 13, 23, ...
  projector(executor, volume, subset, {ViewSelection::every(10, 3)});
  // Slab by slab, as from a volume that is too large: each adds its part of the line integrals.
  for (int z = 0; z < 32; z += 8) {
    Output const output = z == 0 ? Output::overwrite : Output::add;
    projector(executor, volume.slices(z, 8), projections, {{}, Slab{z, 8}, output});
  }
  // What a call with a workspace is going to do
  std::cout << projector.plan(executor, volume) << '\n';

  float const difference = subset(48, 32, 1) - projections(48, 32, 13);
  std::cout << "the same ray in both: " << difference << " apart\n";
  return difference > -1e-5F && difference < 1e-5F ? 0 : 1;
}
