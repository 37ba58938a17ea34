// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0

/// FDK: a cone-beam scan on a full circle, weighted, filtered and backprojected.
#include <pyronn/core/grid.hpp>
#include <pyronn/exec/workspace.hpp>
#include <pyronn/geometry/cone_beam.hpp>
#include <pyronn/interp/texture_interp.hpp>
#include <pyronn/recon/fbp/fbp.hpp>

#include "support/executor.hpp"
#include "support/head_scan.hpp"
#include "support/program.hpp"

namespace {

bool reconstruct(example::Settings const& settings) {
  // At full size 256^3 voxels of 0.5 mm, 360 views of 600 x 400 pixels of 1 mm.
  constexpr double side = 128;
  int const size = settings.size;
  int const columns = settings.scaled(600);
  int const rows = settings.scaled(400);
  int const views = settings.scaled(360);

  auto const scan = pyronn::ConeBeam::circular({750, 1200, pyronn::equal_angles(views)},
                                               {{columns, rows}, {600.0 / columns, 400.0 / rows}});
  double const voxel = side / size;
  auto const grid = pyronn::Grid::centered({size, size, size}, {voxel, voxel, voxel});
  example::HeadScan const head{settings, scan, grid};

  auto const& executor = example::executor();
  pyronn::Fdk<pyronn::ConeBeam, pyronn::TextureInterp> const fdk{scan, grid};
  pyronn::Workspace workspace{executor, fdk.workspace_bytes(executor, head.projections())};
  fdk(executor, head.projections(), head.image(), workspace);
  return head.check({0.14, 0.003});
}

}  // namespace

int main(int argc, char** argv) {
  return example::run({"cone_beam", "Reconstructs a cone-beam scan on a full circle with FDK.", 256,
                       64, reconstruct},
                      argc, argv);
}
